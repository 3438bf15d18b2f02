#include "dsr/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

// Closes a descriptor at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  int get() const { return value_; }
  bool is_open() const { return value_ >= 0; }
  int Release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

std::string FileName(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == absl::string_view::npos ? path : path.substr(slash + 1));
}

std::string FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  return std::string(slash == 0 ? path.substr(0, 1) : path.substr(0, slash));
}

// Makes the error for the system call that failed with `error`.
absl::Status FileError(int error, absl::string_view action, absl::string_view path) {
  const std::string name = FileName(path);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_DISK_FULL,
                     absl::StrCat("no room on the disk to ", action, " the file ", name),
                     {{"file", name}});
  }
  const absl::string_view cause = error == ENOENT   ? "it does not exist"
                                  : error == EACCES ? "it is not permitted"
                                  : error == EROFS  ? "the disk is read-only"
                                  : error == EISDIR ? "it is a folder"
                                                    : "the system refuses";
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
      absl::StrCat("cannot ", action, " the file ", name, ": ", cause, " (errno ", error, ")"),
      {{"file", name}});
}

bool WriteAll(int descriptor, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

bool FileExists(absl::string_view path) { return access(std::string(path).c_str(), F_OK) == 0; }

absl::StatusOr<std::string> ReadFile(absl::string_view path) {
  const Descriptor file(open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return FileError(errno, "read", path);
  std::string contents;
  char buffer[16384];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(errno, "read", path);
    if (got == 0) return contents;
    contents.append(buffer, static_cast<size_t>(got));
  }
}

absl::Status WriteFileAtomically(absl::string_view path, absl::string_view contents, mode_t mode) {
  const std::string target(path);
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.is_open()) return FileError(errno, "write", path);
  if (!WriteAll(file.get(), contents) || fchmod(file.get(), mode) != 0 || fsync(file.get()) != 0 ||
      rename(temporary.c_str(), target.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return FileError(error, "write", path);
  }
  // The new name is durable only with its folder.
  const Descriptor folder(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || fsync(folder.get()) != 0) return FileError(errno, "write", path);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LockFile>> LockFile::Acquire(absl::string_view path) {
  Descriptor file(open(std::string(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return FileError(errno, "lock", path);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return FileError(errno, "lock", path);
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     absl::StrCat("another process holds the lock file ", FileName(path),
                                  "; only one server at a time may use these files"),
                     {{"file", FileName(path)}});
  }
  return std::unique_ptr<LockFile>(new LockFile(file.Release()));
}

LockFile::~LockFile() { close(descriptor_); }

}  // namespace dsr
