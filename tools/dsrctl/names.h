// Names of resources as people type them.
#ifndef DSR_TOOLS_DSRCTL_NAMES_H_
#define DSR_TOOLS_DSRCTL_NAMES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// Returns the full name for `text` in `pattern`, such as `requests/*` or `requests/*/tasks/*`.
//
// A pattern with one `*` takes the bare id as well: `01h...` becomes `requests/01h...`. Patterns
// with more take the whole name only, because an id alone does not say whose it is.
// INVALID_ARGUMENT, saying what is expected, for anything else.
absl::StatusOr<std::string> ResourceName(absl::string_view pattern, absl::string_view text);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_NAMES_H_
