// Client certificates: whether they are good now, and what they are called.
#ifndef DSR_RPC_CLIENT_CERTIFICATES_H_
#define DSR_RPC_CLIENT_CERTIFICATES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/base/watched_files.h"

namespace dsr {

// Where those who issue the clients' certificates are, and whom they revoked (Tls of config.proto).
struct ClientCertificateFiles {
  std::string ca_file;
  std::string crl_file;  // empty: nobody is revoked
};

// Errors: FAILED_PRECONDITION INSTALLATION_INVALID when `pem`, of the client_ca_file, is anything
// but certificates. Thread-safe.
absl::Status CheckClientIssuers(absl::string_view pem);

// Checks certificates at each call and not only at the handshake: one may expire or be revoked
// while its connection is open. Both files are read again when one changed. Thread-safe.
class ClientCertificates {
 public:
  // For how long what was found of a certificate counts, unless a file changes before.
  static constexpr absl::Duration kVerdictLife = absl::Minutes(1);

  // Reads the files. `clock` outlives this. Errors: FAILED_PRECONDITION INSTALLATION_INVALID naming
  // the key of the configuration when a file cannot be read or is no such PEM.
  static absl::StatusOr<std::unique_ptr<ClientCertificates>> Open(
      const ClientCertificateFiles& files, const Clock& clock);

  ClientCertificates(const ClientCertificates&) = delete;
  ClientCertificates& operator=(const ClientCertificates&) = delete;
  ~ClientCertificates();

  // Returns the names of a certificate as `certificate_names` of config.proto writes them. `pem` is
  // the certificate, `chain` that and those it came with. Errors: UNAUTHENTICATED TOKEN_INVALID
  // when it is not valid now, was issued by somebody else, or is revoked, or when the list that
  // would tell is missing or out of date.
  absl::StatusOr<std::vector<std::string>> Check(absl::string_view pem, absl::string_view chain);

 private:
  struct Trust;
  struct Verdict {
    std::shared_ptr<const Trust> trust;
    absl::Time time;
    absl::StatusOr<std::vector<std::string>> names;
  };

  ClientCertificates(std::unique_ptr<WatchedFiles<Trust>> trust, const Clock& clock);

  static absl::StatusOr<Trust> Load(const ClientCertificateFiles& files);

  const std::unique_ptr<WatchedFiles<Trust>> trust_;
  const Clock& clock_;
  Mutex mutex_;
  // By the hash of what the connection showed.
  std::map<std::string, Verdict> verdicts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_RPC_CLIENT_CERTIFICATES_H_
