#include "unit/workflow/model_moves.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "testing/request_driver.h"
#include "testing/shop_facts.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

// A power and a wardship end before the answer is due.
constexpr absl::Duration kShortProof = absl::Hours(24 * 8);

class Moves {
 public:
  Moves(const Situation& at, Asker asker, const Rulebook& rulebook, const Facts& facts)
      : at_(at), asker_(asker), rulebook_(rulebook), facts_(facts) {
    moves_.reserve(64);
  }

  std::vector<Move> All() && {
    AddAssessment();
    AddDecisions();
    AddFees();
    AddIdentity();
    AddEvidence();
    for (const v1::Task& task : at_.record.tasks()) AddWork(task);
    for (const v1::Notice& notice : at_.record.notices()) AddAnswers(notice);
    for (const v1::Message& message : at_.record.messages()) AddDelivery(message);
    return std::move(moves_);
  }

 private:
  const RequestState& state() const { return at_.record.state(); }
  const v1::Request& request() const { return state().request(); }

  // Where the subject may turn out to be a minor, people have the role for it.
  void Add(std::string name, Command command, Actor actor) {
    if (asker_ == Asker::kChild || asker_ == Asker::kGuardian)
      actor.roles.push_back("children_privacy");
    moves_.push_back({std::move(name), std::move(command), std::move(actor)});
  }

  void AddAssessment() {
    Add("assess", AssessRequest(), Caseworker());
    Add("confirm", ConfirmPlan(), Caseworker());
    Add("clear", ClearBlockers(), Caseworker());
    ProposeRefusal refuse;
    refuse.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
    Add("refuse", refuse, Caseworker());
    refuse.proposed.add_categories("orders");
    Add("refuse-partly", refuse, Caseworker());
    Add("withdraw", WithdrawRequest(), Intake());
    Add("withdraw-officer", WithdrawRequest(), PrivacyOfficer());
    for (int i = 0; i < request().correction().fields_size(); ++i) {
      for (const auto decision : {v1::FIELD_DECISION_ACCEPTED, v1::FIELD_DECISION_REJECTED}) {
        DecideField decide;
        decide.decided.set_index(i);
        decide.decided.set_decision(decision);
        Add(absl::StrCat("field ", i, " ", decision), decide, Caseworker());
      }
    }
    Add("lift", LiftRestriction(), PrivacyOfficer());
    Add("announce", RecordAnnouncement{.announcement = "x"}, PrivacyOfficer());
    Add("download", BeginDownload(), Intake());
    Add("downloaded", FinishDownload(), Intake());
    Add("reconsider", Reconsider(), Actor{.name = "system:engine"});
    // These change nothing that is decided later, and must set nothing off.
    Add("assign", AssignRequest{.assignee = "chen"}, Caseworker());
    Add("approve-file", ApproveFileAccess{.principal = "chen"}, PrivacyOfficer());
    Add("open-file", OpenFile(), Caseworker());
  }

  // Each by whoever may not, too: who proposed, who decided first, who approved already.
  void AddDecisions() {
    for (const Actor& actor : {Caseworker(), OtherCaseworker(), PrivacyOfficer()}) {
      const std::string by = absl::StrCat(" by ", actor.name);
      Add("approve" + by, ApproveRefusal(), actor);
      Add("reject" + by, RejectRefusal(), actor);
      Add("respond" + by, RespondToRequest(), actor);
      Add("approve-deletion" + by, ApproveDeletion(), actor);
    }
    Add("decide-conflict", DecideConflict(), PrivacyOfficer());
    for (const auto outcome :
         {v1::REVIEW_OUTCOME_UPHELD, v1::REVIEW_OUTCOME_CHANGED, v1::REVIEW_OUTCOME_OVERTURNED}) {
      ReviewDecision review;
      review.reviewed.set_outcome(outcome);
      const std::string what = absl::StrCat("review ", outcome);
      Add(what, review, Reviewer());
      Add(what + " by oscar", review, PrivacyOfficer());
      Add(what + " of its own", review, Actor{.name = "credit-model", .roles = {"reviewer"}});
    }
  }

