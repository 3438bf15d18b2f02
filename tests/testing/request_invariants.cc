#include "testing/request_invariants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "testing/request_driver.h"
#include "testing/shop_facts.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestRecord;
using storage::v1::RequestState;

// Told apart from the engine's own guard on purpose: a fault there must not hide itself here.
bool HasPassed(const RequestState& state, bool representation, v1::AssuranceLevel least,
               absl::Time now) {
  for (const v1::Verification& proof : state.verifications()) {
    const bool is_representation = proof.purpose() == v1::VERIFICATION_PURPOSE_REPRESENTATION;
    if (is_representation == representation && proof.state() == v1::Verification::STATE_PASSED &&
        proof.level() >= least &&
        ((representation && state.point_of_no_return()) ||
         now < FromTimestamp(proof.expire_time()))) {
      return true;
    }
  }
  return false;
}

bool IsVerifiedAt(const RequestState& state, v1::AssuranceLevel least, absl::Time now) {
  // Where the company acts on its own motion two persons stand in for verification.
  if (state.request().requester().relation() == v1::RELATION_COMPANY)
    return state.request().approvers_size() >= 2;
  if (!HasPassed(state, /*representation=*/false, least, now)) return false;
  return state.request().requester().relation() == v1::RELATION_SUBJECT ||
         HasPassed(state, /*representation=*/true, v1::ASSURANCE_LEVEL_UNSPECIFIED, now);
}

bool IsAnswered(const v1::Request& request) {
  return request.response().outcome() != v1::OUTCOME_UNSPECIFIED;
}

bool NeedsVerification(const Event& event) {
  switch (event.payload_case()) {
    case Event::kTasksCreated: {
      if (event.tasks_created().kind() == v1::TASK_KIND_RESOLVE_CONTACT) return false;
      const auto& tasks = event.tasks_created().tasks();
      // Protects the subject less, but only what it asked to be protected; it was told before.
      if (event.tasks_created().kind() == v1::TASK_KIND_LIFT_RESTRICTION) return false;
      const bool erases_retained =
          !tasks.empty() && std::all_of(tasks.begin(), tasks.end(),
                                        [](const auto& task) { return task.retained_only(); });
      return !erases_retained;
    }
    case Event::kGrantIssued:
    case Event::kDownloadBegun:
      return true;
    case Event::kRequestAnswered:
      return event.request_answered().outcome() == v1::OUTCOME_FULFILLED ||
             event.request_answered().outcome() == v1::OUTCOME_PARTLY_FULFILLED;
    default:
      return false;
  }
}

void CheckVerified(const Rulebook& rulebook, const RequestRecord& before, const Event& event) {
  const v1::AssuranceLevel least = rulebook.workflow.least_level();
  const absl::Time now =
      HasBegun(before.state()) ? absl::InfinitePast() : FromTimestamp(event.time());
  const bool is_answer_in_words =
      rulebook.workflow.initiation() == v1::INITIATION_UNVERIFIED && event.has_request_answered();
  if (NeedsVerification(event) && !is_answer_in_words) {
    EXPECT_TRUE(IsVerifiedAt(before.state(), least, now))
        << "unverified: payload " << event.payload_case() << " in "
        << before.state().request().state();
  }
  if (event.has_notices_created()) {
    // Recipients of later disclosures are told as the erasure goes on, which was verified when it
    // began.
    EXPECT_TRUE(IsVerifiedAt(before.state(), least, now) || before.state().point_of_no_return() ||
                event.notices_created().kind() == v1::NOTICE_KIND_RESUME_PROCESSING);
  }
}

void CheckEdge(const Rulebook& rulebook, const RequestRecord& before, const Event& event) {
  if (!event.has_state_changed()) return;
  const storage::v1::StateChanged& changed = event.state_changed();
  EXPECT_EQ(changed.from(), before.state().request().state());
  const auto& transitions = rulebook.workflow.transitions();
  const bool has_edge = std::any_of(transitions.begin(), transitions.end(), [&](const auto& rule) {
    return rule.to() == changed.to() &&
           (rule.from_unanswered() ||
            std::find(rule.from().begin(), rule.from().end(), changed.from()) != rule.from().end());
  });
  EXPECT_TRUE(has_edge) << changed.from() << " -> " << changed.to();
}

