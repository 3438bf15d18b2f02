#include "dsrctl/partial_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"

namespace dsr::dsrctl {
namespace {

absl::Status WriteError() {
  if (errno == ENOSPC || errno == EDQUOT) {
    return absl::ResourceExhaustedError("no room left where the file is written");
  }
  return absl::UnknownError("the file cannot be written");
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartialFile>> PartialFile::Open(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct stat status;
  if (descriptor < 0 || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    if (descriptor >= 0) close(descriptor);
    return absl::InvalidArgumentError(absl::StrCat("cannot write ", path));
  }
  return std::unique_ptr<PartialFile>(new PartialFile(path, descriptor, status.st_size));
}

PartialFile::~PartialFile() { close(descriptor_); }

absl::Status PartialFile::Append(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t written = write(descriptor_, data.data(), data.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return WriteError();
    }
    size_ += written;
    data.remove_prefix(written);
  }
  return absl::OkStatus();
}

absl::Status PartialFile::CutTo(int64_t size) {
  if (size > size_) return absl::InvalidArgumentError(absl::StrCat(path_, " is cut off"));
  if (ftruncate(descriptor_, size) != 0) return WriteError();
  size_ = size;
  return absl::OkStatus();
}

absl::Status PartialFile::Sync() {
  return fsync(descriptor_) == 0 ? absl::OkStatus() : WriteError();
}

absl::StatusOr<std::string> PartialFile::Sha256Hex() const {
  if (size_ == 0) return HexEncode(Sha256(""));
  // Mapped, because a package may be larger than the memory.
  void* bytes = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor_, 0);
  if (bytes == MAP_FAILED) return absl::UnknownError("the file cannot be read again");
  const std::string hash = Sha256(absl::string_view(static_cast<const char*>(bytes), size_));
  munmap(bytes, size_);
  return HexEncode(hash);
}

absl::Status PartialFile::Publish(const std::string& path) {
  if (fsync(descriptor_) != 0 || std::rename(path_.c_str(), path.c_str()) != 0) {
    return WriteError();
  }
  return absl::OkStatus();
}

void PartialFile::Remove() { unlink(path_.c_str()); }

}  // namespace dsr::dsrctl
