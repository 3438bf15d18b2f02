#include "unit/workflow/model.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/names.h"
#include "testing/request_driver.h"
#include "testing/request_invariants.h"
#include "testing/shop_facts.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestRecord;
using storage::v1::RequestState;

constexpr char kShop[] = "systems/shop";
// Of one situation, at most as a rule.
constexpr size_t kUsualMoves = 60;
// In which of the situations of a state the allowed actions are compared.
constexpr int kFirstVisits = 10;
constexpr int kVisitsBetweenChecks = 256;

// One situation: the request, the moment, and what else is known of its subject.
struct Situation {
  RequestRecord record;  // without messages: no decision reads them
  absl::Time now;
  bool has_reader = false;    // another open request of the subject reads the same data
  bool has_opponent = false;  // a guardian's does
  bool has_hold = false;      // a hold without date on everything
  int way = -1;               // the step of Ways that led here
};

// How each situation was come to, for people.
class Ways {
 public:
  // The step after `before`, -1 for the first.
  int Add(int before, const std::string& move) {
    steps_.push_back({before, &*names_.insert(move).first});
    return static_cast<int>(steps_.size()) - 1;
  }

  std::string ToText(int step) const {
    if (step < 0) return "";
    return absl::StrCat(ToText(steps_[static_cast<size_t>(step)].before), " / ",
                        *steps_[static_cast<size_t>(step)].move);
  }

 private:
  struct Step {
    int before;
    const std::string* move;
  };
  std::vector<Step> steps_;
  std::set<std::string> names_;
};

Facts FactsOf(const Situation& at) {
  Facts facts = ShopFacts();
  v1::DataSystem shop;
  shop.set_name(kShop);
  for (const char* category : {"browsing", "orders"}) shop.add_categories(category);
  for (int kind = 1; kind < v1::TaskKind_ARRAYSIZE; ++kind) {
    const bool is_own = kind == v1::TASK_KIND_BUILD_PACKAGE || kind == v1::TASK_KIND_BUILD_ANSWER;
    if (!is_own) shop.add_task_kinds(static_cast<v1::TaskKind>(kind));
  }
  facts.systems = {shop};
  AddDisclosure(facts, kAdPartner, {"browsing"});
  if (at.has_reader) AddSibling(facts, "access", v1::RELATION_SUBJECT);
  if (at.has_opponent) AddSibling(facts, "copy", v1::RELATION_GUARDIAN);
  if (at.has_hold) {
    v1::Hold& hold = facts.holds.emplace_back();
    hold.set_name("holds/1");
    hold.set_law("a law");
    hold.set_state(v1::Hold::STATE_ACTIVE);
  }
  return facts;
}

// What a person of each role can ask, and what the shop and recipients can report.
struct Move {
  std::string name;
  Command command;
  Actor actor;
  // What it needs a transition of; unspecified where it can be accepted without one.
  v1::Trigger trigger = v1::TRIGGER_UNSPECIFIED;
};

