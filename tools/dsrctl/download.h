// Packages, fetched so that an interruption costs nothing and damage does not go unseen.
#ifndef DSR_TOOLS_DSRCTL_DOWNLOAD_H_
#define DSR_TOOLS_DSRCTL_DOWNLOAD_H_

#include <string>

#include "absl/status/statusor.h"
#include "dsr/v1/request_service.pb.h"
#include "dsrctl/context.h"

namespace dsr::dsrctl {

// Fetches the package that `request` names into the new file `to`, readable by its owner only, and
// returns what it is.
//
// Bytes gather in `to`.part and get the name `to` once length and SHA-256 are right, so a file of
// that name is whole. A broken stream is taken up where it ended, here or by the next run. Shows
// progress when stderr is a terminal. Errors: those of DownloadPackage; INVALID_ARGUMENT when `to`
// exists or cannot be written; DATA_LOSS when the checksum is wrong, and the part is removed.
absl::StatusOr<v1::Package> DownloadPackage(Context& context, v1::DownloadPackageRequest request,
                                            const std::string& to);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_DOWNLOAD_H_
