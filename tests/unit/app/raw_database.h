// The database behind dsrd's back, as somebody with access to the machine has it.
#ifndef DSR_TESTS_UNIT_APP_RAW_DATABASE_H_
#define DSR_TESTS_UNIT_APP_RAW_DATABASE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

struct sqlite3;

namespace dsr {

// Heeds no check and no unique key of the audit log, both of which a forger can turn off. Ends the
// process when the file cannot be opened. Not thread-safe; nothing else writes meanwhile.
class RawDatabase {
 public:
  explicit RawDatabase(const std::string& path);
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;
  ~RawDatabase();

  // Runs statements; an error fails the test. Returns how many rows the last one changed.
  int Run(const std::string& sql);
  // The one value of a query; 0 and "" for NULL.
  int64_t Number(const std::string& sql);
  std::string Bytes(const std::string& sql);

  // Makes every hash of the log and every node fit the records as they stand now, which is the most
  // that a forger can do.
  void Rehash();

 private:
  sqlite3* database_ = nullptr;
};

// The literal of a blob.
std::string Blob(absl::string_view bytes);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_APP_RAW_DATABASE_H_
