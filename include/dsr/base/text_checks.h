// Checks of texts that come from outside.
#ifndef DSR_BASE_TEXT_CHECKS_H_
#define DSR_BASE_TEXT_CHECKS_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "dsr/base/errors.h"

namespace dsr {

// How many Unicode characters a UTF-8 text has.
size_t CountCharacters(absl::string_view text);

// True for a text of nothing but spaces, of any width, and line breaks.
bool IsBlank(absl::string_view text);

// From `least` to `most` characters, not only spaces; 0 for `least` lets it be empty. Adds what is
// wrong to `errors`.
void CheckText(absl::string_view text, absl::string_view field, size_t least, size_t most,
               FieldErrors& errors);

// The same for a text of one line: no control characters.
void CheckLine(absl::string_view text, absl::string_view field, size_t least, size_t most,
               FieldErrors& errors);

}  // namespace dsr

#endif  // DSR_BASE_TEXT_CHECKS_H_