  void AddFees() {
    QuoteFee quote;
    quote.quoted.set_amount_cents(100);
    quote.quoted.set_currency("CNY");
    quote.quoted.set_ground(v1::FEE_GROUND_UNREASONABLE);
    // Once: quoting again only begins the same anew.
    if (!request().has_fee()) Add("quote", quote, Caseworker());
    for (const auto state : {v1::Fee::STATE_ACCEPTED, v1::Fee::STATE_PAID, v1::Fee::STATE_WAIVED,
                             v1::Fee::STATE_DECLINED}) {
      Add(absl::StrCat("settle ", state), SettleFee{.settlement = state}, Intake());
    }
  }

  VerificationId FreshId() const {
    return VerificationId::Derive(at_.now, {absl::StrCat(state().version())});
  }

  // The attempt that is under way, and counts.
  const v1::Verification* Pending(v1::VerificationPurpose purpose) const {
    for (const v1::Verification& proof : state().verifications()) {
      if (proof.purpose() == purpose && proof.state() == v1::Verification::STATE_PENDING &&
          at_.now < FromTimestamp(proof.expire_time())) {
        return &proof;
      }
    }
    return nullptr;
  }

  v1::AssuranceLevel LevelReached(v1::VerificationPurpose purpose) const {
    v1::AssuranceLevel level = v1::ASSURANCE_LEVEL_UNSPECIFIED;
    for (const v1::Verification& proof : state().verifications()) {
      if (proof.purpose() == purpose && proof.state() == v1::Verification::STATE_PASSED &&
          at_.now < FromTimestamp(proof.expire_time())) {
        level = std::max(level, proof.level());
      }
    }
    return level;
  }

  // One attempt at a time, and none beyond what is needed.
  bool MayStart(v1::VerificationPurpose purpose, v1::AssuranceLevel enough) const {
    return Pending(purpose) == nullptr && LevelReached(purpose) < enough;
  }

  void AddStart(absl::string_view name, v1::VerificationMethod method,
                v1::VerificationPurpose purpose, const Actor& actor) {
    Add(std::string(name), StartVerification{FreshId(), method, purpose}, actor);
  }

  void AddIdentity() {
    constexpr auto kIdentity = v1::VERIFICATION_PURPOSE_IDENTITY;
    constexpr auto kRepresentation = v1::VERIFICATION_PURPOSE_REPRESENTATION;
    const bool by_subject = asker_ == Asker::kSubject || asker_ == Asker::kChild;
    const v1::AssuranceLevel least = rulebook_.workflow.least_level();
    // Each way once: representatives by the authority's word, which the subject may as well have.
    if (MayStart(kIdentity, least)) {
      if (by_subject) {
        if (LevelReached(kIdentity) == v1::ASSURANCE_LEVEL_UNSPECIFIED)
          AddStart("session", v1::VERIFICATION_METHOD_ACCOUNT_SESSION, kIdentity, SessionTool());
        AddStart("code", v1::VERIFICATION_METHOD_ONE_TIME_CODE, kIdentity, Intake());
        AddStart("in-writing", v1::VERIFICATION_METHOD_WRITTEN_REQUEST, kIdentity, Intake());
      } else {
        AddStart("by-authority", v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY, kIdentity, Intake());
      }
    }
    const bool represents = asker_ != Asker::kSubject && asker_ != Asker::kCompany;
    if (represents && MayStart(kRepresentation, v1::ASSURANCE_LEVEL_SESSION))
      AddStart("documents", v1::VERIFICATION_METHOD_DOCUMENTS, kRepresentation, Intake());
    for (const v1::Verification& proof : state().verifications()) AddOutcomes(proof);
  }