void AddPeople(const Situation& at, std::vector<Move>& moves) {
  const v1::Request& request = at.record.state().request();
  const auto add = [&](std::string name, Command command, Actor actor,
                       v1::Trigger trigger = v1::TRIGGER_UNSPECIFIED) {
    moves.push_back({std::move(name), std::move(command), std::move(actor), trigger});
  };
  add("assess", AssessRequest(), Caseworker(), v1::TRIGGER_ASSESSED);
  add("confirm", ConfirmPlan(), Caseworker(), v1::TRIGGER_PLAN_CONFIRMED);
  add("clear", ClearBlockers(), Caseworker(), v1::TRIGGER_BLOCKERS_CLEARED);
  ProposeRefusal refuse;
  refuse.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
  add("refuse", refuse, Caseworker(), v1::TRIGGER_REFUSAL_PROPOSED);
  add("approve-alone", ApproveRefusal(), Caseworker(), v1::TRIGGER_REFUSAL_APPROVED);
  add("approve", ApproveRefusal(), OtherCaseworker(), v1::TRIGGER_REFUSAL_APPROVED);
  add("reject", RejectRefusal(), OtherCaseworker(), v1::TRIGGER_REFUSAL_REJECTED);
  add("withdraw", WithdrawRequest(), Intake(), v1::TRIGGER_WITHDRAWN);
  add("respond", RespondToRequest(), Caseworker(), v1::TRIGGER_RESPONDED);
  add("respond-officer", RespondToRequest(), PrivacyOfficer(), v1::TRIGGER_RESPONDED);
  add("decide-conflict", DecideConflict(), PrivacyOfficer(), v1::TRIGGER_CONFLICT_DECIDED);
  add("approve-deletion", ApproveDeletion(), Caseworker());
  add("approve-deletion-2", ApproveDeletion(), PrivacyOfficer());
  add("lift", LiftRestriction(), PrivacyOfficer());
  add("announce", RecordAnnouncement{.announcement = "x"}, PrivacyOfficer());
  add("download", BeginDownload(), Intake());
  for (const auto outcome : {v1::REVIEW_OUTCOME_UPHELD, v1::REVIEW_OUTCOME_OVERTURNED}) {
    ReviewDecision review;
    review.reviewed.set_outcome(outcome);
    add("review", review, Reviewer(), v1::TRIGGER_DECISION_REVIEWED);
    // The one who decided first tries too.
    add("review-own", review, Actor{.name = "credit-model", .roles = {"reviewer"}},
        v1::TRIGGER_DECISION_REVIEWED);
  }
  QuoteFee quote;
  quote.quoted.set_amount_cents(100);
  quote.quoted.set_currency("CNY");
  quote.quoted.set_ground(v1::FEE_GROUND_UNREASONABLE);
  if (!request.has_fee()) add("quote", quote, Caseworker(), v1::TRIGGER_FEE_QUOTED);
  for (const auto state : {v1::Fee::STATE_PAID, v1::Fee::STATE_DECLINED})
    add("settle", SettleFee{.settlement = state}, Intake());
  for (int i = 0; i < request.correction().fields_size(); ++i) {
    if (request.correction().fields(i).decision() != v1::FIELD_DECISION_UNSPECIFIED) continue;
    DecideField decide;
    decide.decided.set_index(i);
    decide.decided.set_decision(v1::FIELD_DECISION_ACCEPTED);
    add("accept", decide, Caseworker());
  }
  add("reconsider", Reconsider(), Actor{.name = "system:engine"});
}

VerificationId FreshId(const Situation& at) {
  return VerificationId::Derive(at.now, {absl::StrCat(at.record.state().version())});
}

void AddProofs(const Situation& at, std::vector<Move>& moves) {
  const RequestState& state = at.record.state();
  const bool is_under_way = std::any_of(state.verifications().begin(), state.verifications().end(),
                                        [&](const v1::Verification& one) {
                                          return one.state() == v1::Verification::STATE_PASSED ||
                                                 (one.state() == v1::Verification::STATE_PENDING &&
                                                  at.now < FromTimestamp(one.expire_time()));
                                        });
  // One proof at a time is enough to see all that depends on it.
  if (!is_under_way) {
    moves.push_back({"start",
                     StartVerification{FreshId(at), v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY},
                     Intake()});
  }
  for (const v1::Verification& one : state.verifications()) {
    const VerificationId id = IdIn<VerificationId>(one.name());
    if (one.state() == v1::Verification::STATE_PENDING) {
      moves.push_back({"pass", DecideVerification{.id = id, .passed = true}, IdentityAuthority()});
      moves.push_back({"fail", DecideVerification{.id = id}, IdentityAuthority()});
    } else if (one.state() == v1::Verification::STATE_PASSED) {
      RevokeVerification revoke;
      revoke.revoked.set_verification_id(std::string(id.bytes()));
      revoke.revoked.set_fraud(true);
      moves.push_back({"revoke", revoke, Verifier()});
    }
  }
}

v1::TaskResult WithRetained(const v1::Task& task) {
  v1::TaskResult result = RequestDriver::UsualResult(task);
  for (v1::CategoryResult& category : *result.mutable_categories()) {
    for (const v1::PlanItem& item : task.instructions()) {
      if (item.category() != category.category() || item.action() == v1::RETENTION_ACTION_ERASE)
        continue;
      v1::RetainedGroup& group = *category.add_retained();
      group.set_records(1);
      group.mutable_anchor_day()->set_year(2025);
      group.mutable_anchor_day()->set_month(1);
      group.mutable_anchor_day()->set_day(15);
    }
  }
  return result;
}

