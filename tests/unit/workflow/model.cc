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

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/engine.h"
#include "testing/request_invariants.h"
#include "testing/shop_facts.h"
#include "unit/workflow/model_moves.h"
#include "unit/workflow/model_rules.h"
#include "unit/workflow/model_situation.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::PendingTimer;

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

const PendingTimer* NextTimer(const Situation& at) {
  const auto& timers = at.record.state().timers();
  const auto next =
      std::min_element(timers.begin(), timers.end(), [](const auto& a, const auto& b) {
        return std::make_pair(FromTimestamp(a.due_time()), a.name()) <
               std::make_pair(FromTimestamp(b.due_time()), b.name());
      });
  return next == timers.end() ? nullptr : &*next;
}

bool AsksWhetherTold(const v1::Workflow& workflow) {
  const auto& rules = workflow.transitions();
  return std::any_of(rules.begin(), rules.end(), [](const v1::Transition& rule) {
    return std::any_of(rule.guards().begin(), rule.guards().end(), [](const v1::Guard& guard) {
      return guard.kind() == v1::GUARD_KIND_SUBJECT_TOLD;
    });
  });
}

class Explorer {
 public:
  Explorer(std::shared_ptr<const Rulebook> rulebook, const ModelOptions& options)
      : rulebook_(std::move(rulebook)),
        options_(options),
        asks_whether_told_(AsksWhetherTold(rulebook_->workflow)) {}

