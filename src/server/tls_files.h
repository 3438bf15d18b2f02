// The server's certificate, its key, and who issues the clients' certificates.
#ifndef DSR_SERVER_TLS_FILES_H_
#define DSR_SERVER_TLS_FILES_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "dsr/base/clock.h"
#include "dsr/base/watched_files.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {

// What the files hold, in PEM.
struct TlsMaterial {
  std::string certificates;  // the server's first, then those it is issued by
  std::string key;
  std::string client_issuers;  // empty: clients are not asked for a certificate
};

// Reads the files that Tls of config.proto names, and reads them again when one changed; the next
// connection gets what they hold then. Files that cannot be used any more are logged, and what was
// read before stays in force. What is read is logged with its end, as a warning in the last 30
// days. Thread-safe.
class TlsFiles {
 public:
  // `clock` outlives this. Errors: FAILED_PRECONDITION INSTALLATION_INVALID naming the key of the
  // configuration and nothing that a file holds, when a file is missing or is no PEM, the key may
  // be read by others, has a passphrase or is not that of the certificate, or the certificate is
  // not for a server or not valid now.
  static absl::StatusOr<std::unique_ptr<TlsFiles>> Open(const config::v1::Tls& settings,
                                                        const Clock& clock);

  // Blocks on the disk when a file changed.
  std::shared_ptr<const TlsMaterial> Present() { return files_->Present(); }

 private:
  explicit TlsFiles(std::unique_ptr<WatchedFiles<TlsMaterial>> files) : files_(std::move(files)) {}

  const std::unique_ptr<WatchedFiles<TlsMaterial>> files_;
};

}  // namespace dsr

#endif  // DSR_SERVER_TLS_FILES_H_
