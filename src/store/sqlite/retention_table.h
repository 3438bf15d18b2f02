// What ends when a closed request has been kept long enough: its personal content, by the
// destruction of keys, and in the end its record.
#ifndef DSR_STORE_SQLITE_RETENTION_TABLE_H_
#define DSR_STORE_SQLITE_RETENTION_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/records.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::vector<RequestId>> ListRetentionDue(Connection& connection, absl::Time now,
                                                        int limit);
absl::StatusOr<absl::Time> NextRetention(Connection& connection);
absl::StatusOr<bool> IsShredded(Connection& connection, int64_t key_number);
absl::StatusOr<int64_t> CountShreds(Connection& connection);
absl::StatusOr<std::vector<KeyShred>> ListShreds(Connection& connection, int64_t after, int limit);
absl::StatusOr<bool> HasRecords(Connection& connection, const SubjectId& subject);

// As in Transaction.
absl::Status DeferRetention(Connection& connection, const RequestId& id, absl::Time due);
absl::Status PurgeRequest(Connection& connection, const RequestId& id,
                          const storage::v1::RequestState& outline);
absl::Status PutShred(Connection& connection, const KeyShred& shred);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_RETENTION_TABLE_H_
