// What `dsrd --dev` makes for itself: keys, tokens and secrets, so that nothing has to be
// configured to try it out.
#ifndef DSR_SERVER_DEV_SETUP_H_
#define DSR_SERVER_DEV_SETUP_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {

// Creates under `<data_dir>/dev/` what is missing, all readable by the owner only: `kek` (the
// key-encryption key), `tokens/<principal>.token` with `tokens.textproto`,
// `secrets/<recipient>.whsec` with `webhook-secrets.textproto`, `letters.pem` with `letters.key` (a
// certificate for letters), and the folders `spool/` for messages and `backups/`. Then fills the
// fields of `config` that are empty with those paths. Files that exist stay as they are, so tokens
// survive a restart. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when something cannot be
// written or read.
absl::Status PrepareDev(absl::string_view data_dir, config::v1::ServerConfig& config);

}  // namespace dsr

#endif  // DSR_SERVER_DEV_SETUP_H_
