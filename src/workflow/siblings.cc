#include "workflow/siblings.h"

#include <algorithm>

#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "workflow/children.h"
#include "workflow/machine.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

// From the beginning of this many days before the due day on an erasure waits for nobody.
constexpr int kLastDays = 1;

bool IsOpen(const RequestState& state) { return IsUnanswered(state.request().phase()); }

bool Overlap(const v1::Request& a, const v1::Request& b) {
  return std::any_of(a.categories().begin(), a.categories().end(), [&](const std::string& name) {
    return std::find(b.categories().begin(), b.categories().end(), name) != b.categories().end();
  });
}

// Once everything is collected, or corrected, the data is needed no more; unless the proof was lost
// since, and it begins anew.
bool IsServed(const RequestState& state) {
  if (state.request().phase() < v1::PHASE_WORK) return false;
  for (const v1::TaskKind kind : {v1::TASK_KIND_COLLECT, v1::TASK_KIND_CORRECT}) {
    const storage::v1::TaskRound* round = FindRound(state, kind);
    if (round != nullptr && round->unfinished() == 0) return true;
  }
  return false;
}

// Waits for another request's answer; one that was linked and goes on by itself is past that.
bool IsLinked(const RequestState& state) {
  return !state.request().duplicate_of().empty() &&
         state.request().phase() == v1::PHASE_VERIFICATION;
}

bool NeedsData(const RequestState& state) {
  return IsOpen(state) && state.data_use() == v1::DATA_USE_READS && !IsServed(state) &&
         !IsLinked(state);
}

bool IsSameRequester(const RequestState& a, const RequestState& b) {
  const v1::Relation relation = a.request().requester().relation();
  if (relation != b.request().requester().relation()) return false;
  return relation == v1::RELATION_SUBJECT || a.requester_key() == b.requester_key();
}

// What was asked for one account before it was merged is less than what the same words ask for
// after.
template <class A, class B>
bool IsSameScope(const A& a, const B& b) {
  return a.subject_id() == b.subject_id() &&
         std::equal(a.merged_subject_ids().begin(), a.merged_subject_ids().end(),
                    b.merged_subject_ids().begin(), b.merged_subject_ids().end());
}

// Whoever only claims to act for the subject holds nobody up.
bool HasStanding(const RequestState& sibling, const RequestState& state) {
  return IsSameRequester(sibling, state) || sibling.request().phase() > v1::PHASE_VERIFICATION;
}

bool LastDayHasCome(const Circumstances& at) {
  if (!at.request().has_due_time()) return false;
  const absl::CivilDay due_day =
      DayOf(FromTimestamp(at.request().due_time()) - absl::Microseconds(1), at.rulebook.zone);
  return DayOf(at.now(), at.rulebook.zone) >= due_day - kLastDays + 1;
}

// When the request was answered, if it changed what is held or what is done with it; otherwise long
// ago.
absl::Time ChangeTime(const RequestState& state) {
  const v1::Response& response = state.request().response();
  const bool is_done = response.outcome() == v1::OUTCOME_FULFILLED ||
                       response.outcome() == v1::OUTCOME_PARTLY_FULFILLED;
  const bool changes = FindRound(state, v1::TASK_KIND_CORRECT) != nullptr ||
                       FindRound(state, v1::TASK_KIND_ERASE) != nullptr ||
                       FindRound(state, v1::TASK_KIND_STOP_PROCESSING) != nullptr;
  return is_done && changes ? FromTimestamp(response.response_time()) : absl::InfinitePast();
}

}  // namespace

bool IsLastDay(const Circumstances& at) {
  return LastDayHasCome(at) && at.now() < FromTimestamp(at.request().due_time());
}

bool IsDataNeeded(const Circumstances& at) {
  if (LastDayHasCome(at)) return false;
  const auto& siblings = at.facts().siblings;
  return std::any_of(siblings.begin(), siblings.end(), [&](const RequestState& sibling) {
    return NeedsData(sibling) && HasStanding(sibling, at.state) &&
           Overlap(sibling.request(), at.request());
  });
}

std::vector<std::string> Conflicts(const Circumstances& at) {
  std::vector<std::string> conflicts;
  const auto& settled = at.state.settled_conflicts();
  for (const RequestState& sibling : at.facts().siblings) {
    const std::string& name = sibling.request().name();
    if (!NeedsData(sibling) || IsSameRequester(sibling, at.state) ||
        !HasStanding(sibling, at.state) || !Overlap(sibling.request(), at.request())) {
      continue;
    }
    if (std::find(settled.begin(), settled.end(), name) == settled.end()) conflicts.push_back(name);
  }
  return conflicts;
}

bool IsReadByAnother(const Circumstances& at, const std::string& category) {
  const auto& siblings = at.facts().siblings;
  return std::any_of(siblings.begin(), siblings.end(), [&](const RequestState& sibling) {
    const auto& asked = sibling.request().categories();
    return NeedsData(sibling) && HasStanding(sibling, at.state) &&
           at.now() < FromTimestamp(sibling.request().due_time()) &&
           std::find(asked.begin(), asked.end(), category) != asked.end();
  });
}

std::vector<std::string> Disputes(const Circumstances& at, const std::string& category) {
  std::vector<std::string> disputes;
  for (const RequestState& sibling : at.facts().siblings) {
    const auto& about = sibling.request().categories();
    if (IsOpen(sibling) && sibling.data_use() == v1::DATA_USE_DISPUTES &&
        HasStanding(sibling, at.state) &&
        std::find(about.begin(), about.end(), category) != about.end()) {
      disputes.push_back(sibling.request().name());
    }
  }
  return disputes;
}

