#include "dsr/base/text_checks.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace dsr {

size_t CountCharacters(absl::string_view text) {
  // What follows a UTF-8 character's first byte is not counted.
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool IsBlank(absl::string_view text) {
  while (!text.empty()) {
    text = absl::StripLeadingAsciiWhitespace(text);
    // The spaces that people type without seeing: no-break, and of the width of a character.
    if (!absl::ConsumePrefix(&text, "\u00a0") && !absl::ConsumePrefix(&text, "\u3000")) break;
  }
  return text.empty();
}

void CheckText(absl::string_view text, absl::string_view field, size_t least, size_t most,
               FieldErrors& errors) {
  if (least > 0 && IsBlank(text)) {
    errors.AddMissing(field);
  } else if (CountCharacters(text) > most) {
    errors.AddInvalid(field, absl::StrCat("has at most ", most, " characters"));
  }
}

void CheckLine(absl::string_view text, absl::string_view field, size_t least, size_t most,
               FieldErrors& errors) {
  if (std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); })) {
    return errors.AddInvalid(field, "is one line, without control characters");
  }
  CheckText(text, field, least, most, errors);
}

}  // namespace dsr
