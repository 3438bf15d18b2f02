// The answers kept for idempotency keys.
#ifndef DSR_STORE_SQLITE_ANSWER_TABLE_H_
#define DSR_STORE_SQLITE_ANSWER_TABLE_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/store/records.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::optional<StoredAnswer>> FindAnswer(Connection& connection,
                                                       absl::string_view caller,
                                                       absl::string_view key);

// As in Transaction.
absl::Status PutAnswer(Connection& connection, const StoredAnswer& answer);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_ANSWER_TABLE_H_