const RequestState* FindFirst(const Circumstances& at) {
  const std::string& name = at.request().duplicate_of();
  if (name.empty()) return nullptr;
  for (const RequestState& sibling : at.facts().siblings) {
    if (sibling.request().name() == name) return &sibling;
  }
  return nullptr;
}

const RequestState* FindSame(const Circumstances& at) {
  if (at.state.content_key().empty()) return nullptr;
  // Newest first, so that the last one found is the oldest.
  const RequestState* same = nullptr;
  for (const RequestState& sibling : at.facts().siblings) {
    const v1::Request& request = sibling.request();
    if (IsOpen(sibling) && request.phase() != v1::PHASE_VERIFICATION &&
        request.type() == at.request().type() &&
        request.requester().relation() == at.request().requester().relation() &&
        sibling.requester_key() == at.state.requester_key() &&
        sibling.content_key() == at.state.content_key() && IsSameScope(sibling, at.state)) {
      same = &sibling;
    }
  }
  return same;
}

const RequestState* FindSame(const storage::v1::RequestFiled& filed, const Facts& facts) {
  if (filed.content_key().empty()) return nullptr;
  const RequestState* same = nullptr;
  for (const RequestState& sibling : facts.siblings) {
    const v1::Request& request = sibling.request();
    if (!IsOpen(sibling) || !request.duplicate_of().empty() || request.type() != filed.type()) {
      continue;
    }
    if (request.requester().relation() == filed.requester().relation() &&
        sibling.requester_key() == filed.requester_key() &&
        sibling.content_key() == filed.content_key() && IsSameScope(sibling, filed)) {
      same = &sibling;
    }
  }
  return same;
}

bool IsWithinScope(const RequestState& sibling, const RequestState& state) {
  const auto& merged = state.merged_subject_ids();
  return sibling.subject_id() == state.subject_id() ||
         std::find(merged.begin(), merged.end(), sibling.subject_id()) != merged.end();
}

bool IsErasedElsewhere(const Circumstances& at, const std::string& category) {
  const absl::Time filed = FromTimestamp(at.request().create_time());
  const auto& siblings = at.facts().siblings;
  return std::any_of(siblings.begin(), siblings.end(), [&](const RequestState& sibling) {
    const v1::Request& request = sibling.request();
    const bool is_earlier =
        request.has_response() && FromTimestamp(request.response().response_time()) < filed;
    return FindRound(sibling, v1::TASK_KIND_ERASE) != nullptr && !is_earlier &&
           request.incidents().empty() && CategoriesToServe(request).contains(category);
  });
}

bool IsErasedSince(const Circumstances& at, const std::string& category) {
  const absl::Time filed = FromTimestamp(at.request().create_time());
  const auto& siblings = at.facts().siblings;
  return std::any_of(siblings.begin(), siblings.end(), [&](const RequestState& sibling) {
    const v1::Request& request = sibling.request();
    if (FindRound(sibling, v1::TASK_KIND_ERASE) == nullptr || !request.has_response() ||
        FromTimestamp(request.response().response_time()) < filed) {
      return false;
    }
    bool any_erased = false;
    for (const v1::CategoryOutcome& outcome : request.outcomes()) {
      if (outcome.category() != category) continue;
      if (outcome.disposition() == v1::DISPOSITION_RESTRICTED ||
          outcome.disposition() == v1::DISPOSITION_REFUSED) {
        return false;
      }
      any_erased = any_erased || outcome.disposition() == v1::DISPOSITION_ERASED;
    }
    return any_erased;
  });
}

bool IsRestrictionInForce(const RequestState& sibling) {
  return sibling.request().phase() != v1::PHASE_CLOSED &&
         sibling.request().restriction().has_begin_time() &&
         FindRound(sibling, v1::TASK_KIND_LIFT_RESTRICTION) == nullptr;
}

bool IsRestrictedElsewhere(const Circumstances& at, const std::string& category) {
  const auto has = [&](const auto& names) {
    return std::find(names.begin(), names.end(), category) != names.end();
  };
  return std::any_of(
      at.facts().siblings.begin(), at.facts().siblings.end(), [&](const RequestState& sibling) {
        if (sibling.request().phase() == v1::PHASE_CLOSED) return false;
        if (IsRestrictionInForce(sibling) && has(sibling.request().categories())) return true;
        return std::any_of(sibling.retained().begin(), sibling.retained().end(),
                           [&](const storage::v1::RetainedData& retained) {
                             const auto& kept = retained.categories();
                             return std::any_of(kept.begin(), kept.end(),
                                                [&](const storage::v1::RetainedCategory& one) {
                                                  return one.category() == category;
                                                });
                           });
      });
}

int CountRepeats(const storage::v1::RequestFiled& filed, const Facts& facts, absl::Time from) {
  int count = 1;
  // To look again after a change is no repetition (LAW.md case 27).
  for (const RequestState& sibling : facts.siblings) from = std::max(from, ChangeTime(sibling));
  for (const RequestState& sibling : facts.siblings) {
    const v1::Request& request = sibling.request();
    if (request.type() != filed.type() || FromTimestamp(request.received_time()) < from) continue;
    // Two accounts may each have been asked about: that they are merged makes it no repetition.
    if (sibling.subject_id() != filed.subject_id()) continue;
    switch (request.response().outcome()) {
      case v1::OUTCOME_WITHDRAWN:
      case v1::OUTCOME_NOT_VERIFIED:
      case v1::OUTCOME_DUPLICATE:
      case v1::OUTCOME_ROLE_ENDED:
      case v1::OUTCOME_NOT_YET:
        continue;
      default:
        if (request.phase() != v1::PHASE_VERIFICATION) ++count;
    }
  }
  return count;
}

}  // namespace dsr
