// The yearly public report (Network Data Regulations 44).
#include <map>
#include <string>

#include "app/duration_sketch.h"
#include "app/policy_as_of.h"
#include "app/reporter.h"
#include "app/request_moment.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {
namespace {

constexpr int kFirstYear = 2000;
constexpr int kLastYear = 9999;

// Counts one type, or all.
class YearlyCounter {
 public:
  void Add(const RequestMoment& moment, absl::TimeZone zone) {
    const SlaRow& row = moment.row();
    line_.set_received(line_.received() + 1);
    if (!moment.is_answered()) {
      line_.set_unanswered(line_.unanswered() + 1);
      return;
    }
    ++outcomes_[row.outcome];
    if (moment.was_withdrawn()) return;
    if (moment.is_in_time()) line_.set_answered_in_time(line_.answered_in_time() + 1);
    days_.Add(DayOf(row.answered, zone) - DayOf(row.received, zone));
  }

  v1::YearlyType Finish(const std::string& type) const {
    v1::YearlyType line = line_;
    line.set_type(type);
    for (const auto& [outcome, requests] : outcomes_) {
      v1::OutcomeCount& out = *line.add_outcomes();
      out.set_outcome(outcome);
      out.set_requests(requests);
    }
    line.set_median_answer_days(static_cast<int32_t>(days_.Median()));
    return line;
  }

 private:
  v1::YearlyType line_;
  std::map<v1::Outcome, int64_t> outcomes_;
  DurationSketch days_;  // days, not seconds
};

}  // namespace

absl::StatusOr<v1::YearlyReport> MakeYearlyReport(ReadView& view, int year, absl::Time as_of) {
  DSR_ASSIGN_OR_RETURN(const v1::Policy policy, PolicyAsOf(view, as_of));
  DSR_ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(policy.time_zone()));
  const absl::Time begin = absl::FromCivil(absl::CivilYear(year), zone);
  const absl::Time end = absl::FromCivil(absl::CivilYear(year) + 1, zone);
  if (year < kFirstYear || year > kLastYear || begin > as_of) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "year",
                          "is a calendar year that has begun, from 2000 on");
  }
  YearlyCounter total;
  std::map<std::string, YearlyCounter> types;
  DSR_RETURN_IF_ERROR(view.ScanSla(begin, end, [&](const SlaRow& row) {
    const std::optional<RequestMoment> moment = RequestMoment::Of(row, as_of);
    if (!moment.has_value()) return absl::OkStatus();
    total.Add(*moment, zone);
    types[row.type].Add(*moment, zone);
    return absl::OkStatus();
  }));
  v1::YearlyReport report;
  report.set_year(year);
  *report.mutable_as_of_time() = ToTimestamp(as_of);
  for (const auto& [type, counter] : types) *report.add_types() = counter.Finish(type);
  *report.mutable_total() = total.Finish("");
  report.set_final(end <= as_of && report.total().unanswered() == 0);
  return report;
}

}  // namespace dsr
