// A file that grows until it is whole.
#ifndef DSR_TOOLS_DSRCTL_PARTIAL_FILE_H_
#define DSR_TOOLS_DSRCTL_PARTIAL_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// Bytes that are appended, over several runs if need be. Readable by its owner only. Not
// thread-safe.
class PartialFile {
 public:
  // Opens the file at its end, or makes it. INVALID_ARGUMENT when that fails.
  static absl::StatusOr<std::unique_ptr<PartialFile>> Open(const std::string& path);

  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();

  int64_t size() const { return size_; }

  // RESOURCE_EXHAUSTED when the disk is full, UNKNOWN for any other failure.
  absl::Status Append(absl::string_view data);

  // Drops what is beyond `size` bytes. INVALID_ARGUMENT when it has not so many; UNKNOWN for any
  // other failure.
  absl::Status CutTo(int64_t size);

  // Makes what was appended durable. Errors: as Append.
  absl::Status Sync();

  // Returns the SHA-256 of the whole file, in hexadecimal digits.
  absl::StatusOr<std::string> Sha256Hex() const;

  // Makes the file durable under the name `path`.
  absl::Status Publish(const std::string& path);

  // Deletes the file.
  void Remove();

 private:
  PartialFile(std::string path, int descriptor, int64_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size) {}

  const std::string path_;
  const int descriptor_;
  int64_t size_;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_PARTIAL_FILE_H_