void AddWork(const Situation& at, std::vector<Move>& moves) {
  for (const v1::Task& task : at.record.tasks()) {
    const TaskId id = IdIn<TaskId>(task.name());
    if (task.state() == v1::Task::STATE_FAILED)
      moves.push_back({"retry", RetryTask{.id = id}, Caseworker()});
    if (task.state() != v1::Task::STATE_OPEN) continue;
    const std::string kind = v1::TaskKind_Name(task.kind());
    if (task.kind() == v1::TASK_KIND_BUILD_PACKAGE || task.kind() == v1::TASK_KIND_BUILD_ANSWER) {
      CompletePackage package{.id = id};
      package.built.set_sha256(std::string(32, 's'));
      moves.push_back({"package", package, Actor{.name = "system:packager"}});
      continue;
    }
    const bool erases = task.kind() == v1::TASK_KIND_ERASE;
    moves.push_back(
        {"done " + kind,
         CompleteTask{.id = id,
                      .result = erases && !task.retained_only() ? WithRetained(task)
                                                                : RequestDriver::UsualResult(task)},
         Worker()});
    if (task.kind() == v1::TASK_KIND_CHECK_BLOCKERS || task.kind() == v1::TASK_KIND_CLOSE_ACCOUNT) {
      v1::TaskResult result;
      result.add_blockers()->set_id("order-1");
      moves.push_back({"blocked " + kind, CompleteTask{.id = id, .result = result}, Worker()});
    }
    if (task.kind() == v1::TASK_KIND_FETCH_DECISION)
      moves.push_back({"no decision", CompleteTask{.id = id}, Worker()});
    moves.push_back(
        {"failed " + kind, FailTask{.id = id, .code = "x", .for_good = true}, Worker()});
  }
  for (const v1::Notice& notice : at.record.notices()) {
    const NoticeId id = IdIn<NoticeId>(notice.name());
    if (notice.state() == v1::Notice::STATE_PENDING)
      moves.push_back({"acknowledge", AcknowledgeNotice{.id = id}, Visitor()});
    if (notice.state() == v1::Notice::STATE_ACKNOWLEDGED)
      moves.push_back({"complete", CompleteNotice{.id = id, .records = 1}, Visitor()});
    // Once, so that there is an end of it, and where nothing else keeps the request open.
    const RequestState& state = at.record.state();
    const bool is_last = state.request().phase() == v1::PHASE_FOLLOW_UP && state.retained().empty();
    if (is_last && notice.state() == v1::Notice::STATE_PENDING && notice.scope_version() == 1) {
      ObjectToNotice object{.id = id};
      object.objection.set_ground("retention");
      object.objection.set_law("a law");
      *object.objection.mutable_until() = ToDate(DayOf(at.now, absl::UTCTimeZone()) + 30);
      moves.push_back({"object", object, Visitor()});
    }
  }
}

// The timer's name, without the id of a notice.
std::string NameOf(const storage::v1::PendingTimer& timer) {
  return timer.notice_id().empty() ? timer.name() : timer.name().substr(0, timer.name().rfind('-'));
}

// What a decision can depend on, without ids and times.
std::string KeyOf(const Situation& at) {
  const RequestState& state = at.record.state();
  const v1::Request& request = state.request();
  std::vector<std::string> parts = {
      request.state(),
      absl::StrCat(at.has_reader, at.has_opponent, at.has_hold, request.breached(),
                   request.escalation_level(), state.point_of_no_return(), state.account_known(),
                   state.decision_found(), state.subject_told(), request.response().outcome(), "/",
                   request.refusal().state(), "/", request.fee().state(), "/",
                   request.review().outcome(), "/", request.package().state(), "/",
                   request.approvers_size(), "/", !request.announcement().empty(),
                   state.settled_conflicts_size())};
  std::set<std::string> sorted;
  for (const v1::Verification& one : state.verifications()) {
    const bool counts = at.now < FromTimestamp(one.expire_time());
    // Attempts that came to nothing change nothing but the limits, which the scenarios play.
    const bool is_dead = one.state() == v1::Verification::STATE_FAILED ||
                         (one.state() == v1::Verification::STATE_PENDING && !counts);
    if (!is_dead) sorted.insert(absl::StrCat("v", one.state(), counts));
  }
  for (const v1::Task& task : at.record.tasks()) {
    // Of earlier rounds nothing is asked any more.
    const bool is_old = std::any_of(
        state.rounds().begin(), state.rounds().end(), [&](const storage::v1::TaskRound& round) {
          return round.kind() == task.kind() && round.number() != task.round();
        });
    if (!is_old) sorted.insert(absl::StrCat("t", task.kind(), task.state(), task.retained_only()));
  }
  for (const v1::Notice& notice : at.record.notices()) {
    sorted.insert(absl::StrCat("n", notice.kind(), notice.state(), notice.overdue()));
  }
  for (const storage::v1::PendingTimer& timer : state.timers()) {
    sorted.insert(absl::StrCat("~", NameOf(timer)));
  }
  for (const v1::Blocker& blocker : request.blockers())
    sorted.insert(absl::StrCat("b", blocker.resolved()));
  for (const v1::PlanItem& item : request.plan().items())
    sorted.insert(absl::StrCat("p", item.category(), item.action()));
  for (const storage::v1::RetainedData& kept : state.retained())
    sorted.insert(absl::StrCat("r", kept.has_next_end()));
  for (const v1::FieldCorrection& field : request.correction().fields())
    parts.push_back(absl::StrCat("f", field.decision()));
  parts.insert(parts.end(), sorted.begin(), sorted.end());
  return absl::StrJoin(parts, ",");
}

