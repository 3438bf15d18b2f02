// What only a check of the file reads.
#ifndef DSR_STORE_SQLITE_ROW_VIEW_H_
#define DSR_STORE_SQLITE_ROW_VIEW_H_

#include <optional>
#include <string>
#include <vector>

#include "dsr/store/database_file.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// The transaction that makes it one snapshot is its owner's part. Not thread-safe; used by its
// connection's thread.
class SqliteRowView final : public RowView {
 public:
  // The connection outlives this.
  explicit SqliteRowView(Connection& connection) : connection_(connection) {}

  absl::StatusOr<std::vector<RequestId>> ListRequestIds(const std::optional<RequestId>& after,
                                                        int limit) override;
  absl::StatusOr<bool> IsIndexedAs(const RequestId& id,
                                   const storage::v1::RequestState& state) override;
  absl::StatusOr<bool> HasTimer(const DueTimer& timer) override;
  absl::StatusOr<std::vector<DueTimer>> ListTimers(const std::optional<DueTimer>& after,
                                                   int limit) override;
  absl::StatusOr<std::vector<OutboxItem>> ListOutbox(const std::optional<OutboxItem>& after,
                                                     int limit) override;
  absl::StatusOr<std::vector<StoredAnswer>> ListAnswers(const std::optional<StoredAnswer>& after,
                                                        int limit) override;
  absl::StatusOr<std::vector<ClearRecord>> ListRecords(RecordKind kind, int64_t after,
                                                       int limit) override;
  absl::StatusOr<std::vector<std::string>> FindOrphans() override;

 private:
  Connection& connection_;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_ROW_VIEW_H_