void CheckAnswer(const RequestRecord& before, const Event& event) {
  const v1::Request& request = before.state().request();
  if (event.has_request_withdrawn()) {
    EXPECT_FALSE(before.state().point_of_no_return());
    EXPECT_FALSE(IsAnswered(request));
  }
  if (event.has_request_answered()) {
    EXPECT_FALSE(IsAnswered(request)) << "answered twice";
    const bool late = event.time().seconds() >= request.due_time().seconds();
    EXPECT_EQ(event.request_answered().late(), late);
    EXPECT_EQ(request.breached(), late) << "a late answer, and only that, is a breach";
  }
  if (event.has_request_breached()) {
    EXPECT_FALSE(request.breached()) << "breached twice";
    EXPECT_GE(FromTimestamp(event.time()), FromTimestamp(request.due_time()));
  }
}

// Who took over from whom, one step: enough for the shop.
std::string BearerOf(const Facts& facts, const std::string& name) {
  for (const v1::Recipient& recipient : facts.recipients) {
    if (recipient.name() == name && !recipient.successor().empty()) return recipient.successor();
  }
  return name;
}

void CheckNotices(const RequestRecord& before, const Event& event, const Facts& facts) {
  std::set<std::tuple<std::string, int, int>> scopes;
  for (const v1::Notice& notice : before.notices()) {
    scopes.emplace(notice.recipient(), notice.kind(), notice.scope_version());
  }
  for (const storage::v1::NewNotice& notice : event.notices_created().notices()) {
    EXPECT_TRUE(
        scopes.emplace(notice.recipient(), event.notices_created().kind(), notice.scope_version())
            .second)
        << notice.recipient() << " is told twice for scope " << notice.scope_version();
    EXPECT_FALSE(notice.categories().empty());
    for (const std::string& category : notice.categories()) {
      const bool received =
          std::any_of(facts.disclosures.begin(), facts.disclosures.end(),
                      [&](const v1::Disclosure& disclosure) {
                        return BearerOf(facts, disclosure.recipient()) == notice.recipient() &&
                               std::count(disclosure.categories().begin(),
                                          disclosure.categories().end(), category) > 0;
                      });
      EXPECT_TRUE(received) << notice.recipient() << " never received " << category;
    }
  }
}

void CheckDeadline(const RequestState& state) {
  if (state.request().requester().relation() == v1::RELATION_COMPANY) return;
  const v1::Request& request = state.request();
  const int pending = static_cast<int>(
      std::count_if(state.timers().begin(), state.timers().end(), [&](const auto& timer) {
        return timer.name() == "deadline" &&
               FromTimestamp(timer.due_time()) == FromTimestamp(request.due_time());
      }));
  EXPECT_EQ(pending, IsAnswered(request) || request.breached() ? 0 : 1)
      << "deadline timers in " << request.state();
}

void CheckEnd(const RequestRecord& record) {
  const v1::Request& request = record.state().request();
  const bool is_open =
      request.phase() != v1::PHASE_FOLLOW_UP && request.phase() != v1::PHASE_CLOSED;
  const bool has_requester = request.requester().relation() != v1::RELATION_COMPANY;
  EXPECT_EQ(IsAnswered(request), !is_open && has_requester) << request.state();
  if (request.response().outcome() != v1::OUTCOME_UNSPECIFIED) {
    EXPECT_FALSE(request.response().message().empty()) << "an answer without a message";
  }
  EXPECT_TRUE(request.breached() || !record.state().answered_late());
  if (request.phase() != v1::PHASE_CLOSED) return;
  EXPECT_TRUE(record.state().timers().empty());
  EXPECT_TRUE(request.has_close_time());
  EXPECT_EQ(request.progress().tasks_open(), 0);
  EXPECT_EQ(request.progress().notices_outstanding(), 0);
  EXPECT_TRUE(record.state().retained().empty());
}

void CheckTwoPersons(const v1::Request& request) {
  if (request.response().outcome() == v1::OUTCOME_REFUSED) {
    EXPECT_EQ(request.refusal().state(), v1::Refusal::STATE_APPROVED);
    EXPECT_NE(request.refusal().ground(), v1::REFUSAL_GROUND_UNSPECIFIED);
    EXPECT_NE(request.refusal().proposer(), request.refusal().decider());
    EXPECT_FALSE(absl::StartsWith(request.refusal().decider(), "system:"));
  }
  if (request.review().outcome() != v1::REVIEW_OUTCOME_UNSPECIFIED) {
    EXPECT_NE(request.review().reviewer(), request.review().decided_by());
  }
}

