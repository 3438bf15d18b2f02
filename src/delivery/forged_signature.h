// Signatures that are wrong, to see whether a recipient checks them.
#ifndef DSR_DELIVERY_FORGED_SIGNATURE_H_
#define DSR_DELIVERY_FORGED_SIGNATURE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dsr {

// Returns `signatures`, the value of a header `webhook-signature`, with one bit of each signature
// altered. Its form stays right, so that only a check of the signature itself can refuse it.
std::string ForgeSignatures(absl::string_view signatures);

}  // namespace dsr

#endif  // DSR_DELIVERY_FORGED_SIGNATURE_H_
