// Text as terminals, spreadsheets and programs want it.
#ifndef DSR_TOOLS_DSRCTL_TEXT_H_
#define DSR_TOOLS_DSRCTL_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// Returns how many terminal columns `text` (UTF-8) takes: two for East Asian wide characters and
// emoji, none for combining marks. A byte that is not UTF-8 counts as one.
int DisplayWidth(absl::string_view text);

// Returns `text` with line breaks, tabs and every other control character written as an escape, so
// that data from elsewhere can neither break a table nor command the terminal.
std::string Printable(absl::string_view text);

// Returns `text` as a JSON string, with its quotes.
std::string JsonString(absl::string_view text);

// Returns one line of RFC 4180, with its CRLF. Fields with a comma, a quote, a line break or an
// outer space are quoted.
std::string CsvLine(const std::vector<std::string>& fields);

// Returns the member of `candidates` that is at most two typing errors away from `word`, or the
// empty string.
std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TEXT_H_
