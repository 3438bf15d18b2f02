// What is UTF-8 and what is not.
#ifndef DSR_BASE_UTF8_H_
#define DSR_BASE_UTF8_H_

#include "absl/strings/string_view.h"

namespace dsr {

// Tells whether `text` is UTF-8. Thread-safe.
bool IsUtf8(absl::string_view text);

}  // namespace dsr

#endif  // DSR_BASE_UTF8_H_
