#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "unit/workflow/model_rules.h"
#include "unit/workflow/model_situation.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

bool IsPast(const v1::Date& day, absl::Time now) {
  return DayOf(now, absl::UTCTimeZone()) >= ToCivilDay(day);
}

// What was seen and accepted, by kind, and what of it is over.
std::string KeyOfEvidence(const v1::Verification& proof, absl::Time now) {
  std::set<std::string> seen;
  for (const v1::Evidence& one : proof.evidence()) {
    if (!one.accepted()) continue;
    const bool ends = one.has_expire_time() && FromTimestamp(one.expire_time()) <= now;
    const bool of_age = one.has_minor_until() && IsPast(one.minor_until(), now);
    seen.insert(absl::StrCat(one.kind(), ends, one.has_minor_until(), of_age));
  }
  return absl::StrJoin(seen, "+");
}

// Seen once, it speaks for or against the requester whatever becomes of the verification.
bool Lasts(const v1::Evidence& one) {
  return one.accepted() &&
         (one.kind() == v1::EVIDENCE_KIND_COURT_ORDER_AGAINST ||
          one.kind() == v1::EVIDENCE_KIND_CAPACITY_RULING || one.has_minor_until());
}

void AddProofKeys(const RequestState& state, absl::Time now, std::set<std::string>& sorted) {
  int sends = 0;
  int wrong_codes = 0;
  for (const v1::Verification& one : state.verifications()) {
    sends += one.sends();
    wrong_codes += one.wrong_codes();
    const bool counts = now < FromTimestamp(one.expire_time());
    for (const v1::Evidence& evidence : one.evidence()) {
      if (!Lasts(evidence)) continue;
      const bool of_age = evidence.has_minor_until() && IsPast(evidence.minor_until(), now);
      sorted.insert(absl::StrCat("e", evidence.kind(), evidence.has_minor_until(), of_age));
    }
    // Attempts that came to nothing change nothing but the limits; a code may be submitted late.
    const bool is_code = one.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE;
    const bool is_alive = (one.state() == v1::Verification::STATE_PENDING && (counts || is_code)) ||
                          (one.state() == v1::Verification::STATE_PASSED && counts);
    if (!is_alive) continue;
    sorted.insert(absl::StrCat("v", one.purpose(), one.method(), one.level(), one.state(), counts,
                               KeyOfEvidence(one, now)));
  }
  sorted.insert(absl::StrCat("codes", sends, "/", wrong_codes));
}

// Of earlier rounds no guard asks any more.
bool IsOfEarlierRound(const v1::Task& task, const RequestState& state) {
  return std::any_of(state.rounds().begin(), state.rounds().end(),
                     [&](const storage::v1::TaskRound& round) {
                       return round.kind() == task.kind() && round.number() != task.round();
                     });
}

std::set<std::string> Refused(const v1::Request& request) {
  std::set<std::string> refused;
  for (const v1::PartialRefusal& one : request.partial_refusals())
    refused.insert(one.categories().begin(), one.categories().end());
  return refused;
}

}  // namespace

bool IsReminder(const storage::v1::PendingTimer& timer) {
  return !timer.notice_id().empty() || timer.name() == "reminder" || timer.name() == "escalation";
}

std::string NameOf(const storage::v1::PendingTimer& timer) {
  return timer.notice_id().empty() ? timer.name() : timer.name().substr(0, timer.name().rfind('-'));
}

std::string KeyOf(const Situation& at, Aspect aspect, const Rulebook& rulebook) {
  const RequestState& state = at.record.state();
  const v1::Request& request = state.request();
  const bool has_reminders = aspect == Aspect::kWork;
  std::vector<std::string> parts = {
      request.state(),
      absl::StrCat(
          at.beside, "/", request.breached(), has_reminders ? request.escalation_level() : 0,
          state.point_of_no_return(), state.account_known(), state.contact_stale(),
          state.decision_found(), state.subject_told(), request.response().outcome(), "/",
          !request.incidents().empty(), "/", request.fee().state(), "/", request.review().outcome(),
          "/", request.package().state(), "/", request.approvers_size(), "/",
          !request.announcement().empty(), state.settled_conflicts_size()),
      // Once decided, what was proposed no longer matters.
      request.refusal().state() == v1::Refusal::STATE_PROPOSED
          ? absl::StrCat("proposed", absl::StrJoin(request.refusal().categories(), "+"))
          : "",
      absl::StrJoin(Refused(request), "+"), request.duplicate_of().empty() ? "" : "linked"};
  std::set<std::string> sorted;
  // Beside what is enough nothing else counts.
  if (aspect == Aspect::kLevels && IsIdentified(state, rulebook, at.now)) {
    sorted.insert("identified");
  } else {
    AddProofKeys(state, at.now, sorted);
  }
  for (const v1::Task& task : at.record.tasks()) {
    const bool is_open = task.state() == v1::Task::STATE_OPEN;
    if (is_open || !IsOfEarlierRound(task, state))
      sorted.insert(absl::StrCat("t", task.kind(), task.state(), task.retained_only()));
    if (is_open && IsOfEarlierRound(task, state)) sorted.insert(absl::StrCat("o", task.kind()));
  }
  for (const v1::Notice& notice : at.record.notices()) {
    sorted.insert(absl::StrCat("n", notice.kind(), notice.state(), notice.objection().state(),
                               has_reminders && notice.overdue()));
  }
  for (const v1::Message& message : at.record.messages())
    sorted.insert(absl::StrCat("m", message.state()));
  for (const storage::v1::PendingTimer& timer : state.timers()) {
    if (has_reminders || !IsReminder(timer)) sorted.insert(absl::StrCat("~", NameOf(timer)));
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

}  // namespace dsr
