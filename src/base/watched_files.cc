#include "dsr/base/watched_files.h"

#include <sys/stat.h>

#include "dsr/base/errors.h"
#include "dsr/base/log.h"

namespace dsr {
namespace {

int64_t NanosOf(const timespec& time) {
  return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec;
}

}  // namespace

FileVersion VersionOfFile(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return {};
  return {.device = file.st_dev,
          .inode = file.st_ino,
          .size = file.st_size,
          .modified_nanos = NanosOf(file.st_mtim),
          .changed_nanos = NanosOf(file.st_ctim)};
}

std::vector<FileVersion> VersionsOfFiles(const std::vector<std::string>& paths) {
  std::vector<FileVersion> versions;
  versions.reserve(paths.size());
  for (const std::string& path : paths) versions.push_back(VersionOfFile(path));
  return versions;
}

void LogFilesRead(absl::string_view name) { Log(LogLevel::kInfo, "file_read", {{"name", name}}); }

void LogFilesInvalid(absl::string_view name, const absl::Status& status) {
  Log(LogLevel::kError, "file_invalid",
      {{"name", name},
       {"reason", ErrorReasonName(ReasonOf(status))},
       {"finding", std::string(status.message())}});
}

}  // namespace dsr