  void AddOutcomes(const v1::Verification& proof) {
    const VerificationId id = IdIn<VerificationId>(proof.name());
    if (proof.state() == v1::Verification::STATE_PASSED) {
      RevokeVerification revoke;
      revoke.revoked.set_verification_id(std::string(id.bytes()));
      Add("revoke", revoke, Verifier());
      revoke.revoked.set_fraud(true);
      Add("fraud", revoke, Verifier());
    }
    if (proof.state() != v1::Verification::STATE_PENDING) return;
    switch (proof.method()) {
      case v1::VERIFICATION_METHOD_ONE_TIME_CODE:
        Add("right-code", SubmitCode{.id = id, .matched_send = proof.sends()}, Intake());
        Add("wrong-code", SubmitCode{.id = id}, Intake());
        break;
      case v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY:
        Add("pass", DecideVerification{.id = id, .passed = true}, IdentityAuthority());
        Add("fail", DecideVerification{.id = id}, IdentityAuthority());
        break;
      default:
        Add("pass", DecideVerification{.id = id, .passed = true}, Verifier());
        Add("fail", DecideVerification{.id = id}, Verifier());
    }
  }

  // What is missing by the engine's own list, one after the other.
  void AddEvidence() {
    const DecisionContext context{.actor = Verifier(),
                                  .now = at_.now,
                                  .request = RequestId(),
                                  .fresh_id = "",
                                  .facts = &facts_};
    std::optional<v1::VerificationPurpose> asked;
    for (const v1::MissingProof& missing : MissingProofs(rulebook_, at_.record, context)) {
      const v1::Verification* proof = Pending(missing.purpose());
      if (missing.evidence() == v1::EVIDENCE_KIND_UNSPECIFIED || proof == nullptr) continue;
      if (asked == missing.purpose()) continue;
      asked = missing.purpose();
      AddShowing(*proof, missing.evidence());
    }
    if (const v1::Verification* proof = Pending(v1::VERIFICATION_PURPOSE_REPRESENTATION))
      AddShowing(*proof, v1::EVIDENCE_KIND_COURT_ORDER_AGAINST);
  }

  void AddShowing(const v1::Verification& proof, v1::EvidenceKind kind) {
    RecordEvidence show;
    show.recorded.set_verification_id(std::string(IdIn<VerificationId>(proof.name()).bytes()));
    show.recorded.set_evidence_id(std::string(
        EvidenceId::Derive(at_.now, {"evidence", absl::StrCat(state().version())}).bytes()));
    v1::Evidence& evidence = *show.recorded.mutable_evidence();
    evidence.set_kind(kind);
    const std::string what = absl::StrCat("show ", v1::EvidenceKind_Name(kind));
    Add(what + " in vain", show, Verifier());
    evidence.set_accepted(true);
    switch (kind) {
      case v1::EVIDENCE_KIND_IDENTITY_DOCUMENT:
        show.recorded.set_document_sha256(std::string(32, 'd'));
        break;
      case v1::EVIDENCE_KIND_DEATH:
        *evidence.mutable_death_day() = ToDate(absl::CivilDay(2026, 2, 1));
        break;
      case v1::EVIDENCE_KIND_KINSHIP:
        evidence.set_kinship(v1::KINSHIP_SPOUSE);
        break;
      case v1::EVIDENCE_KIND_POWER_OF_ATTORNEY:
        *evidence.mutable_expire_time() = ToTimestamp(at_.now + kShortProof);
        break;
      case v1::EVIDENCE_KIND_GUARDIANSHIP:
        // Of an adult; next of a minor.
        Add(what, show, Verifier());
        *evidence.mutable_minor_until() = ToDate(DayOf(at_.now + kShortProof, rulebook_.zone));
        Add(what + " of a minor", show, Verifier());
        return;
      default:
        break;
    }
    Add(what, show, Verifier());
  }

  // Of what a law keeps, one record whose term is over long since, and under a hold counts.
  static v1::TaskResult WithRetained(const v1::Task& task) {
    v1::TaskResult result = RequestDriver::UsualResult(task);
    for (v1::CategoryResult& category : *result.mutable_categories()) {
      for (const v1::PlanItem& item : task.instructions()) {
        if (item.category() != category.category() || item.action() == v1::RETENTION_ACTION_ERASE) {
          continue;
        }
        v1::RetainedGroup& group = *category.add_retained();
        group.set_records(1);
        *group.mutable_anchor_day() = ToDate(absl::CivilDay(2025, 1, 15));
      }
    }
    return result;
  }

