#include "dsr/workflow/deadline.h"

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

}  // namespace

Deadline AnswerDeadline(const Rulebook& rulebook, absl::Time received) {
  const CountedDeadline counted = CountDeadline(rulebook.deadline, received);
  Deadline deadline{
      .due = counted.due, .last_day = counted.last_day, .outer_day = counted.rolled_last_day};
  if (rulebook.workflow.working_day_outer_date()) {
    deadline.outer_day =
        AddWorkingDays(rulebook.calendar, counted.receipt_day, rulebook.policy.outer_working_days())
            .day;
  }
  return deadline;
}

absl::Time TimerDue(const Rulebook& rulebook, const v1::TimerRule& rule, absl::Time start,
                    absl::Time due) {
  return rule.anchor() == v1::TimerRule::ANCHOR_BEFORE_DUE ? Before(rulebook, rule.offset(), due)
                                                           : After(rulebook, rule.offset(), start);
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
