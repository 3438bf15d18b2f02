// What a server leaves behind: the bytes of its files, and the lines of its log.
#ifndef DSR_TESTS_INTEGRATION_KEPT_BYTES_H_
#define DSR_TESTS_INTEGRATION_KEPT_BYTES_H_

#include <string>

#include "testing/temp_dir.h"

namespace dsr {

// All that stands in the files of a data directory, database and write-ahead log included, but not
// in those of `dev`: mail that was sent, tokens.
std::string BytesOfFiles(const std::string& data_dir);

// Keeps what this process writes to standard error, where the log goes, while it lives. One at a
// time; not thread-safe.
class LogCapture {
 public:
  LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture();

  // All so far.
  std::string Text();

 private:
  const TempDir dir_;
  int standard_error_ = -1;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_KEPT_BYTES_H_
