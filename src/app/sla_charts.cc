#include "app/sla_charts.h"

#include <algorithm>

#include "dsr/base/civil_calendar.h"

namespace dsr {
namespace {

constexpr int kMostAnswerDays = 60;
constexpr int kMostDaysLate = 30;
constexpr int kMostDaysLeft = 60;

// 0 for less than a day, -1 for less than a day too late.
int DaysLeft(absl::Time due, absl::Time as_of) {
  const int64_t days = absl::ToInt64Hours(absl::Floor(due - as_of, absl::Hours(24))) / 24;
  return static_cast<int>(std::clamp<int64_t>(days, -kMostDaysLate, kMostDaysLeft));
}

// Every number from the first to the last that has something, so that a chart has no gaps.
template <class Map, class Emit>
void ForEachDay(const Map& days, const Emit& emit) {
  if (days.empty()) return;
  for (int day = days.begin()->first; day <= days.rbegin()->first; ++day) {
    const auto found = days.find(day);
    emit(day, found == days.end() ? typename Map::mapped_type() : found->second);
  }
}

}  // namespace

std::string MonthOf(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m", time, zone);
}

void SlaCharts::Add(const RequestMoment& moment) {
  const SlaRow& row = moment.row();
  v1::SlaMonth& month = months_[MonthOf(row.received, zone_)];
  month.set_received(month.received() + 1);
  if (!moment.is_answered()) {
    month.set_unanswered(month.unanswered() + 1);
    ++left_[DaysLeft(moment.due(), as_of_)];
    return;
  }
  if (moment.was_withdrawn()) {
    month.set_withdrawn(month.withdrawn() + 1);
    return;
  }
  const int64_t took = DayOf(row.answered, zone_) - DayOf(row.received, zone_);
  Answers& answers = answers_[static_cast<int>(std::clamp<int64_t>(took, 0, kMostAnswerDays))];
  if (moment.is_in_time()) {
    month.set_answered_in_time(month.answered_in_time() + 1);
    ++answers.in_time;
  } else {
    month.set_answered_late(month.answered_late() + 1);
    ++answers.late;
  }
}

void SlaCharts::Finish(v1::SlaReport& report) const {
  for (const auto& [name, month] : months_) {
    v1::SlaMonth& out = *report.add_months();
    out = month;
    out.set_month(name);
  }
  ForEachDay(answers_, [&](int day, const Answers& answers) {
    v1::SlaAnswerDay& out = *report.add_answer_days();
    out.set_day(day);
    out.set_in_time(answers.in_time);
    out.set_late(answers.late);
  });
  ForEachDay(left_, [&](int days, int64_t requests) {
    v1::SlaDaysLeft& out = *report.add_days_left();
    out.set_days(days);
    out.set_requests(requests);
  });
}

}  // namespace dsr