// Told apart from the engine's own guards on purpose.
bool IsVerified(const Rulebook& rulebook, const RequestState& state, absl::Time now) {
  switch (rulebook.workflow.initiation()) {
    case v1::INITIATION_UNVERIFIED:
      return false;
    case v1::INITIATION_COMPANY:
      return state.request().approvers_size() >= 2;
    default:
      return std::any_of(state.verifications().begin(), state.verifications().end(),
                         [&](const v1::Verification& one) {
                           return one.state() == v1::Verification::STATE_PASSED &&
                                  now < FromTimestamp(one.expire_time());
                         });
  }
}

bool Acts(const Rulebook& rulebook, const RequestState& state, const Event& event) {
  // Later ones follow up what was begun.
  if (event.has_notices_created() && !state.point_of_no_return()) {
    const auto& created = event.notices_created();
    return created.kind() != v1::NOTICE_KIND_RESUME_PROCESSING &&
           std::any_of(created.notices().begin(), created.notices().end(),
                       [](const auto& notice) { return notice.scope_version() == 1; });
  }
  if (event.has_tasks_created()) {
    const auto& created = event.tasks_created();
    const bool undoes = created.kind() == v1::TASK_KIND_LIFT_RESTRICTION;
    const bool asks = created.kind() == v1::TASK_KIND_RESOLVE_CONTACT;
    const bool ends_retention =
        !created.tasks().empty() &&
        std::all_of(created.tasks().begin(), created.tasks().end(),
                    [](const storage::v1::NewTask& task) { return task.retained_only(); });
    return !undoes && !asks && !ends_retention;
  }
  if (event.has_request_answered() &&
      rulebook.workflow.initiation() == v1::INITIATION_UNSPECIFIED) {
    const v1::Outcome outcome = event.request_answered().outcome();
    return outcome == v1::OUTCOME_FULFILLED || outcome == v1::OUTCOME_PARTLY_FULFILLED;
  }
  return event.has_grant_issued() || event.has_download_begun() || event.has_consent_changed() ||
         event.has_disclosure_recorded();
}

bool WasToldAgain(const RequestRecord& record, const v1::Notice& objected) {
  return std::any_of(record.notices().begin(), record.notices().end(), [&](const auto& notice) {
    return notice.recipient() == objected.recipient() && notice.kind() == objected.kind() &&
           notice.scope_version() > objected.scope_version();
  });
}

class Explorer {
 public:
  Explorer(std::shared_ptr<const Rulebook> rulebook, const ModelOptions& options)
      : rulebook_(std::move(rulebook)), options_(options) {}

  Exploration Run() {
    RequestDriver driver(rulebook_);
    driver.set_checks_actions(false);
    Situation first{.now = driver.now()};
    storage::v1::RequestFiled filed = driver.UsualFiling();
    filed.clear_categories();
    filed.add_categories("browsing");
    filed.add_categories("orders");
    if (rulebook_->workflow.details() == v1::DETAILS_KIND_CONSENT_CHANGE) filed.clear_categories();
    if (rulebook_->workflow.details() == v1::DETAILS_KIND_CORRECTION) {
      filed.mutable_correction()->mutable_fields()->DeleteSubrange(1, 2);
      filed.mutable_correction()->mutable_fields(0)->set_category("browsing");
      filed.clear_categories();
    }
    id_ = RequestId::Derive(first.now, {"model"});
    Take({"file", FileRequest{.filed = filed}, Intake()}, first, Known(first));
    while (!queue_.empty() && !IsOver()) {
      const Situation at = std::move(queue_.front());
      queue_.pop_front();
      Visit(at);
    }
    found_.states = static_cast<int>(seen_.size());
    found_.is_complete = queue_.empty();
    return std::move(found_);
  }

