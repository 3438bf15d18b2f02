// How the deadlines are kept: reports in one pass over one index.
#ifndef DSR_APP_REPORTER_H_
#define DSR_APP_REPORTER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/v1/report_service.pb.h"

namespace dsr {

// What a report is about.
struct SlaQuery {
  absl::Time from = absl::InfinitePast();     // received at or after
  absl::Time to = absl::InfiniteFuture();     // received before
  absl::Time as_of = absl::InfiniteFuture();  // not InfiniteFuture: what happened later is ignored
  bool include_requests = false;
  // Each at most once. Empty: by type.
  std::vector<v1::SlaDimension> group_by;
  absl::TimeZone zone;    // of days and months
  int deadline_days = 0;  // see SlaReport
  // Told now and then how many requests were read. May be null.
  std::function<void(int64_t read)> progress;
};

// What a call asks for at `now`, with what the policy of that time says of a report: its zone, and
// the length of its deadline. The call's instants are valid. Errors: FIELD_INVALID for an
// `as_of_time` in the future; those of PolicyAsOf. Blocks.
absl::StatusOr<SlaQuery> SlaQueryFrom(ReadView& view, const v1::GetSlaReportRequest& request,
                                      absl::Time now);

// Makes the report in one pass: the same bytes for the same query, whatever happened after `as_of`.
// Memory depends on the groups, not on the requests. Errors: INVALID_ARGUMENT FIELD_INVALID when
// `to` is before `from`, or something is grouped by twice. Blocks.
absl::StatusOr<v1::SlaReport> MakeSlaReport(ReadView& view, const SlaQuery& query);

// Returns one request as a line of a report, as it stands.
v1::SlaLine SlaLineOf(const v1::Request& request);

// Returns a page of the breached requests, in the order of RequestQuery::breached_only, after
// `after`.
absl::StatusOr<std::vector<v1::SlaLine>> ListBreaches(ReadView& view,
                                                      const std::optional<RequestId>& after,
                                                      int limit);

// Counts the requests received in the calendar year `year` of the policy's zone, as of `as_of`.
// Errors: those of PolicyAsOf. Blocks.
absl::StatusOr<v1::YearlyReport> MakeYearlyReport(ReadView& view, int year, absl::Time as_of);

}  // namespace dsr

#endif  // DSR_APP_REPORTER_H_
