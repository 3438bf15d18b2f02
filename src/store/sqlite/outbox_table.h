// The transactional outbox: notices and messages that wait for delivery.
#ifndef DSR_STORE_SQLITE_OUTBOX_TABLE_H_
#define DSR_STORE_SQLITE_OUTBOX_TABLE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/store/records.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<absl::Time> NextOutboxItem(Connection& connection, OutboxKind kind);
absl::StatusOr<int64_t> CountOutbox(Connection& connection, OutboxKind kind);
absl::StatusOr<std::optional<OutboxEntry>> FindOutboxEntry(Connection& connection, OutboxKind kind,
                                                           const Id128& item);

// As in Transaction.
absl::StatusOr<std::vector<OutboxItem>> ClaimOutbox(Connection& connection, OutboxKind kind,
                                                    absl::Time now, absl::Time until, int limit);
absl::Status DeferOutbox(Connection& connection, OutboxKind kind, const Id128& item,
                         absl::Time next, bool counts);

// Puts an item into the outbox, due at `due`; one that is there becomes due then and keeps its
// attempts, unless its lane changes or it is delivered `anew`.
absl::Status PutOutbox(Connection& connection, OutboxKind kind, const Id128& item,
                       const RequestId& request, absl::string_view lane, absl::Time due,
                       bool anew = false);
// Takes an item out, if it is there.
absl::Status DeleteOutbox(Connection& connection, OutboxKind kind, const Id128& item);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_OUTBOX_TABLE_H_
