#include "unit/workflow/model.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/engine.h"
#include "testing/request_invariants.h"
#include "testing/shop_facts.h"
#include "unit/workflow/model_moves.h"
#include "unit/workflow/model_rules.h"

namespace dsr {
namespace {

using storage::v1::Event;

// In which of the situations of a state the allowed actions are compared.
constexpr int kFirstVisits = 10;
constexpr int kVisitsBetweenChecks = 256;

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

// A policy with few attempts: that they run out is soon seen.
std::shared_ptr<const Rulebook> WithFewAttempts(const Rulebook& rulebook) {
  auto few = std::make_shared<Rulebook>(rulebook);
  few->policy.mutable_verification()->set_attempts(1);
  few->policy.mutable_verification()->set_sends(2);
  return few;
}

class Explorer {
 public:
  Explorer(const Rulebook& rulebook, const ModelOptions& options)
      : rulebook_(WithFewAttempts(rulebook)), options_(options) {}

  Exploration Run() {
    Situation first{.now = ShopTime(absl::CivilSecond(2026, 3, 2, 9, 0, 0))};
    id_ = RequestId::Derive(first.now, {"model"});
    const Actor filer = options_.asker == Asker::kCompany
                            ? Actor{.name = "ines", .roles = {"privacy_officer"}}
                            : Intake();
    Take({"file", FileRequest{.filed = FilingBy(options_.asker, *rulebook_)}, filer}, first,
         Known(0));
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
    const Facts& facts = Known(at.beside);
    const std::string& state = at.record.state().request().state();
    found_.visited.insert(state);
    const int visits = visits_[state]++;
    const bool is_checked = visits < kFirstVisits || visits % kVisitsBetweenChecks == 0;
    if (options_.checks_actions && is_checked)
      CheckAllowedActions(*rulebook_, at.record, ContextOf(Visitor(), at.now, facts));
    for (const Move& move : MovesFrom(at, options_.asker, *rulebook_, facts)) Take(move, at, facts);
    FireNextTimer(at, facts);
    LetProofsEnd(at);
    ChangeFacts(at);
  }

  const Facts& Known(unsigned beside) {
    const auto found = facts_.find(beside);
    if (found != facts_.end()) return found->second;
    return facts_.emplace(beside, FactsBeside(beside, options_.asker, *rulebook_)).first->second;
  }

  DecisionContext ContextOf(const Actor& actor, absl::Time now, const Facts& facts) const {
    return {.actor = actor,
            .now = now,
            .request = id_,
            .fresh_id = std::string(16, 'g'),
            .facts = &facts};
  }

  // No other: a request's overdue timers fire in due order, before anything else.
  static const storage::v1::PendingTimer* NextTimer(const Situation& at) {
    const auto& timers = at.record.state().timers();
    const auto next =
        std::min_element(timers.begin(), timers.end(), [](const auto& a, const auto& b) {
          return std::make_pair(FromTimestamp(a.due_time()), a.name()) <
                 std::make_pair(FromTimestamp(b.due_time()), b.name());
        });
    return next == timers.end() ? nullptr : &*next;
  }

  // With the reminders that come before it: nobody would tell the situation after one from that
  // before it, and the next timer would never be come to.
  void FireNextTimer(const Situation& at, const Facts& facts) {
    Situation later = at;
    for (const storage::v1::PendingTimer* next = NextTimer(later); next != nullptr;
         next = NextTimer(later)) {
      const bool is_reminder = IsReminder(*next);
      later.now = std::max(later.now, FromTimestamp(next->due_time()));
      const Move move = {absl::StrCat("timer ", is_reminder ? "reminder" : next->name()),
                         FireTimer{.name = next->name(), .due = FromTimestamp(next->due_time())},
                         Scheduler()};
      std::optional<Situation> after = Follow(move, later, facts);
      if (!after.has_value()) return;
      if (!is_reminder) {
        Add(*std::move(after), move.name);
        return;
      }
      later = *std::move(after);
    }
    Add(std::move(later), "reminders");
  }

  // Codes and proofs end without a timer, where none before the answer waits for them.
  void LetProofsEnd(const Situation& at) {
    const storage::v1::PendingTimer* next = NextTimer(at);
    absl::Time first = absl::InfiniteFuture();
    for (const v1::Verification& proof : at.record.state().verifications()) {
      const absl::Time end = FromTimestamp(proof.expire_time());
      const bool counts = proof.state() == v1::Verification::STATE_PENDING ||
                          proof.state() == v1::Verification::STATE_PASSED;
      if (counts && end > at.now) first = std::min(first, end);
    }
    if (first == absl::InfiniteFuture()) return;
    if (next != nullptr && FromTimestamp(next->due_time()) <= first) return;
    Situation later = at;
    later.now = first;
    Add(std::move(later), "a proof ends");
  }

