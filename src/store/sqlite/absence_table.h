// Who is not there, and who stands in.
#ifndef DSR_STORE_SQLITE_ABSENCE_TABLE_H_
#define DSR_STORE_SQLITE_ABSENCE_TABLE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/store/records.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView and Transaction.
absl::StatusOr<std::vector<AbsenceRecord>> ListAbsences(Connection& connection, absl::Time now);
absl::Status PutAbsence(Connection& connection, const AbsenceRecord& absence);
absl::Status DeleteAbsence(Connection& connection, absl::string_view principal);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_ABSENCE_TABLE_H_
