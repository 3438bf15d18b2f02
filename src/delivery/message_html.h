// The HTML of a message, made from its text.
#ifndef DSR_DELIVERY_MESSAGE_HTML_H_
#define DSR_DELIVERY_MESSAGE_HTML_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dsr {

// Returns the paragraphs and lists of a plain text as HTML that says the same, escaped. An empty
// line ends a paragraph; a line that begins with `- ` is an element of a list, and lines indented
// by two spaces after it go on with it; other line breaks stay line breaks.
std::string ParagraphsOf(absl::string_view text);

}  // namespace dsr

#endif  // DSR_DELIVERY_MESSAGE_HTML_H_
