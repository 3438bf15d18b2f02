// One-time codes: derived when they are sent and when one is submitted, never stored.
#ifndef DSR_APP_VERIFICATION_CODES_H_
#define DSR_APP_VERIFICATION_CODES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "app/server_secrets.h"
#include "dsr/base/ids.h"

namespace dsr {

// Returns the code of that send (from 1) of a verification: `digits` decimal digits, 6 to 10.
std::string CodeFor(const ServerSecrets& secrets, const VerificationId& verification,
                    int send_number, int digits);

// Returns the number of the latest of the first `sends` sends whose code is `submitted`, 0 for
// none. Compares all of them, each in constant time, so that the time tells nothing.
int MatchSend(const ServerSecrets& secrets, const VerificationId& verification,
              absl::string_view submitted, int sends, int digits);

}  // namespace dsr

#endif  // DSR_APP_VERIFICATION_CODES_H_
