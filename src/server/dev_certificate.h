// The certificate that `dsrd --dev` signs letters with.
#ifndef DSR_SERVER_DEV_CERTIFICATE_H_
#define DSR_SERVER_DEV_CERTIFICATE_H_

#include <string>

#include "absl/status/status.h"

namespace dsr {

// Makes a fresh EC key and a certificate for mail from the sender that the spool names, signed by
// itself: nobody trusts it who was not told to. It has no end, because the clock of `--dev` may be
// moved. Both files are PEM, readable by their owner only, and replaced where they exist. Errors:
// those of file.h; INTERNAL when the library fails.
absl::Status MakeDevCertificate(const std::string& certificate_file, const std::string& key_file);

}  // namespace dsr

#endif  // DSR_SERVER_DEV_CERTIFICATE_H_
