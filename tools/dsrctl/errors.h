// Errors as dsrctl tells them: exit codes, text for people, JSON for programs.
#ifndef DSR_TOOLS_DSRCTL_ERRORS_H_
#define DSR_TOOLS_DSRCTL_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace dsr::dsrctl {

// How dsrctl ends. Scripts rely on the numbers; `dsrctl --help` documents them.
enum class ExitCode {
  kOk = 0,
  kOther = 1,
  kUsage = 2,
  kNotFound = 3,
  kNotAllowed = 4,
  kConflict = 5,
  kUnavailable = 6,
  kPartial = 7,
  kFindings = 8,
};

// Returns the error of a call with the ErrorInfo and BadRequest that travelled with it, in the form
// of dsr/base/errors.h. Details that cannot be decoded are left out; OK stays OK.
absl::Status FromGrpcStatus(const grpc::Status& status);

// Returns after how long the server lets the call pass that a limit refused; zero for other errors.
absl::Duration RetryAfter(const absl::Status& status);

// Returns the exit code that tells `status`: a wrong argument is kUsage whether dsrctl or the
// server found it.
ExitCode ExitCodeOf(const absl::Status& status);

// Returns what is wrong, why, which fields, and what to do next, as lines for a terminal.
std::string ErrorText(const absl::Status& status);

// Returns the same as one line: {"code","reason","message","metadata","violations"}.
std::string ErrorJson(const absl::Status& status);

// Returns ErrorJson when `json`, else ErrorText.
std::string FormatError(const absl::Status& status, bool json);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_ERRORS_H_
