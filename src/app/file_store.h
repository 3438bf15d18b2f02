// A database file for those who read from a Store.
#ifndef DSR_APP_FILE_STORE_H_
#define DSR_APP_FILE_STORE_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/store/database_file.h"
#include "dsr/store/store.h"

namespace dsr {

// Reads only: what is to be written gets FAILED_PRECONDITION ACTION_NOT_ALLOWED. Not thread-safe,
// as the file.
class FileStore final : public Store {
 public:
  // `file` outlives this. Once `is_cancelled`, reads get UNAVAILABLE RETRY_LATER.
  explicit FileStore(
      DatabaseFile& file, std::function<bool()> is_cancelled = [] { return false; })
      : file_(file), is_cancelled_(std::move(is_cancelled)) {}

  void Transact(Body, Done done) override {
    done(MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ACTION_NOT_ALLOWED,
                   "a file without its server is only read"));
  }
  absl::Status Read(const std::function<absl::Status(ReadView&)>& body) override {
    if (is_cancelled_()) {
      return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER,
                       "the reading was cancelled");
    }
    return file_.Read(body);
  }
  int64_t DurableLeaves() const override { return 0; }
  void Close() override {}

 private:
  DatabaseFile& file_;
  const std::function<bool()> is_cancelled_;
};

}  // namespace dsr

#endif  // DSR_APP_FILE_STORE_H_
