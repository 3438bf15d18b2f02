// Requests: the serialised state, and the columns that queries need.
#ifndef DSR_STORE_SQLITE_REQUEST_TABLE_H_
#define DSR_STORE_SQLITE_REQUEST_TABLE_H_

#include <cstdint>
#include <functional>
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
absl::StatusOr<storage::v1::RequestState> FindRequest(Connection& connection, const RequestId& id);
absl::StatusOr<std::vector<storage::v1::RequestState>> ListRequests(Connection& connection,
                                                                    const RequestQuery& query);
absl::Status ScanSla(Connection& connection, absl::Time from, absl::Time to,
                     const std::function<absl::Status(const SlaRow&)>& visit);
absl::StatusOr<int64_t> CountOpenRequests(Connection& connection);
absl::StatusOr<int64_t> EstimateRequests(Connection& connection);

// Adds a request. ALREADY_EXISTS when there is one of that id.
absl::Status InsertRequest(Connection& connection, const RequestId& id,
                           const storage::v1::RequestState& state);

// As RowView::IsIndexedAs.
absl::StatusOr<bool> IsIndexedAs(Connection& connection, const RequestId& id,
                                 const storage::v1::RequestState& state);

// As in ReadView.
absl::StatusOr<std::vector<RequestId>> ListStaleRequests(Connection& connection, int limit);
// As Transaction::Refold, but for the notices.
absl::Status RefoldRequest(Connection& connection, const RequestId& id,
                           const storage::v1::RequestState& state);

// Replaces a request whose version is `expected_version`. ABORTED ETAG_MISMATCH when it has
// another, NOT_FOUND when there is no such request; nothing is written then.
absl::Status UpdateRequest(Connection& connection, const RequestId& id, int64_t expected_version,
                           const storage::v1::RequestState& state);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_REQUEST_TABLE_H_
