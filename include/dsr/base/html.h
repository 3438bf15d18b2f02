// HTML made of what people wrote.
#ifndef DSR_BASE_HTML_H_
#define DSR_BASE_HTML_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dsr {

// Returns `text` as HTML shows it, in an element or in a quoted attribute: `&`, `<`, `>` and both
// quotes become entities.
std::string EscapeHtml(absl::string_view text);

}  // namespace dsr

#endif  // DSR_BASE_HTML_H_
