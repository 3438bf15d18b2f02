// Reading one record of CSV.
#ifndef DSR_TOOLS_DSRCTL_CSV_H_
#define DSR_TOOLS_DSRCTL_CSV_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// Returns the fields of `text`, one record of RFC 4180 without its line break. INVALID_ARGUMENT,
// without the text, for a quote that stands in a field without quotes, something behind a closing
// quote, or a quote that is not closed.
absl::StatusOr<std::vector<std::string>> ParseCsvRecord(absl::string_view text);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_CSV_H_
