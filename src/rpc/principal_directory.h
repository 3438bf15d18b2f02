// Who may call: the principals of the token file.
#ifndef DSR_RPC_PRINCIPAL_DIRECTORY_H_
#define DSR_RPC_PRINCIPAL_DIRECTORY_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "app/principal.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {

// A token that the file names.
struct KnownToken {
  std::shared_ptr<const Principal> principal;
  // From when on it is refused; absl::InfiniteFuture() for never.
  absl::Time expire_time;
  // As in method_roles.h.
  std::vector<std::string> scopes;
};

// Finds principals by what they show. Immutable; thread-safe.
class PrincipalDirectory {
 public:
  // Takes the principals of `file`. Errors: FAILED_PRECONDITION INSTALLATION_INVALID naming the
  // principal of which something is wrong, or that is there twice.
  static absl::StatusOr<PrincipalDirectory> Create(const config::v1::TokenFile& file);

  // Returns the token with that text; null when there is none. Takes the same time for every token
  // of one length.
  const KnownToken* FindToken(absl::string_view token) const;

  // Returns the principal with the certificate name, such as `DNS:intake.corp`; null when there is
  // none.
  std::shared_ptr<const Principal> FindCertificateName(absl::string_view name) const;

  // Returns whom `issuer` calls `subject`; null when that is nobody here.
  std::shared_ptr<const Principal> FindOidcSubject(absl::string_view issuer,
                                                   absl::string_view subject) const;

  // Returns the principal of that name; null when there is none.
  std::shared_ptr<const Principal> FindNamed(absl::string_view name) const;

 private:
  using Principals = std::map<std::string, std::shared_ptr<const Principal>, std::less<>>;
  struct Entry {
    std::string hash;  // 32 bytes
    KnownToken token;
  };

  absl::Status AddToken(const config::v1::Token& token,
                        const std::shared_ptr<const Principal>& principal);
  absl::Status AddCredentials(const config::v1::Principal& given,
                              const std::shared_ptr<const Principal>& principal);

  Principals named_;
  std::vector<Entry> tokens_;
  Principals certificate_names_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const Principal>> oidc_subjects_;
};

}  // namespace dsr

#endif  // DSR_RPC_PRINCIPAL_DIRECTORY_H_
