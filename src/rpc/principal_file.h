// The token file as it is at the moment.
#ifndef DSR_RPC_PRINCIPAL_FILE_H_
#define DSR_RPC_PRINCIPAL_FILE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "dsr/base/watched_files.h"
#include "rpc/principal_directory.h"

namespace dsr {

// Reads the principals, and reads them again when the file changed, so that a token is taken back
// without a restart. A file that cannot be used any more is logged, and who was known before stays
// known. Thread-safe.
class PrincipalFile {
 public:
  // Errors: those of ReadTextFile and PrincipalDirectory::Create.
  static absl::StatusOr<std::unique_ptr<PrincipalFile>> Open(const std::string& path);

  // Blocks on the disk when the file changed.
  std::shared_ptr<const PrincipalDirectory> Present() { return file_->Present(); }

 private:
  explicit PrincipalFile(std::unique_ptr<WatchedFiles<PrincipalDirectory>> file)
      : file_(std::move(file)) {}

  const std::unique_ptr<WatchedFiles<PrincipalDirectory>> file_;
};

}  // namespace dsr

#endif  // DSR_RPC_PRINCIPAL_FILE_H_
