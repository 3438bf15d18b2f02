// A database file without a server: a copy, a restored backup, or the file of one that runs.
#ifndef DSR_STORE_DATABASE_FILE_H_
#define DSR_STORE_DATABASE_FILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/records.h"
#include "dsr/store/store.h"

namespace dsr {

// The kinds of record that stand by themselves, beside requests.
enum class RecordKind { kDisclosure, kConsent, kHold };

// Rows that are read by nobody but who checks the file, from the same snapshot as the ReadView
// beside it. Lists are in the order of their keys; `after` is exclusive, and absent at the
// beginning.
class RowView {
 public:
  virtual ~RowView() = default;

  virtual absl::StatusOr<std::vector<RequestId>> ListRequestIds(
      const std::optional<RequestId>& after, int limit) = 0;
  // Tells whether the columns that indexes are made of say of the request what its state says.
  virtual absl::StatusOr<bool> IsIndexedAs(const RequestId& id,
                                           const storage::v1::RequestState& state) = 0;

  virtual absl::StatusOr<bool> HasTimer(const DueTimer& timer) = 0;
  virtual absl::StatusOr<std::vector<DueTimer>> ListTimers(const std::optional<DueTimer>& after,
                                                           int limit) = 0;
  virtual absl::StatusOr<std::vector<OutboxItem>> ListOutbox(const std::optional<OutboxItem>& after,
                                                             int limit) = 0;
  // Without the answers' bytes.
  virtual absl::StatusOr<std::vector<StoredAnswer>> ListAnswers(
      const std::optional<StoredAnswer>& after, int limit) = 0;

  // A record's number in its table, and its bytes in the clear.
  struct ClearRecord {
    int64_t number = 0;
    std::string clear;
  };
  virtual absl::StatusOr<std::vector<ClearRecord>> ListRecords(RecordKind kind, int64_t after,
                                                               int limit) = 0;

  // What belongs to something that is not there, where no foreign key says so; in words, at most
  // 100 of it.
  virtual absl::StatusOr<std::vector<std::string>> FindOrphans() = 0;
};

// Reads the file and changes nothing. Not thread-safe.
class DatabaseFile {
 public:
  virtual ~DatabaseFile() = default;

  // Runs `body` with one snapshot, and returns what it returns. Blocks.
  virtual absl::Status Read(const std::function<absl::Status(ReadView&)>& body) = 0;

  // The same for a check of single rows.
  virtual absl::Status Inspect(const std::function<absl::Status(ReadView&, RowView&)>& body) = 0;

  // Reads every page, and returns what does not fit together, in words; at most 100 of it. Blocks.
  virtual absl::StatusOr<std::vector<std::string>> CheckPages() = 0;
};

// Opens the file at that path.
using DatabaseFileOpener =
    std::function<absl::StatusOr<std::unique_ptr<DatabaseFile>>(const std::string& path)>;

}  // namespace dsr

#endif  // DSR_STORE_DATABASE_FILE_H_
