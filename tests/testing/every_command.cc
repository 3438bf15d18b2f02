#include "testing/every_command.h"

#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

v1::TaskResult WithRetained(const v1::Task& task) {
  v1::TaskResult result = RequestDriver::UsualResult(task);
  for (v1::CategoryResult& category : *result.mutable_categories()) {
    for (const v1::PlanItem& instruction : task.instructions()) {
      if (instruction.category() != category.category() ||
          instruction.action() != v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST) {
        continue;
      }
      // A year younger than what may go.
      v1::RetainedGroup& group = *category.add_retained();
      *group.mutable_anchor_day() = instruction.erase_anchored_until();
      group.mutable_anchor_day()->set_year(instruction.erase_anchored_until().year() + 1);
      group.mutable_anchor_day()->set_day(1);
      group.set_records(2);
    }
  }
  return result;
}

v1::TaskResult WithBlocker() {
  v1::TaskResult result;
  result.add_blockers()->set_id("order-1");
  result.mutable_blockers(0)->set_kind("open-order");
  return result;
}

void AddTaskCommands(const v1::Task& task, std::vector<Command>& commands) {
  const TaskId id = IdIn<TaskId>(task.name());
  if (task.kind() == v1::TASK_KIND_BUILD_ANSWER || task.kind() == v1::TASK_KIND_BUILD_PACKAGE) {
    CompletePackage package{.id = id};
    package.built.set_sha256(std::string(32, 's'));
    commands.push_back(package);
  } else {
    commands.push_back(CompleteTask{.id = id, .result = RequestDriver::UsualResult(task)});
    commands.push_back(CompleteTask{.id = id});
  }
  if (task.kind() == v1::TASK_KIND_ERASE) {
    commands.push_back(CompleteTask{.id = id, .result = WithRetained(task)});
  }
  if (task.kind() == v1::TASK_KIND_CHECK_BLOCKERS) {
    commands.push_back(CompleteTask{.id = id, .result = WithBlocker()});
  }
  commands.push_back(FailTask{.id = id, .code = "busy"});
  commands.push_back(FailTask{.id = id, .code = "broken", .for_good = true});
  commands.push_back(RetryTask{.id = id});
}

void AddNoticeCommands(const v1::Notice& notice, std::vector<Command>& commands) {
  const NoticeId id = IdIn<NoticeId>(notice.name());
  commands.push_back(AcknowledgeNotice{.id = id});
  commands.push_back(CompleteNotice{.id = id, .records = 1});
  ObjectToNotice object{.id = id};
  object.objection.set_ground("retention");
  object.objection.set_law("Anti-Money Laundering Law");
  commands.push_back(object);
  commands.push_back(DecideObjection{.id = id, .accepted = true});
  commands.push_back(RecordNoticeImpossible{.id = id});
  commands.push_back(RetryNotice{.id = id});
  commands.push_back(ResendNotice{.id = id});
  commands.push_back(
      RecordNoticeDelivery{.id = id, .lane = OutboxLane(notice), .delivered = true, .attempts = 1});
  commands.push_back(RecordNoticeDelivery{
      .id = id, .lane = OutboxLane(notice), .attempts = 9, .code = "http-500"});
}

void AddEvidenceCommands(RequestDriver& request, const v1::Verification& verification,
                         std::vector<Command>& commands) {
  const VerificationId id = IdIn<VerificationId>(verification.name());
  for (int kind = v1::EvidenceKind_MIN + 1; kind < v1::EvidenceKind_ARRAYSIZE; ++kind) {
    RecordEvidence record;
    record.recorded.set_verification_id(std::string(id.bytes()));
    record.recorded.set_evidence_id(std::string(request.FreshVerification().bytes()));
    record.recorded.set_document_sha256(std::string(32, 'd'));
    v1::Evidence& evidence = *record.recorded.mutable_evidence();
    evidence.set_kind(static_cast<v1::EvidenceKind>(kind));
    evidence.set_accepted(true);
    evidence.set_kinship(v1::KINSHIP_CHILD);
    evidence.mutable_death_day()->set_year(2026);
    evidence.mutable_death_day()->set_month(2);
    evidence.mutable_death_day()->set_day(14);
    *evidence.mutable_expire_time() = ToTimestamp(request.now() + absl::Hours(24 * 9));
    commands.push_back(record);
  }
  commands.push_back(DecideVerification{.id = id, .passed = true});
  commands.push_back(DecideVerification{.id = id});
  RevokeVerification revoke;
  revoke.revoked.set_verification_id(std::string(id.bytes()));
  commands.push_back(revoke);
  revoke.revoked.set_fraud(true);
  commands.push_back(revoke);
}