template <class Children, class Matches>
int CountWhere(const Children& children, Matches matches) {
  return static_cast<int>(std::count_if(children.begin(), children.end(), matches));
}

void CheckCounters(const RequestRecord& record) {
  const v1::Progress& progress = record.state().request().progress();
  const auto tasks_in = [&](v1::Task::State state) {
    return CountWhere(record.tasks(), [&](const v1::Task& task) { return task.state() == state; });
  };
  EXPECT_EQ(progress.tasks_open(), tasks_in(v1::Task::STATE_OPEN));
  EXPECT_EQ(progress.tasks_failed(), tasks_in(v1::Task::STATE_FAILED));
  EXPECT_EQ(progress.tasks_completed(), tasks_in(v1::Task::STATE_COMPLETED));
  EXPECT_EQ(progress.notices_total(), record.notices_size());
  EXPECT_EQ(progress.notices_outstanding(), CountWhere(record.notices(), [](const auto& notice) {
              return notice.state() == v1::Notice::STATE_PENDING ||
                     notice.state() == v1::Notice::STATE_SENT ||
                     notice.state() == v1::Notice::STATE_ACKNOWLEDGED ||
                     notice.state() == v1::Notice::STATE_FAILED ||
                     (notice.state() == v1::Notice::STATE_OBJECTED &&
                      notice.objection().state() == v1::Objection::STATE_WAITING);
            }));
}

void CheckRetained(const RequestRecord& record) {
  if (record.state().request().phase() != v1::PHASE_FOLLOW_UP) return;
  const bool timer_pending = CountWhere(record.state().timers(), [](const auto& timer) {
                               return timer.name() == "retention-end";
                             }) == 1;
  for (const storage::v1::RetainedData& retained : record.state().retained()) {
    const int tasks = CountWhere(record.tasks(), [&](const v1::Task& task) {
      return task.retained_only() && task.system() == retained.system() &&
             (task.state() == v1::Task::STATE_OPEN || task.state() == v1::Task::STATE_FAILED);
    });
    EXPECT_LE(tasks, 1) << retained.system() << " is asked twice for the same records";
    // Without a day only a hold keeps them, and its end begins the timer.
    EXPECT_TRUE(timer_pending || tasks == 1 || !retained.has_next_end())
        << retained.system() << " keeps records for ever";
  }
}

bool IsDecidedByPeople(const v1::Verification& verification) {
  return verification.method() == v1::VERIFICATION_METHOD_WRITTEN_REQUEST ||
         verification.method() == v1::VERIFICATION_METHOD_DOCUMENTS;
}

// Some notice of the request that allows the step; none: an id that is no notice's.
NoticeId NoticeThatAllows(const RequestRecord& record, NoticeStep step) {
  for (const v1::Notice& notice : record.notices()) {
    if (Allows(notice, step)) return IdIn<NoticeId>(notice.name());
  }
  return NoticeId();
}

