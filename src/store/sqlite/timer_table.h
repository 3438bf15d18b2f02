// Pending timers, in the order of firing.
#ifndef DSR_STORE_SQLITE_TIMER_TABLE_H_
#define DSR_STORE_SQLITE_TIMER_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/records.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::vector<DueTimer>> DueTimers(Connection& connection, absl::Time now, int limit);
absl::StatusOr<absl::Time> NextTimer(Connection& connection);
absl::StatusOr<int64_t> CountDueTimers(Connection& connection, absl::Time now);

// Writes what differs between a request's timers before and after. INTERNAL when one of those
// before is not stored.
absl::Status ReplaceTimers(
    Connection& connection, const RequestId& id,
    const std::vector<storage::v1::PendingTimer>& before,
    const google::protobuf::RepeatedPtrField<storage::v1::PendingTimer>& after);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_TIMER_TABLE_H_
