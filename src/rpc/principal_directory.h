// Who may call: the principals of the token file.
#ifndef DSR_RPC_PRINCIPAL_DIRECTORY_H_
#define DSR_RPC_PRINCIPAL_DIRECTORY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/principal.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {

// Finds principals by the token they bring. Immutable; thread-safe.
class PrincipalDirectory {
 public:
  // Takes the principals of `file`. Errors: FAILED_PRECONDITION INSTALLATION_INVALID naming the
  // principal whose name, hash, roles, data system or recipient is wrong, or that is there twice.
  static absl::StatusOr<PrincipalDirectory> Create(const config::v1::TokenFile& file);

  // Returns the principal of an `authorization` header, such as `Bearer <token>`; null when there
  // is none. Takes the same time for every token of one length.
  std::shared_ptr<const Principal> Find(absl::string_view authorization) const;

  // Returns the principal of that name; null when there is none.
  std::shared_ptr<const Principal> FindNamed(absl::string_view name) const;

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string token_hash;  // 32 bytes
    std::shared_ptr<const Principal> principal;
  };
  std::vector<Entry> entries_;
};

}  // namespace dsr

#endif  // DSR_RPC_PRINCIPAL_DIRECTORY_H_
