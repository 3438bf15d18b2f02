// Files in protobuf text format, which people write.
#ifndef DSR_BASE_TEXT_FILE_H_
#define DSR_BASE_TEXT_FILE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace dsr {

// Reads a file in protobuf text format into `message`. Errors: FAILED_PRECONDITION
// INSTALLATION_INVALID when it cannot be read, or naming the line of an unknown key or a wrong
// value. The text never repeats the file's contents. Thread-safe. Blocks on the disk.
absl::Status ReadTextFile(absl::string_view path, google::protobuf::Message& message);

}  // namespace dsr

#endif  // DSR_BASE_TEXT_FILE_H_
