// How recipients of notices did, for a report.
#ifndef DSR_APP_RECIPIENT_TIMES_H_
#define DSR_APP_RECIPIENT_TIMES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dsr/store/store.h"
#include "dsr/v1/report_service.pb.h"

namespace dsr {

// Adds one line a recipient to `report`: of the notices made in [from, to) and by `as_of`, as they
// stood then. Memory does not grow with the notices. Blocks.
absl::Status AddRecipientTimes(ReadView& view, absl::Time from, absl::Time to, absl::Time as_of,
                               v1::SlaReport& report);

}  // namespace dsr

#endif  // DSR_APP_RECIPIENT_TIMES_H_
