#include "server/reflection.h"

#include <dlfcn.h>
#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"

namespace dsr {

absl::Status LoadReflection() {
  // Of the version that is in use: the two share classes.
  const std::string version = grpc::Version();
  const std::string name =
      absl::StrCat("libgrpc++_reflection.so.", version.substr(0, version.rfind('.')));
  if (dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("reflection needs ", name, ", which cannot be loaded"));
}

}  // namespace dsr
