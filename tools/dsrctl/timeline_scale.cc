#include "dsrctl/timeline_scale.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace dsr::dsrctl {
namespace {

// Follow-up is cut when it is longer than both this part of what came before, and this.
constexpr double kLongFollowUp = 0.6;
constexpr absl::Duration kShortFollowUp = absl::Hours(14 * 24);

// Days between ticks, the shortest that fits: days, weeks, then weeks that come close to months.
constexpr int kTickDays[] = {1, 2, 7, 14, 28, 56, 112, 224, 448};
constexpr int kDaysThatNeedYears = 112;

double PartOf(absl::Duration part, absl::Duration whole) {
  return std::clamp(absl::FDivDuration(part, whole), 0.0, 1.0);
}

}  // namespace

TimeScale::TimeScale(const Timeline& timeline)
    : zone_(timeline.zone), begin_(timeline.begin), end_(timeline.end), scale_end_(timeline.end) {
  if (!timeline.settled.has_value()) return;
  absl::Time interesting = *timeline.settled;
  if (timeline.due.has_value()) interesting = std::max(interesting, *timeline.due);
  if (timeline.target.has_value()) interesting = std::max(interesting, *timeline.target);
  for (const ReplacedDue& replaced : timeline.replaced)
    interesting = std::max(interesting, replaced.due);
  const absl::Duration length = std::max(interesting - begin_, absl::Hours(24));
  if (end_ - interesting <= std::max(kLongFollowUp * length, kShortFollowUp)) return;
  is_broken_ = true;
  // So that the follow-up is seen to begin.
  scale_end_ = interesting + 0.1 * length;
}

double TimeScale::At(absl::Time time) const {
  if (!is_broken_) return PartOf(time - begin_, end_ - begin_);
  if (time <= scale_end_) return kBreakBegin * PartOf(time - begin_, scale_end_ - begin_);
  return kBreakEnd + (1 - kBreakEnd) * PartOf(time - scale_end_, end_ - scale_end_);
}

absl::CivilDay TimeScale::FirstDay() const {
  const absl::CivilDay day = absl::ToCivilDay(begin_, zone_);
  return absl::FromCivil(day, zone_) < begin_ ? day + 1 : day;
}

absl::CivilDay TimeScale::LastDay() const { return absl::ToCivilDay(scale_end_, zone_); }

std::vector<TimeScale::Tick> TimeScale::Ticks(int most) const {
  const absl::CivilDay first = FirstDay();
  const absl::CivilDay last = LastDay();
  const int* days = std::find_if(std::begin(kTickDays), std::end(kTickDays) - 1,
                                 [&](int step) { return (last - first) / step + 1 <= most; });
  std::vector<Tick> ticks;
  absl::CivilDay before = first;
  for (absl::CivilDay day = first; day <= last; day += *days) {
    const bool with_year = day.year() != before.year() || *days >= kDaysThatNeedYears;
    ticks.push_back({At(absl::FromCivil(day, zone_)),
                     absl::FormatCivilTime(day).substr(with_year ? 0 : sizeof("2026"))});
    before = day;
  }
  return ticks;
}

std::vector<double> TimeScale::Midnights(int most) const {
  const absl::CivilDay last = LastDay();
  std::vector<double> midnights;
  if (last - FirstDay() + 1 > most) return midnights;
  for (absl::CivilDay day = FirstDay(); day <= last; ++day)
    midnights.push_back(At(absl::FromCivil(day, zone_)));
  return midnights;
}

}  // namespace dsr::dsrctl