  Exploration Run() {
    Situation first{.now = ShopTime(absl::CivilSecond(2026, 3, 2, 9, 0, 0))};
    id_ = RequestId::Derive(first.now, {"model"});
    const FileRequest file{.filed = FilingFor(options_.aspect, rulebook_)};
    Take({.name = "file", .command = file, .actor = Intake()}, first, Known(0));
    // Whoever is not verified is linked when filing.
    if (options_.aspect == Aspect::kBeside && IsUnverified()) {
      first.beside = kTwin;
      Take({.name = "file the same", .command = file, .actor = Intake()}, first, Known(kTwin));
    }
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
  bool IsUnverified() const {
    return rulebook_->workflow.initiation() == v1::INITIATION_UNVERIFIED;
  }

  bool IsOver() const {
    return static_cast<int>(seen_.size()) >= options_.most_states ||
           (options_.stops_at_violation && !found_.violations.empty());
  }

  MoveList MovesFrom(const Situation& at) const {
    const Aspect aspect = options_.aspect;
    MoveList moves(aspect == Aspect::kGuardian);
    AddPeople(at, aspect, moves);
    if (aspect == Aspect::kFees) AddFees(at, moves);
    if (aspect == Aspect::kPartialRefusals) AddPartialRefusals(at, moves);
    AddProofs(at, aspect, *rulebook_, moves);
    AddWork(at, aspect, moves);
    return moves;
  }

  void Visit(const Situation& at) {
    const Facts& facts = Known(at.beside);
    const std::string& state = at.record.state().request().state();
    const int visits = visits_[state]++;
    const bool is_checked = visits < kFirstVisits || visits % kVisitsBetweenChecks == 0;
    if (options_.checks_actions && is_checked) {
      CheckAllowedActions(*rulebook_, at.record, ContextOf(Visitor(), at.now, facts));
    }
    const MoveList moves = MovesFrom(at);
    for (const Move& move : moves.all()) {
      // What no transition leads away from here for is refused; that it is, the first visits see.
      if (visits >= kFirstVisits && !HasTransition(state, move.trigger)) continue;
      Take(move, at, facts);
    }
    FireNextTimer(at, facts);
    ChangeFacts(at);
    LetProofsEnd(at);
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

  const Facts& Known(unsigned beside) {
    const auto found = facts_.find(beside);
    if (found != facts_.end()) return found->second;
    return facts_.emplace(beside, FactsOf(beside, options_.aspect, *rulebook_)).first->second;
  }

  DecisionContext ContextOf(const Actor& actor, absl::Time now, const Facts& facts) const {
    return {.actor = actor,
            .now = now,
            .request = id_,
            .fresh_id = std::string(16, 'g'),
            .facts = &facts};
  }

  // With the reminders that come before it, where nobody tells the situation after one from that
  // before it: the next timer would never be come to.
  void FireNextTimer(const Situation& at, const Facts& facts) {
    Situation later = at;
    while (const PendingTimer* next = NextTimer(later)) {
      const bool is_passed_over = options_.aspect != Aspect::kWork && IsReminder(*next);
      const absl::Time due = FromTimestamp(next->due_time());
      later.now = std::max(later.now, due);
      const Move move{.name = absl::StrCat("timer ", NameOf(*next)),
                      .command = FireTimer{.name = next->name(), .due = due},
                      .actor = Scheduler()};
      std::optional<Situation> after = Follow(move, later, facts);
      if (!after.has_value()) return;
      later = *std::move(after);
      if (!is_passed_over) return Add(std::move(later), move.name);
    }
  }

  // Proofs, and codes that nobody submits, end without a timer.
  void LetProofsEnd(const Situation& at) {
    if (options_.aspect == Aspect::kWork || options_.aspect == Aspect::kBeside) return;
    const PendingTimer* timer = NextTimer(at);
    absl::Time first = timer == nullptr ? absl::InfiniteFuture() : FromTimestamp(timer->due_time());
    bool is_a_proof = false;
    for (const v1::Verification& proof : at.record.state().verifications()) {
      const absl::Time end = FromTimestamp(proof.expire_time());
      // At which level it was proved makes no difference to that.
      const bool may_lapse =
          proof.state() == v1::Verification::STATE_PASSED && options_.aspect != Aspect::kLevels;
      const bool counts = proof.state() == v1::Verification::STATE_PENDING || may_lapse;
      if (!counts || end <= at.now || end >= first) continue;
      first = end;
      is_a_proof = true;
    }
    if (!is_a_proof) return;
    Situation later = at;
    later.now = first;
    Add(std::move(later), "a proof ends");
  }

  // Others come and go only where it can matter, one at a time.
  void ChangeFacts(const Situation& at) {
    const Aspect aspect = options_.aspect;
    const bool is_beside = aspect == Aspect::kBeside;
    if (aspect != Aspect::kWork && aspect != Aspect::kLapses && !is_beside) return;
    const v1::Request& request = at.record.state().request();
    const v1::Phase phase = request.phase();
    const bool is_planned = phase == v1::PHASE_ASSESSMENT || phase == v1::PHASE_APPROVAL;
    const bool erases = rulebook_->workflow.data_use() == v1::DATA_USE_ERASES;
    if (erases && (is_planned || (is_beside && phase == v1::PHASE_WORK)))
      Toggle(at, "reader", kReader);
    if (erases && is_planned && !is_beside) Toggle(at, "opponent", kOpponent);
    if (erases && is_planned && aspect == Aspect::kWork) Toggle(at, "hold", kHold);
    const bool has_subject = rulebook_->workflow.initiation() == v1::INITIATION_UNSPECIFIED;
    if (!is_beside || request.has_response()) return;
    if (!has_subject && !IsUnverified()) return;
    if (has_subject && (at.beside & kDeath) == 0) Toggle(at, "death", kDeath);
    if (phase == v1::PHASE_VERIFICATION || request.state() == "linked") Toggle(at, "twin", kTwin);
    if (request.has_correction() && phase == v1::PHASE_ASSESSMENT) Toggle(at, "erased", kErased);
    if (at.beside != kTwin) return;
    Situation other = at;
    other.beside = kAnsweredTwin;
    Add(std::move(other), "the twin is answered");
  }

  void Toggle(const Situation& at, const char* name, Beside what) {
    if ((at.beside & ~what) != 0) return;
    Situation other = at;
    other.beside ^= what;
    Add(std::move(other), name);
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
    if (accepted != nullptr && move.forbidden != nullptr) Violate({move.forbidden}, at, move.name);
    if (events.empty() || (accepted == nullptr && events.size() == 1)) return std::nullopt;
    ++found_.transitions;
    Situation next = at;
    for (const Event& event : events) {
      Violate(BrokenBy(event, next, *rulebook_, facts), next, move.name);
      Evolve(next.record, event);
      if (event.has_state_changed()) found_.visited.insert(event.state_changed().to());
      if (event.has_request_answered()) found_.outcomes.insert(event.request_answered().outcome());
    }
    KeepMessages(next.record);
    Violate(BrokenIn(next), next, move.name);
    return next;
  }

  // Elsewhere no decision reads them, or only whether the same was said before.
  void KeepMessages(storage::v1::RequestRecord& record) const {
    if (!asks_whether_told_) return record.clear_messages();
    auto& messages = *record.mutable_messages();
    messages.erase(std::remove_if(messages.begin(), messages.end(),
                                  [](const v1::Message& message) {
                                    return message.template_() != "restriction-lifted" &&
                                           message.template_() != "company-deletion";
                                  }),
                   messages.end());
  }

  void Add(Situation situation, const std::string& move) {
    if (!seen_.insert(KeyOf(situation, options_.aspect, *rulebook_)).second) return;
    situation.way = ways_.Add(situation.way, move);
    queue_.push_back(std::move(situation));
  }

  void Violate(const std::set<std::string>& invariants, const Situation& at,
               const std::string& move) {
    for (const std::string& invariant : invariants) {
      if (found_.violations.contains(invariant)) continue;
      found_.violations.emplace(invariant, absl::StrCat(ways_.ToText(at.way), " / ", move));
    }
  }

  const std::shared_ptr<const Rulebook> rulebook_;
  const ModelOptions options_;
  const bool asks_whether_told_;
  std::map<std::string, int> visits_;  // by state
  RequestId id_;
  std::unordered_set<std::string> seen_;
  Ways ways_;
  std::map<unsigned, Facts> facts_;  // by what is beside
  std::deque<Situation> queue_;
  Exploration found_;
};

}  // namespace

Exploration Explore(const std::shared_ptr<const Rulebook>& rulebook, const ModelOptions& options) {
  // Reminders of notices change nothing that a request waits for, and would double its states.
  const auto unchased = std::make_shared<Rulebook>(*rulebook);
  unchased->policy.clear_notice_chase();
  return Explorer(unchased, options).Run();
}

}  // namespace dsr
