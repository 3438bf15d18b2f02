#include "workflow/notice_chase.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "workflow/children.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::TimerSet;

// The last day on which a notice that is due at `due`, exclusive, can be done.
absl::CivilDay LastDay(const Rulebook& rulebook, absl::Time due) {
  return DayOf(due, rulebook.zone) - 1;
}

absl::Time DaysAfter(const Rulebook& rulebook, absl::Time due, int days) {
  return EndOfDay(LastDay(rulebook, due) + days, rulebook.zone);
}

// The next moment after `at` at which anything happens to a notice that is due at `due`. Reminders
// that were missed before `now`, because the server was down, are not made up for: one is enough.
std::optional<absl::Time> NextMoment(const Rulebook& rulebook, absl::Time due, absl::Time at,
                                     absl::Time now) {
  if (at < due) return FirstReminder(rulebook, due, now).value_or(due);
  absl::Time next = absl::InfiniteFuture();
  const v1::NoticeChase& chase = rulebook.policy.notice_chase();
  for (const v1::NoticeChase::Escalation& step : chase.escalations()) {
    const absl::Time moment = DaysAfter(rulebook, due, step.days_overdue());
    if (moment > at) next = std::min(next, moment);
  }
  if (chase.overdue_days() > 0) {
    const auto passed = DayOf(now, rulebook.zone) - DayOf(due, rulebook.zone);
    const auto rounds = passed / chase.overdue_days() + 1;
    next =
        std::min(next, DaysAfter(rulebook, due, static_cast<int>(rounds * chase.overdue_days())));
  }
  if (next == absl::InfiniteFuture()) return std::nullopt;
  return next;
}

std::optional<TimerSet> NextTimer(const Rulebook& rulebook, const v1::Notice& notice,
                                  const std::string& notice_id, absl::Time at, absl::Time now) {
  const absl::Time due = FromTimestamp(notice.due_time());
  const std::optional<absl::Time> moment = NextMoment(rulebook, due, at, now);
  const auto id = NoticeId::FromBytes(notice_id);
  if (!moment.has_value() || !id.ok()) return std::nullopt;
  TimerSet timer;
  timer.set_name(absl::StrCat(*moment == due ? kOverdueTimer : kReminderTimer, id->ToString()));
  *timer.mutable_due_time() = ToTimestamp(*moment);
  timer.set_notice_id(notice_id);
  return timer;
}

bool RemindsAt(const Rulebook& rulebook, absl::Time due, absl::Time at) {
  if (at < due) return true;
  const int days = rulebook.policy.notice_chase().overdue_days();
  const auto passed = DayOf(at, rulebook.zone) - DayOf(due, rulebook.zone);
  return days > 0 && passed > 0 && passed % days == 0;
}

// To whom it goes at `at`; empty where it stays with whom it is.
std::string EscalatesTo(const Rulebook& rulebook, absl::Time due, absl::Time at) {
  for (const v1::NoticeChase::Escalation& step : rulebook.policy.notice_chase().escalations()) {
    if (DaysAfter(rulebook, due, step.days_overdue()) == at) return step.role();
  }
  return "";
}

}  // namespace

std::optional<absl::Time> FirstReminder(const Rulebook& rulebook, absl::Time due, absl::Time now) {
  std::optional<absl::Time> first;
  for (const int days : rulebook.policy.notice_chase().reminder_days()) {
    const absl::Time moment = DaysAfter(rulebook, due, -days);
    if (moment > now && (!first.has_value() || moment < *first)) first = moment;
  }
  return first;
}

std::string FirstEscalation(const v1::Policy& policy) {
  const auto& steps = policy.notice_chase().escalations();
  return steps.empty() ? "" : steps[0].role();
}

void FireNoticeTimer(Deciding& deciding, const v1::Notice& notice, const std::string& notice_id,
                     absl::Time at) {
  const Rulebook& rulebook = deciding.rulebook();
  const absl::Time due = FromTimestamp(notice.due_time());
  const std::optional<TimerSet> next = NextTimer(rulebook, notice, notice_id, at, deciding.now());
  std::vector<Event> events;
  const std::string role = EscalatesTo(rulebook, due, at);
  if (at == due) {
    storage::v1::NoticeOverdue& overdue = *events.emplace_back().mutable_notice_overdue();
    overdue.set_notice_id(notice_id);
    overdue.set_role(role);
    if (next.has_value()) *overdue.mutable_next() = *next;
  } else {
    const bool reminds = RemindsAt(rulebook, due, at) && Allows(notice, NoticeStep::kRemind);
    if (!role.empty()) {
      storage::v1::NoticeEscalated& escalated = *events.emplace_back().mutable_notice_escalated();
      escalated.set_notice_id(notice_id);
      escalated.set_role(role);
      if (next.has_value() && !reminds) *escalated.mutable_next() = *next;
    }
    if (reminds) {
      storage::v1::NoticeReminded& reminded = *events.emplace_back().mutable_notice_reminded();
      reminded.set_notice_id(notice_id);
      if (next.has_value()) *reminded.mutable_next() = *next;
    }
    // Nobody is to be told now, but the clock goes on.
    if (events.empty() && next.has_value()) *events.emplace_back().mutable_timer_set() = *next;
  }
  for (Event& event : events) deciding.Emit(std::move(event));
}

}  // namespace dsr
