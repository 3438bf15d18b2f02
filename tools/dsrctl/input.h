// What commands read from files and stdin: everything that may be personal, which never is an
// argument.
#ifndef DSR_TOOLS_DSRCTL_INPUT_H_
#define DSR_TOOLS_DSRCTL_INPUT_H_

#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace dsr::dsrctl {

// Returns the bytes of the file; of all that is left of `in` when `path` is `-`. INVALID_ARGUMENT,
// naming the path, when it cannot be read.
absl::StatusOr<std::string> ReadInput(absl::string_view path, std::istream& in);

// Reads protobuf JSON into `message`, over what it holds. INVALID_ARGUMENT saying which field is
// wrong, where that can be told, and never a value: an error may end up in a log.
//
// `field`, when not null, receives the path of the wrong field, empty where that cannot be told.
absl::Status ParseJson(absl::string_view json, google::protobuf::Message& message,
                       std::string* field = nullptr);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_INPUT_H_