void AddVerificationCommands(RequestDriver& request, std::vector<Command>& commands) {
  for (const auto method :
       {v1::VERIFICATION_METHOD_ONE_TIME_CODE, v1::VERIFICATION_METHOD_ACCOUNT_SESSION}) {
    commands.push_back(StartVerification{.id = request.FreshVerification(), .method = method});
  }
  for (const auto method :
       {v1::VERIFICATION_METHOD_WRITTEN_REQUEST, v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY}) {
    commands.push_back(StartVerification{.id = request.FreshVerification(), .method = method});
  }
  commands.push_back(StartVerification{.id = request.FreshVerification(),
                                       .method = v1::VERIFICATION_METHOD_DOCUMENTS,
                                       .purpose = v1::VERIFICATION_PURPOSE_REPRESENTATION});
  for (const v1::Verification& verification : request.state().verifications()) {
    AddEvidenceCommands(request, verification, commands);
    const VerificationId id = IdIn<VerificationId>(verification.name());
    commands.push_back(SubmitCode{.id = id, .matched_send = verification.sends()});
    commands.push_back(SubmitCode{.id = id, .matched_send = verification.sends() - 1});
    commands.push_back(SubmitCode{.id = id});
  }
}

void AddPeoplesCommands(const v1::Request& request, std::vector<Command>& commands) {
  commands.insert(
      commands.end(),
      {AssessRequest(), ConfirmPlan(), ClearBlockers(), ApproveRefusal(), RejectRefusal(),
       WithdrawRequest(), RespondToRequest(), AssignRequest{.assignee = "chen"},
       ApproveFileAccess{.principal = "chen"}, OpenFile(), MigrateRequest(), ExtendDeadline(),
       RecountDeadline(), BeginDownload(), FinishDownload()});
  HandOverRequest hand_over;
  hand_over.assigned.set_assignee("bao");
  commands.push_back(hand_over);
  ProposeRefusal refusal;
  refusal.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
  commands.push_back(refusal);
  refusal.proposed.add_categories("orders");
  commands.push_back(refusal);
  QuoteFee fee;
  fee.quoted.set_amount_cents(2000);
  fee.quoted.set_currency("CNY");
  fee.quoted.set_ground(v1::FEE_GROUND_UNREASONABLE);
  commands.push_back(fee);
  for (const auto state : {v1::Fee::STATE_ACCEPTED, v1::Fee::STATE_PAID, v1::Fee::STATE_DECLINED})
    commands.push_back(SettleFee{.settlement = state});
  commands.push_back(DecideConflict());
  commands.push_back(Reconsider());
  commands.push_back(ApproveDeletion());
  commands.push_back(RecordAnnouncement{.announcement = "1 March 2026"});
  commands.push_back(LiftRestriction());
  for (const auto outcome :
       {v1::REVIEW_OUTCOME_UPHELD, v1::REVIEW_OUTCOME_CHANGED, v1::REVIEW_OUTCOME_OVERTURNED}) {
    ReviewDecision review;
    review.reviewed.set_outcome(outcome);
    review.reviewed.set_remedied(request.has_complaint() && outcome != v1::REVIEW_OUTCOME_UPHELD);
    commands.push_back(review);
  }
  for (int i = 0; i < request.correction().fields_size(); ++i) {
    DecideField decide;
    decide.decided.set_index(i);
    decide.decided.set_decision(i == 0 ? v1::FIELD_DECISION_REJECTED : v1::FIELD_DECISION_ACCEPTED);
    commands.push_back(decide);
  }
}

}  // namespace

std::vector<Command> EveryCommand(RequestDriver& request) {
  std::vector<Command> commands;
  AddPeoplesCommands(request.request(), commands);
  AddVerificationCommands(request, commands);
  for (const v1::Task& task : request.record().tasks()) AddTaskCommands(task, commands);
  for (const v1::Notice& notice : request.record().notices()) AddNoticeCommands(notice, commands);
  for (const v1::Message& message : request.record().messages()) {
    commands.push_back(RecordMessageDelivery{
        .id = IdIn<MessageId>(message.name()), .attempts = 1, .text_sha256 = std::string(32, 't')});
  }
  for (const storage::v1::PendingTimer& timer : request.state().timers()) {
    commands.push_back(FireTimer{.name = timer.name(), .due = FromTimestamp(timer.due_time())});
  }
  return commands;
}

std::vector<Actor> EveryActor() {
  return {Intake(),
          Verifier(),
          Caseworker(),
          OtherCaseworker(),
          PrivacyOfficer(),
          Reviewer(),
          ChildrensCaseworker(),
          IdentityAuthority(),
          SessionTool(),
          Visitor(),
          Worker(),
          Scheduler()};
}

}  // namespace dsr
