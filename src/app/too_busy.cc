#include "app/too_busy.h"

#include "dsr/base/errors.h"

namespace dsr {

absl::Status TooBusy() {
  return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER,
                   "too many calls wait to be carried out, or the server is shutting down; retry "
                   "the same call");
}

}  // namespace dsr
