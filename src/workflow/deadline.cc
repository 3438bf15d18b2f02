#include "dsr/workflow/deadline.h"

#include <algorithm>
#include <utility>

#include "dsr/base/proto_time.h"
#include "dsr/workflow/regions.h"

namespace dsr {
namespace {

// The same wall-clock time on another day.
absl::Time OnDay(absl::CivilDay day, absl::Time time, absl::TimeZone zone) {
  const absl::TimeZone::CivilInfo local = zone.At(time);
  const absl::CivilSecond second(day.year(), day.month(), day.day(), local.cs.hour(),
                                 local.cs.minute(), local.cs.second());
  return absl::FromCivil(second, zone) + local.subsecond;
}

absl::Time After(const Rulebook& rulebook, const v1::Offset& offset, absl::Time start) {
  const absl::CivilDay day = DayOf(start, rulebook.zone);
  switch (offset.length_case()) {
    case v1::Offset::kCivilDays:
      return OnDay(AddCivilDays(day, offset.civil_days()), start, rulebook.zone);
    case v1::Offset::kWorkingDays:
      return OnDay(AddWorkingDays(rulebook.calendar, day, offset.working_days()).day, start,
                   rulebook.zone);
    case v1::Offset::kMonths:
      return OnDay(AddMonths(day, offset.months()), start, rulebook.zone);
    case v1::Offset::kSeconds:
      return start + absl::Seconds(offset.seconds());
    case v1::Offset::LENGTH_NOT_SET:
      break;
  }
  return start;
}

absl::Time Before(const Rulebook& rulebook, const v1::Offset& offset, absl::Time due) {
  const absl::CivilDay day = DayOf(due, rulebook.zone);
  absl::CivilDay earlier = day;
  switch (offset.length_case()) {
    case v1::Offset::kCivilDays:
      earlier = AddCivilDays(day, -offset.civil_days());
      break;
    case v1::Offset::kWorkingDays:
      earlier = SubtractWorkingDays(rulebook.calendar, day, offset.working_days());
      break;
    case v1::Offset::kMonths:
      earlier = AddMonths(day, -offset.months());
      break;
    case v1::Offset::kSeconds:
      return due - absl::Seconds(offset.seconds());
    case v1::Offset::LENGTH_NOT_SET:
      break;
  }
  return earlier == day ? due : absl::FromCivil(earlier, rulebook.zone);
}

DeadlineRule CountedBy(const DeadlineRule& rule, const WorkingCalendar* calendar) {
  DeadlineRule counted = rule;
  if (calendar != nullptr && !rule.profile.calendar().empty()) counted.calendar = *calendar;
  return counted;
}

v1::DeadlineClock Count(const DeadlineRule& rule, absl::Time received, const ClockCourse& course) {
  const CountedDeadline counted = CountDeadline(rule, received, course);
  v1::DeadlineClock clock;
  clock.set_profile(rule.profile.name());
  clock.set_law(rule.profile.law());
  clock.set_length(LengthWords(rule.profile.length()));
  clock.set_time_zone(rule.zone.name());
  clock.set_calendar_version(rule.calendar.version);
  *clock.mutable_received_time() = ToTimestamp(received);
  *clock.mutable_receipt_day() = ToDate(counted.receipt_day);
  *clock.mutable_last_day() = ToDate(counted.last_day);
  *clock.mutable_rolled_last_day() = ToDate(counted.rolled_last_day);
  *clock.mutable_due_time() = ToTimestamp(counted.due);
  if (const auto target = TargetOf(rule, counted))
    *clock.mutable_target_time() = ToTimestamp(*target);
  clock.set_provisional(counted.provisional);
  clock.set_extended(course.extended && rule.profile.has_extension());
  clock.set_paused_days(course.paused_days);
  return clock;
}

// Adds a clock: of several the earliest counts.
void Take(v1::DeadlineClock clock, Deadline& deadline) {
  const bool is_first = deadline.clocks.empty();
  const absl::Time due = FromTimestamp(clock.due_time());
  if (is_first || due < deadline.due) {
    deadline.due = due;
    deadline.last_day = ToCivilDay(clock.last_day());
  }
  const absl::CivilDay rolled = ToCivilDay(clock.rolled_last_day());
  deadline.outer_day = is_first ? rolled : std::max(deadline.outer_day, rolled);
  if (clock.has_target_time()) {
    const absl::Time target = FromTimestamp(clock.target_time());
    deadline.target = std::min(deadline.target.value_or(target), target);
  }
  deadline.clocks.push_back(std::move(clock));
}

}  // namespace

DeadlineBasis BasisOf(const v1::Request& request) {
  DeadlineBasis basis{.received = FromTimestamp(request.received_time()),
                      .region = request.region()};
  // One matter, one clock: a request that is linked counts from the receipt of the other.
  if (!request.clocks().empty() && request.clocks(0).has_received_time())
    basis.received = FromTimestamp(request.clocks(0).received_time());
  for (const v1::DeadlineClock& clock : request.clocks()) {
    basis.courses[clock.profile()] = {.extended = clock.extended(),
                                      .paused_days = clock.paused_days()};
  }
  return basis;
}

Deadline AnswerDeadline(const Rulebook& rulebook, const DeadlineBasis& basis) {
  Deadline deadline;
  for (const RunningClock& running : rulebook.clocks) {
    const auto course = basis.courses.find(running.rule.profile.name());
    // A clock that runs goes on, whatever it was begun for.
    if (course == basis.courses.end() && !IsInRegions(basis.region, running.regions)) continue;
    const DeadlineRule rule = CountedBy(running.rule, basis.calendar);
    Take(
        Count(rule, basis.received, course == basis.courses.end() ? ClockCourse() : course->second),
        deadline);
  }
  if (rulebook.workflow.working_day_outer_date()) {
    const WorkingCalendar& calendar =
        basis.calendar != nullptr ? *basis.calendar : rulebook.calendar;
    deadline.outer_day = AddWorkingDays(calendar, DayOf(basis.received, rulebook.zone),
                                        rulebook.policy.outer_working_days())
                             .day;
  }
  return deadline;
}

DueTimes DueTimesOf(const Deadline& deadline) {
  return {.due = deadline.due, .target = deadline.target.value_or(deadline.due)};
}

DueTimes DueTimesOf(const v1::Request& request) {
  const absl::Time due = FromTimestamp(request.due_time());
  return {.due = due,
          .target = request.has_target_time() ? FromTimestamp(request.target_time()) : due};
}

absl::Time TimerDue(const Rulebook& rulebook, const v1::TimerRule& rule, absl::Time start,
                    const DueTimes& times) {
  switch (rule.anchor()) {
    case v1::TimerRule::ANCHOR_BEFORE_DUE:
      return Before(rulebook, rule.offset(), times.due);
    case v1::TimerRule::ANCHOR_BEFORE_TARGET:
      return Before(rulebook, rule.offset(), times.target);
    default:
      return After(rulebook, rule.offset(), start);
  }
}

absl::CivilDay RetentionEnd(const Rulebook& rulebook, const v1::RetentionRule& rule,
                            absl::CivilDay anchor) {
  const absl::CivilDay end = rule.civil_days() > 0 ? AddCivilDays(anchor, rule.civil_days())
                                                   : AddMonths(anchor, rule.months());
  return rule.unrolled() ? end : RollToWorkingDay(rulebook.calendar, end).day;
}

absl::CivilDay ErasableUntil(const Rulebook& rulebook, const v1::RetentionRule& rule,
                             absl::CivilDay today) {
  // A later anchor never ends earlier, and none after this one ends before today; from here the end
  // is at most one rest period away.
  absl::CivilDay anchor =
      rule.civil_days() > 0 ? today - rule.civil_days() : AddMonths(today, -rule.months());
  while (RetentionEnd(rulebook, rule, anchor) >= today) --anchor;
  return anchor;
}

v1::Date ToDate(absl::CivilDay day) {
  v1::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::CivilDay ToCivilDay(const v1::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

}  // namespace dsr