 private:
  bool IsOver() const {
    return static_cast<int>(seen_.size()) >= options_.most_states ||
           (options_.stops_at_violation && !found_.violations.empty());
  }

  void Visit(const Situation& at) {
    std::vector<Move> moves;
    moves.reserve(kUsualMoves);
    AddPeople(at, moves);
    AddProofs(at, moves);
    AddWork(at, moves);
    const Facts& facts = Known(at);
    const int visits = visits_[at.record.state().request().state()]++;
    const bool is_checked = visits < kFirstVisits || visits % kVisitsBetweenChecks == 0;
    if (options_.checks_actions && is_checked) {
      CheckAllowedActions(*rulebook_, at.record, ContextOf(Visitor(), at.now, facts));
    }
    const std::string& state = at.record.state().request().state();
    for (const Move& move : moves) {
      // What no transition leads away from here for is refused; that it is, the first visits see.
      if (visits >= kFirstVisits && !HasTransition(state, move.trigger)) continue;
      Take(move, at, facts);
    }
    FireNextTimer(at, facts);
    ChangeFacts(at);
  }

  bool HasTransition(const std::string& state, v1::Trigger trigger) const {
    if (trigger == v1::TRIGGER_UNSPECIFIED) return true;
    const auto& all = rulebook_->workflow.transitions();
    return std::any_of(all.begin(), all.end(), [&](const v1::Transition& transition) {
      if (transition.trigger() != trigger) return false;
      return transition.from_unanswered() ||
             std::find(transition.from().begin(), transition.from().end(), state) !=
                 transition.from().end();
    });
  }

  const Facts& Known(const Situation& at) {
    const auto key = std::make_tuple(at.has_reader, at.has_opponent, at.has_hold);
    const auto found = facts_.find(key);
    return found != facts_.end() ? found->second : facts_.emplace(key, FactsOf(at)).first->second;
  }

  DecisionContext ContextOf(const Actor& actor, absl::Time now, const Facts& facts) const {
    return {.actor = actor,
            .now = now,
            .request = id_,
            .fresh_id = std::string(16, 'g'),
            .facts = &facts};
  }

  void FireNextTimer(const Situation& at, const Facts& facts) {
    const storage::v1::PendingTimer* next = nullptr;
    for (const storage::v1::PendingTimer& timer : at.record.state().timers()) {
      const absl::Time due = FromTimestamp(timer.due_time());
      if (next == nullptr || std::make_pair(due, timer.name()) <
                                 std::make_pair(FromTimestamp(next->due_time()), next->name())) {
        next = &timer;
      }
    }
    if (next == nullptr) return;
    Situation later = at;
    later.now = std::max(later.now, FromTimestamp(next->due_time()));
    Take({absl::StrCat("timer ", NameOf(*next)),
          FireTimer{.name = next->name(), .due = FromTimestamp(next->due_time())}, Scheduler()},
         later, facts);
  }

  // Others come and go only where it can matter: while something is planned or waits.
  void ChangeFacts(const Situation& at) {
    if (rulebook_->workflow.data_use() != v1::DATA_USE_ERASES) return;
    const v1::Phase phase = at.record.state().request().phase();
    if (phase != v1::PHASE_ASSESSMENT && phase != v1::PHASE_APPROVAL) return;
    const auto change = [&](const char* name, bool Situation::*what) {
      Situation other = at;
      other.*what = !(other.*what);
      if (other.has_reader + other.has_opponent + other.has_hold > 1) return;
      Add(std::move(other), name);
    };
    change("reader", &Situation::has_reader);
    change("opponent", &Situation::has_opponent);
    change("hold", &Situation::has_hold);
  }

  void Take(const Move& move, const Situation& at, const Facts& facts) {
    const Decision decision =
        Decide(*rulebook_, at.record, move.command, ContextOf(move.actor, at.now, facts));
    const Accepted* accepted = std::get_if<Accepted>(&decision);
    const std::vector<Event>& events =
        accepted != nullptr ? accepted->events : std::get<Rejected>(decision).events;
    if (accepted == nullptr && events.size() <= 1) return;
    if (events.empty()) return;
    ++found_.transitions;
    Situation next = at;
    for (const Event& event : events) {
      CheckEvent(next, event, facts, move.name);
      Evolve(next.record, event);
    }
    next.record.clear_messages();
    CheckState(next, move.name);
    Add(std::move(next), move.name);
  }