  v1::TaskResult ResultOf(const v1::Task& task) const {
    if (task.kind() == v1::TASK_KIND_ERASE && !task.retained_only()) return WithRetained(task);
    v1::TaskResult result = RequestDriver::UsualResult(task);
    if (task.kind() == v1::TASK_KIND_RESOLVE_CONTACT && asker_ == Asker::kChild) {
      *result.mutable_subject_status()->mutable_child_until() = ToDate(absl::CivilDay(2030, 1, 1));
      *result.mutable_subject_status()->mutable_minor_until() = ToDate(absl::CivilDay(2034, 1, 1));
    }
    return result;
  }

  void AddWork(const v1::Task& task) {
    const TaskId id = IdIn<TaskId>(task.name());
    if (task.state() == v1::Task::STATE_FAILED) Add("retry", RetryTask{.id = id}, Caseworker());
    if (task.state() != v1::Task::STATE_OPEN) return;
    const std::string kind = v1::TaskKind_Name(task.kind());
    if (task.kind() == v1::TASK_KIND_BUILD_PACKAGE || task.kind() == v1::TASK_KIND_BUILD_ANSWER) {
      CompletePackage package{.id = id};
      package.built.set_sha256(std::string(32, 's'));
      Add("package", package, Actor{.name = "system:packager"});
      return;
    }
    Add("done " + kind, CompleteTask{.id = id, .result = ResultOf(task)}, Worker());
    if (task.kind() == v1::TASK_KIND_CHECK_BLOCKERS || task.kind() == v1::TASK_KIND_CLOSE_ACCOUNT) {
      v1::TaskResult result;
      result.add_blockers()->set_id("order-1");
      Add("blocked " + kind, CompleteTask{.id = id, .result = result}, Worker());
    }
    if (task.kind() == v1::TASK_KIND_RESOLVE_CONTACT)
      Add("account unknown", CompleteTask{.id = id}, Worker());
    if (task.kind() == v1::TASK_KIND_FETCH_DECISION)
      Add("no decision", CompleteTask{.id = id}, Worker());
    Add("failing " + kind, FailTask{.id = id, .code = "x"}, Worker());
    Add("failed " + kind, FailTask{.id = id, .code = "x", .for_good = true}, Worker());
  }

  void AddAnswers(const v1::Notice& notice) {
    const NoticeId id = IdIn<NoticeId>(notice.name());
    switch (notice.state()) {
      case v1::Notice::STATE_PENDING:
        Add("delivered",
            RecordNoticeDelivery{.id = id, .recipient = notice.recipient(), .delivered = true},
            Dispatcher());
        Add("undeliverable",
            RecordNoticeDelivery{.id = id, .recipient = notice.recipient(), .code = "x"},
            Dispatcher());
        break;
      case v1::Notice::STATE_FAILED:
        Add("retry-notice", RetryNotice{.id = id}, Caseworker());
        break;
      case v1::Notice::STATE_COMPLETED:
      case v1::Notice::STATE_OBJECTED:
      case v1::Notice::STATE_EXEMPT:
        return;
      default:
        break;
    }
    Add("acknowledge", AcknowledgeNotice{.id = id}, Visitor());
    Add("complete", CompleteNotice{.id = id, .records = 1}, Visitor());
    v1::Objection objection;
    objection.set_ground("own-retention-law");
    Add("object", ObjectToNotice{.id = id, .objection = objection}, Visitor());
  }

  void AddDelivery(const v1::Message& message) {
    if (message.state() != v1::Message::STATE_PENDING) return;
    const MessageId id = IdIn<MessageId>(message.name());
    Add("told", RecordMessageDelivery{.id = id, .text_sha256 = std::string(32, 'h')}, Dispatcher());
    Add("not told",
        RecordMessageDelivery{.id = id, .outcome = RecordMessageDelivery::Outcome::kFailed},
        Dispatcher());
  }

  const Situation& at_;
  const Asker asker_;
  const Rulebook& rulebook_;
  const Facts& facts_;
  std::vector<Move> moves_;
};

}  // namespace

std::vector<Move> MovesFrom(const Situation& at, Asker asker, const Rulebook& rulebook,
                            const Facts& facts) {
  return Moves(at, asker, rulebook, facts).All();
}

}  // namespace dsr