// A command for the action that nothing but the request's state and the actor can be wrong with.
std::optional<Command> CommandFor(absl::string_view action, const RequestRecord& record,
                                  const Actor& actor) {
  const RequestState& state = record.state();
  if (action == "AssessRequest") return AssessRequest();
  if (action == "ConfirmPlan") return ConfirmPlan();
  if (action == "ResolveBlocker") return ClearBlockers();
  if (action == "ApproveRefusal") return ApproveRefusal();
  if (action == "RejectRefusal") return RejectRefusal();
  if (action == "WithdrawRequest") return WithdrawRequest();
  if (action == "RespondToRequest") return RespondToRequest();
  if (action == "AssignRequest") return AssignRequest{.assignee = "chen"};
  if (action == "HandOverRequest") {
    HandOverRequest command;
    command.assigned.set_assignee("somebody");
    return command;
  }
  if (action == "ExtendDeadline") return ExtendDeadline();
  if (action == "DecideField") {
    // Of a category that is refused nothing can be accepted.
    DecideField command;
    command.decided.set_decision(v1::FIELD_DECISION_REJECTED);
    return command;
  }
  if (action == "ProposeRefusal") {
    ProposeRefusal command;
    command.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
    return command;
  }
  if (action == "ReviewDecision") {
    ReviewDecision command;
    command.reviewed.set_outcome(v1::REVIEW_OUTCOME_UPHELD);
    return command;
  }
  if (action == "ApproveDeletion") return ApproveDeletion();
  if (action == "RecordAnnouncement") return RecordAnnouncement{.announcement = "1 March 2026"};
  if (action == "LiftRestriction") return LiftRestriction();
  if (action == "SettleFee") return SettleFee{.settlement = v1::Fee::STATE_PAID};
  if (action == "DecideConflict") return DecideConflict();
  if (action == "QuoteFee") {
    QuoteFee command;
    command.quoted.set_amount_cents(2000);
    command.quoted.set_currency("CNY");
    command.quoted.set_ground(v1::FEE_GROUND_UNREASONABLE);
    return command;
  }
  if (action == "RetryTask") {
    RetryTask command;
    for (const v1::Task& task : record.tasks()) {
      if (task.state() == v1::Task::STATE_FAILED) command.id = IdIn<TaskId>(task.name());
    }
    return command;
  }
  if (action == "RetryNotice")
    return RetryNotice{.id = NoticeThatAllows(record, NoticeStep::kRetry)};
  if (action == "ResendNotice")
    return ResendNotice{.id = NoticeThatAllows(record, NoticeStep::kResend)};
  if (action == "DecideObjection")
    return DecideObjection{.id = NoticeThatAllows(record, NoticeStep::kDecide), .accepted = true};
  if (action == "RecordNoticeAnswer") {
    return AcknowledgeNotice{.id = NoticeThatAllows(record, NoticeStep::kObject),
                             .evidence = "letter of 1 March 2026"};
  }
  if (action == "RecordNoticeImpossible") {
    return RecordNoticeImpossible{.id = NoticeThatAllows(record, NoticeStep::kDeclareImpossible)};
  }
  if (action == "MigrateRequest") return MigrateRequest();
  if (action == "DownloadPackage") return BeginDownload();
  if (action == "ApproveFileAccess") return ApproveFileAccess{.principal = "somebody"};
  if (action == "StartVerification") {
    // The methods that are always left.
    return StartVerification{.id = VerificationId::Derive(absl::UnixEpoch(), {"asked"}),
                             .method = actor.HasRole("session_asserter")
                                           ? v1::VERIFICATION_METHOD_ACCOUNT_SESSION
                                           : v1::VERIFICATION_METHOD_WRITTEN_REQUEST};
  }
  if (action == "RecordEvidence") {
    RecordEvidence command;
    command.recorded.set_evidence_id(std::string(16, 'e'));
    for (const v1::Verification& verification : state.verifications()) {
      if (!IsDecidedByPeople(verification)) continue;
      command.recorded.set_verification_id(
          std::string(IdIn<VerificationId>(verification.name()).bytes()));
      const bool documents = verification.method() == v1::VERIFICATION_METHOD_DOCUMENTS;
      command.recorded.mutable_evidence()->set_kind(
          documents ? v1::EVIDENCE_KIND_COURT_ORDER_AGAINST : v1::EVIDENCE_KIND_SIGNED_REQUEST);
      if (verification.state() == v1::Verification::STATE_PENDING) break;
    }
    return command;
  }
  if (action == "DecideVerification") {
    // That one failed can be said of each that is awaited, whatever it lacks.
    DecideVerification command;
    const bool is_authority = actor.HasRole("identity_authority");
    for (const v1::Verification& verification : state.verifications()) {
      const bool by_authority = verification.method() == v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY;
      if (is_authority ? !by_authority : !IsDecidedByPeople(verification)) continue;
      command.id = IdIn<VerificationId>(verification.name());
      if (verification.state() == v1::Verification::STATE_PENDING) break;
    }
    return command;
  }
  if (action == "RevokeVerification") {
    RevokeVerification command;
    for (const v1::Verification& verification : state.verifications()) {
      command.revoked.set_verification_id(
          std::string(IdIn<VerificationId>(verification.name()).bytes()));
      if (verification.state() == v1::Verification::STATE_PASSED) break;
    }
    return command;
  }
  if (action == "SubmitCode") {
    SubmitCode command;
    for (const v1::Verification& verification : state.verifications()) {
      if (verification.method() != v1::VERIFICATION_METHOD_ONE_TIME_CODE) continue;
      command = {.id = IdIn<VerificationId>(verification.name()),
                 .matched_send = verification.sends()};
    }
    return command;
  }
  return std::nullopt;
}

bool IsAboutANotice(absl::string_view action) {
  return action == "RetryNotice" || action == "ResendNotice" || action == "DecideObjection" ||
         action == "RecordNoticeAnswer" || action == "RecordNoticeImpossible";
}

