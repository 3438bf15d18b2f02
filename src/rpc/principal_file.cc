#include "rpc/principal_file.h"

#include "dsr/base/status_macros.h"
#include "dsr/base/text_file.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {

absl::StatusOr<std::unique_ptr<PrincipalFile>> PrincipalFile::Open(const std::string& path) {
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<WatchedFiles<PrincipalDirectory>> file,
                       WatchedFiles<PrincipalDirectory>::Open(
                           "token_file", {path}, [path]() -> absl::StatusOr<PrincipalDirectory> {
                             config::v1::TokenFile contents;
                             DSR_RETURN_IF_ERROR(ReadTextFile(path, contents));
                             return PrincipalDirectory::Create(contents);
                           }));
  return std::unique_ptr<PrincipalFile>(new PrincipalFile(std::move(file)));
}

}  // namespace dsr