  void Add(Situation situation, const std::string& move) {
    if (!seen_.insert(KeyOf(situation)).second) return;
    situation.way = ways_.Add(situation.way, move);
    queue_.push_back(std::move(situation));
  }

  void Violate(const char* invariant, const Situation& at, const std::string& move) {
    if (found_.violations.contains(invariant)) return;
    found_.violations.emplace(invariant, absl::StrCat(ways_.ToText(at.way), " / ", move));
  }

  void CheckEvent(const Situation& at, const Event& event, const Facts& facts,
                  const std::string& move) {
    const RequestState& state = at.record.state();
    const v1::Request& request = state.request();
    if (Acts(*rulebook_, state, event) && !IsVerified(*rulebook_, state, at.now))
      Violate("I2", at, move);
    if (event.has_tasks_created() && event.tasks_created().kind() == v1::TASK_KIND_ERASE) {
      for (const storage::v1::NewTask& task : event.tasks_created().tasks()) {
        for (const v1::PlanItem& item : task.instructions()) {
          if (!facts.holds.empty() && item.action() != v1::RETENTION_ACTION_RESTRICT)
            Violate("I9", at, move);
        }
      }
      const absl::Time last_day = FromTimestamp(request.due_time()) - absl::Hours(24);
      const bool may_wait = !request.has_due_time() || at.now < last_day;
      const bool begins = !state.point_of_no_return() || request.type() == "account-cancellation";
      const bool is_retained = !state.retained().empty() || request.phase() == v1::PHASE_FOLLOW_UP;
      if ((at.has_reader || at.has_opponent) && may_wait && begins && !is_retained)
        Violate("I10", at, move);
    }
    if (event.has_request_answered()) {
      if (request.has_response()) Violate("I4", at, move);
      if (event.request_answered().outcome() == v1::OUTCOME_REFUSED) {
        const v1::Refusal& refusal = request.refusal();
        if (refusal.ground() == v1::REFUSAL_GROUND_UNSPECIFIED ||
            refusal.proposer() == refusal.decider() || refusal.decider().empty()) {
          Violate("I11", at, move);
        }
      }
      if (event.request_answered().outcome() == v1::OUTCOME_WITHDRAWN &&
          state.point_of_no_return()) {
        Violate("I17", at, move);
      }
    }
    if (event.has_request_withdrawn() && state.point_of_no_return()) Violate("I17", at, move);
    if (event.has_decision_reviewed() && (event.actor() == request.review().decided_by() ||
                                          absl::StartsWith(event.actor(), "system:"))) {
      Violate("I12", at, move);
    }
  }

  void CheckState(const Situation& at, const std::string& move) {
    const v1::Request& request = at.record.state().request();
    const bool has_requester = request.requester().relation() != v1::RELATION_COMPANY;
    const bool is_open =
        request.phase() != v1::PHASE_CLOSED && request.phase() != v1::PHASE_FOLLOW_UP;
    if (has_requester && request.has_response() == is_open) Violate("I4", at, move);
    if (request.phase() != v1::PHASE_CLOSED) return;
    if (request.progress().notices_outstanding() > 0) Violate("I4", at, move);
    // Whoever objected until a day has been told again, unless the data may be used after all.
    for (const v1::Notice& notice : at.record.notices()) {
      const bool is_final = notice.kind() == v1::NOTICE_KIND_DELETE && request.incidents().empty();
      if (is_final && notice.objection().has_until() && !WasToldAgain(at.record, notice))
        Violate("I4", at, move);
    }
    if (!at.record.state().retained().empty()) Violate("I9", at, move);
  }

  const std::shared_ptr<const Rulebook> rulebook_;
  const ModelOptions options_;
  std::map<std::string, int> visits_;  // by state
  RequestId id_;
  std::set<std::string> seen_;
  Ways ways_;
  std::map<std::tuple<bool, bool, bool>, Facts> facts_;
  std::deque<Situation> queue_;
  Exploration found_;
};

}  // namespace

Exploration Explore(const std::shared_ptr<const Rulebook>& rulebook, const ModelOptions& options) {
  return Explorer(rulebook, options).Run();
}

}  // namespace dsr