// These are open to roles by method, which is asked before the engine is.
bool IsRoleAskedElsewhere(absl::string_view action) {
  return action == "StartVerification" || action == "SubmitCode" || action == "AssignRequest" ||
         action == "RecordEvidence" || action == "RevokeVerification" ||
         action == "ApproveFileAccess" || action == "RecordAnnouncement" || action == "RetryTask" ||
         IsAboutANotice(action) || action == "DownloadPackage" || action == "MigrateRequest" ||
         action == "ExtendDeadline" || action == "HandOverRequest";
}

void CheckAction(const Rulebook& rulebook, const RequestRecord& record,
                 const DecisionContext& context, const v1::AllowedAction& told) {
  if (told.reason() == "ROLE_MISSING" && IsRoleAskedElsewhere(told.action())) return;
  const std::string what = absl::StrCat(told.action(), " by ", context.actor.name, " in ",
                                        record.state().request().state());
  const std::optional<Command> command = CommandFor(told.action(), record, context.actor);
  ASSERT_TRUE(command.has_value()) << "an action without a command: " << what;
  const Decision decision = Decide(rulebook, record, *command, context);
  const Rejected* rejected = std::get_if<Rejected>(&decision);
  const std::string reason = rejected == nullptr ? "" : ErrorReasonName(ReasonOf(rejected->reason));
  if (told.allowed() && told.action() == "SubmitCode" && !record.state().account_known()) {
    // Nobody may learn here that no code was sent.
    EXPECT_TRUE(reason == "CODE_WRONG" || reason == "ATTEMPTS_EXHAUSTED") << what << ": " << reason;
  } else if (told.action() == "SubmitCode" || told.action() == "RecordEvidence" ||
             told.action() == "StartVerification" || told.action() == "DecideVerification" ||
             told.action() == "RevokeVerification" || told.action() == "RetryTask" ||
             IsAboutANotice(told.action())) {
    // Without a verification to name the answers differ in nothing but their words.
    EXPECT_EQ(told.allowed(), rejected == nullptr) << what << ": " << reason;
  } else {
    EXPECT_EQ(told.reason(), reason) << what;
    EXPECT_EQ(told.allowed(), rejected == nullptr) << what;
  }
}

}  // namespace

bool HasBegun(const RequestState& state) {
  if (state.point_of_no_return()) return true;
  return state.request().phase() == v1::PHASE_WORK &&
         std::any_of(state.rounds().begin(), state.rounds().end(), [](const auto& round) {
           return round.kind() == v1::TASK_KIND_CORRECT || round.kind() == v1::TASK_KIND_RESTRICT ||
                  round.kind() == v1::TASK_KIND_STOP_PROCESSING ||
                  round.kind() == v1::TASK_KIND_APPLY_REMEDY;
         });
}

void CheckEvents(const Rulebook& rulebook, const RequestRecord& before,
                 const std::vector<Event>& events, const Facts& facts) {
  RequestRecord record = before;
  for (const Event& event : events) {
    CheckVerified(rulebook, record, event);
    CheckEdge(rulebook, record, event);
    CheckAnswer(record, event);
    CheckNotices(record, event, facts);
    const bool was_breached = record.state().request().breached();
    Evolve(record, event);
    EXPECT_TRUE(record.state().request().breached() || !was_breached) << "a breach was taken back";
    if (event.has_request_withdrawn() && &event == &events.back()) {
      ADD_FAILURE() << "a withdrawal without an answer";
    }
  }
}

void CheckRecord(const RequestRecord& record) {
  CheckDeadline(record.state());
  CheckEnd(record);
  CheckTwoPersons(record.state().request());
  CheckCounters(record);
  CheckRetained(record);
}

void CheckAllowedActions(const Rulebook& rulebook, const RequestRecord& record,
                         const DecisionContext& context) {
  for (const Actor& actor :
       {Intake(), Verifier(), Caseworker(), OtherCaseworker(), PrivacyOfficer(), Reviewer(),
        SessionTool(), ChildrensCaseworker(), IdentityAuthority(), Visitor()}) {
    DecisionContext theirs = context;
    theirs.actor = actor;
    for (const v1::AllowedAction& told : AllowedActions(rulebook, record, theirs)) {
      CheckAction(rulebook, record, theirs, told);
    }
  }
}

}  // namespace dsr
