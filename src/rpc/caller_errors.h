// Why a caller stays unknown. The texts repeat nothing of what was shown.
#ifndef DSR_RPC_CALLER_ERRORS_H_
#define DSR_RPC_CALLER_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsr/base/errors.h"

namespace dsr {

// UNAUTHENTICATED TOKEN_INVALID.
inline absl::Status CallerUnknown(absl::string_view why) {
  return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_INVALID, why);
}

// UNAUTHENTICATED TOKEN_EXPIRED.
inline absl::Status TokenExpired() {
  return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_EXPIRED,
                   "the token has expired; get a new one");
}

// FAILED_PRECONDITION INSTALLATION_INVALID about the file that `key` of the configuration names.
inline absl::Status CallerFileInvalid(absl::string_view key, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("configuration: ", key, ": ", what));
}

}  // namespace dsr

#endif  // DSR_RPC_CALLER_ERRORS_H_
