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
#include "dsr/base/status_macros.h"

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
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<NewFile> file, NewFile::Create(path, mode));
  DSR_RETURN_IF_ERROR(file->Append(contents));
  return file->Finish();
}

absl::Status SyncFolder(absl::string_view path) {
  const Descriptor folder(open(std::string(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || fsync(folder.get()) != 0) return FileError(errno, "write", path);
  return absl::OkStatus();
}

NewFile::NewFile(std::string path, std::string temporary_path, int descriptor)
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)), descriptor_(descriptor) {}

NewFile::~NewFile() {
  close(descriptor_);
  if (!is_finished_) unlink(temporary_path_.c_str());
}

absl::StatusOr<std::unique_ptr<NewFile>> NewFile::Create(absl::string_view path, mode_t mode) {
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return FileError(errno, "write", path);
  std::unique_ptr<NewFile> file(new NewFile(std::string(path), std::move(temporary), descriptor));
  if (fchmod(descriptor, mode) != 0) return FileError(errno, "write", path);
  return file;
}

absl::Status NewFile::Append(absl::string_view bytes) {
  return WriteAll(descriptor_, bytes) ? absl::OkStatus() : FileError(errno, "write", path_);
}

absl::Status NewFile::Sync() {
  return fsync(descriptor_) == 0 ? absl::OkStatus() : FileError(errno, "write", path_);
}

absl::Status NewFile::Finish() {
  DSR_RETURN_IF_ERROR(Sync());
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return FileError(errno, "write", path_);
  }
  is_finished_ = true;
  // The new name is durable only with its folder.
  return SyncFolder(FolderOf(path_));
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
