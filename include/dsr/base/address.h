// Addresses of people, told apart from what could do harm in a header or never arrive.
#ifndef DSR_BASE_ADDRESS_H_
#define DSR_BASE_ADDRESS_H_

#include "absl/strings/string_view.h"

namespace dsr {

// Tells whether `address` may stand in a header and in an envelope: 1 to 254 printable ASCII
// characters without spaces, quotes, brackets, commas, colons, semicolons and backslashes.
bool IsPlainAddress(absl::string_view address);

// The same, with something before and after one `@`.
bool IsMailAddress(absl::string_view address);

// Tells whether `number` is a telephone number without spaces: 5 to 15 digits, `+` before them or
// not (ITU-T E.164).
bool IsPhoneNumber(absl::string_view number);

}  // namespace dsr

#endif  // DSR_BASE_ADDRESS_H_
