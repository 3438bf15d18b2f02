// How the deadlines are kept: reports in one pass over one index.
#ifndef DSR_APP_REPORTER_H_
#define DSR_APP_REPORTER_H_

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
};

// Makes the report in one pass. Memory: 16 bytes for each answered request, and 10 000 lines at
// most. Errors: INVALID_ARGUMENT FIELD_INVALID when `to` is before `from`. Blocks.
absl::StatusOr<v1::SlaReport> MakeSlaReport(ReadView& view, const SlaQuery& query);

// Returns one request as a line of a report, as it stands.
v1::SlaLine SlaLineOf(const v1::Request& request);

// Returns a page of the breached requests, in the order of RequestQuery::breached_only, after
// `after`.
absl::StatusOr<std::vector<v1::SlaLine>> ListBreaches(ReadView& view,
                                                      const std::optional<RequestId>& after,
                                                      int limit);

}  // namespace dsr

#endif  // DSR_APP_REPORTER_H_