  // What comes up beside the request, one thing at a time, where it can still matter.
  void ChangeFacts(const Situation& at) {
    const v1::Request& request = at.record.state().request();
    const v1::Phase phase = request.phase();
    const bool is_unanswered = phase >= v1::PHASE_VERIFICATION && phase <= v1::PHASE_APPROVAL;
    const bool erases = rulebook_->workflow.data_use() == v1::DATA_USE_ERASES;
    const auto change = [&](const char* name, unsigned what, bool may_go) {
      if ((at.beside & ~what) != 0 || ((at.beside & what) != 0 && !may_go)) return;
      Situation other = at;
      other.beside ^= what;
      Add(std::move(other), name);
    };
    if (is_unanswered) change("death", kDeath, /*may_go=*/false);
    // The rest is the same whoever asks.
    if (options_.asker != Asker::kSubject && options_.asker != Asker::kCompany) return;
    if (erases && is_unanswered && phase != v1::PHASE_VERIFICATION) {
      change("reader", kReader, /*may_go=*/true);
      change("opponent", kOpponent, /*may_go=*/true);
    }
    if (erases && phase != v1::PHASE_CLOSED && phase != v1::PHASE_VERIFICATION)
      change("hold", kHold, /*may_go=*/true);
    if (erases && phase == v1::PHASE_WORK) change("disclosure", kDisclosure, /*may_go=*/false);
    if (phase == v1::PHASE_VERIFICATION && request.duplicate_of().empty())
      change("twin", kTwin, /*may_go=*/false);
    if (at.beside == kTwin) {
      Situation other = at;
      other.beside = 0;
      Add(std::move(other), "the twin lapses");
      other = at;
      other.beside = kTwinAnswered;
      Add(std::move(other), "the twin is answered");
    }
  }

  void Take(const Move& move, const Situation& at, const Facts& facts) {
    if (std::optional<Situation> next = Follow(move, at, facts)) Add(*std::move(next), move.name);
  }

  // What the move leads to, checked on the way; nothing when it changes nothing.
  std::optional<Situation> Follow(const Move& move, const Situation& at, const Facts& facts) {
    const Decision decision =
        Decide(*rulebook_, at.record, move.command, ContextOf(move.actor, at.now, facts));
    const Accepted* accepted = std::get_if<Accepted>(&decision);
    const std::vector<Event>& events =
        accepted != nullptr ? accepted->events : std::get<Rejected>(decision).events;
    if (accepted == nullptr) CheckRejection(move, at);
    if (events.empty() || (accepted == nullptr && events.size() == 1)) return std::nullopt;
    ++found_.transitions;
    Situation next = at;
    for (const Event& event : events) {
      Violate(BrokenBy(event, next, *rulebook_, facts), next, move.name);
      Evolve(next.record, event);
    }
    // Elsewhere no decision reads them.
    const bool asks_whether_told = options_.asker == Asker::kCompany ||
                                   next.record.state().request().restriction().has_lift_time();
    if (!asks_whether_told) next.record.clear_messages();
    Violate(BrokenIn(next), next, move.name);
    return next;
  }

  // A withdrawal takes effect as long as nothing is past the point of no return (I17).
  void CheckRejection(const Move& move, const Situation& at) {
    if (!std::holds_alternative<WithdrawRequest>(move.command)) return;
    const v1::Request& request = at.record.state().request();
    const bool is_unanswered = request.phase() != v1::PHASE_FOLLOW_UP &&
                               request.phase() != v1::PHASE_CLOSED && !request.has_response();
    if (is_unanswered && options_.asker != Asker::kCompany &&
        !at.record.state().point_of_no_return()) {
      Violate({"I17"}, at, move.name);
    }
  }

  void Add(Situation situation, const std::string& move) {
    if (!seen_.insert(KeyOf(situation)).second) return;
    situation.way = ways_.Add(situation.way, move);
    queue_.push_back(std::move(situation));
  }

  void Violate(const std::set<std::string>& invariants, const Situation& at,
               const std::string& move) {
    for (const std::string& invariant : invariants)
      found_.violations.try_emplace(invariant, absl::StrCat(ways_.ToText(at.way), " / ", move));
  }

  const std::shared_ptr<const Rulebook> rulebook_;
  const ModelOptions options_;
  std::map<std::string, int> visits_;  // by state
  RequestId id_;
  std::unordered_set<std::string> seen_;
  Ways ways_;
  std::map<unsigned, Facts> facts_;
  std::deque<Situation> queue_;
  Exploration found_;
};

}  // namespace

Exploration Explore(const std::shared_ptr<const Rulebook>& rulebook, const ModelOptions& options) {
  return Explorer(*rulebook, options).Run();
}

}  // namespace dsr
