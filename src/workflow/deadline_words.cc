// How a deadline was counted, in words.
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/workflow/deadline_rule.h"

namespace dsr {
namespace {

using Length = v1::DeadlineProfile::Length;

std::string Number(int number, absl::string_view unit) {
  return absl::StrCat(number, " ", unit, number == 1 ? "" : "s");
}

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::string DayWords(absl::CivilDay day) {
  return absl::StrCat(
      absl::FormatTime("%A ", absl::FromCivil(day, absl::UTCTimeZone()), absl::UTCTimeZone()),
      DayText(day));
}

// Writes down the steps of one deadline.
class Explainer {
 public:
  Explainer(const DeadlineRule& rule, absl::Time received, v1::DeadlineExplanation& out)
      : rule_(rule), received_(received), out_(out) {}

  void Explain() {
    const CountedDeadline deadline = CountDeadline(rule_, received_);
    out_.set_profile(rule_.profile.name());
    out_.set_received_at(Instant(received_));
    out_.set_due_time(Instant(deadline.due));
    out_.set_last_day(DayText(deadline.last_day));
    out_.set_rolled_last_day(DayText(deadline.rolled_last_day));
    out_.set_time_zone(rule_.zone.name());
    out_.set_calendar_version(rule_.calendar.version);
    out_.set_provisional(deadline.provisional);
    Count(deadline);
    Roll(deadline);
    if (deadline.provisional) Horizon();
    Target(deadline);
    Extension();
  }

 private:
  void Say(std::string step) { out_.add_steps(std::move(step)); }
  std::string Instant(absl::Time time) const {
    return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*S%Ez", time, rule_.zone);
  }

  void Count(const CountedDeadline& deadline) {
    Say(absl::StrCat("received on ", DayWords(deadline.receipt_day), " in ", rule_.zone.name(),
                     "; that day is not counted"));
    Say(absl::StrCat(LengthWords(rule_.profile.length()), " from it: ", DayWords(deadline.last_day),
                     " (", rule_.profile.law(), ")"));
  }

  void Roll(const CountedDeadline& deadline) {
    if (deadline.last_day == deadline.rolled_last_day) {
      const bool is_made_up = rule_.calendar.make_up_days.contains(deadline.last_day);
      Say(absl::StrCat("that is a ", is_made_up ? "make-up working day" : "working day", " by ",
                       rule_.calendar.version, ", and nothing to roll over"));
    } else {
      Say(absl::StrCat("that is a rest day by ", rule_.calendar.version,
                       "; the next working day is ", DayWords(deadline.rolled_last_day)));
      Say(rule_.profile.rolls_over()
              ? "the profile rolls over rest days: that day counts"
              : "the profile does not roll over rest days: the last day stays, and the "
                "rolled one is only shown beside it");
    }
    Say(absl::StrCat("on time is before ", Instant(deadline.due)));
  }

  void Horizon() {
    Say(absl::StrCat("the calendar ", rule_.calendar.version, " is announced for ",
                     rule_.calendar.first_year, " to ", rule_.calendar.last_year,
                     ": beyond that only weekends are known, and the date is provisional"));
  }

  void Target(const CountedDeadline& deadline) {
    const std::optional<absl::Time> target = TargetOf(rule_, deadline);
    if (!target.has_value()) return;
    out_.set_target_time(Instant(*target));
    Say(absl::StrCat("the company's own target is ", LengthWords(rule_.profile.target_before()),
                     " before that: ", Instant(*target)));
  }

  void Extension() {
    if (!rule_.profile.has_extension()) return;
    const CountedDeadline extended = CountDeadline(rule_, received_, {.extended = true});
    out_.set_extended_due_time(Instant(extended.due));
    Say(absl::StrCat("with a reason told before then it can be extended once, by ",
                     LengthWords(rule_.profile.extension()), ": before ", Instant(extended.due)));
  }

  const DeadlineRule& rule_;
  const absl::Time received_;
  v1::DeadlineExplanation& out_;
};

}  // namespace

std::string LengthWords(const Length& length) {
  switch (length.length_case()) {
    case Length::kCivilDays:
      return Number(length.civil_days(), "civil day");
    case Length::kWorkingDays:
      return Number(length.working_days(), "working day");
    case Length::kMonths:
      return Number(length.months(), "month");
    case Length::LENGTH_NOT_SET:
      break;
  }
  return "no time";
}

v1::DeadlineExplanation ExplainDeadline(const DeadlineRule& rule, absl::Time received) {
  v1::DeadlineExplanation explanation;
  Explainer(rule, received, explanation).Explain();
  return explanation;
}

}  // namespace dsr
