// Errors as they are stored: the answer of an idempotency key whose command was rejected.
#ifndef DSR_APP_STORED_STATUS_H_
#define DSR_APP_STORED_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dsr {

// The payload of an error that stays inside of dsrd: see refusal_audit.h.
inline constexpr absl::string_view kAuditedMark = "dsrd/audited";

// Returns `status` with all its details, marks apart, as a serialised dsr.v1.Status,
// wire-compatible with google.rpc.Status.
std::string EncodeStatus(const absl::Status& status);

// Returns the error that EncodeStatus was given. INTERNAL for anything else.
absl::Status DecodeStatus(absl::string_view bytes);

}  // namespace dsr

#endif  // DSR_APP_STORED_STATUS_H_
