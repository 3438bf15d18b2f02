// A directory of a test's own.
#ifndef DSR_TESTS_TESTING_TEMP_DIR_H_
#define DSR_TESTS_TESTING_TEMP_DIR_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/string_view.h"

namespace dsr {

// Creates an empty directory and removes it, with all that is in it, when destroyed. Ends the
// process when there is none to be had. Thread-safe.
class TempDir {
 public:
  TempDir() : path_((std::filesystem::temp_directory_path() / "dsr-test-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  // The path of a file in it.
  std::string File(absl::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_TEMP_DIR_H_
