#include "store/sqlite/absence_table.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

// As many as there are principals: few, and read in the order of the key.
constexpr char kListAbsences[] =
    "SELECT principal, begin, end, deputy FROM absences WHERE principal > '' AND end > ?1 "
    "ORDER BY principal LIMIT 1000";
constexpr char kPutAbsence[] =
    "INSERT OR REPLACE INTO absences (principal, begin, end, deputy) VALUES (?1, ?2, ?3, ?4)";
constexpr char kDeleteAbsence[] = "DELETE FROM absences WHERE principal = ?1";

}  // namespace

absl::StatusOr<std::vector<AbsenceRecord>> ListAbsences(Connection& connection, absl::Time now) {
  Query query(connection, kListAbsences);
  query.Time(now);
  std::vector<AbsenceRecord> absences;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return absences;
    absences.push_back({.principal = query.GetText(0),
                        .begin = query.GetTime(1),
                        .end = query.GetTime(2),
                        .deputy = query.GetText(3)});
  }
}

absl::Status PutAbsence(Connection& connection, const AbsenceRecord& absence) {
  Query query(connection, kPutAbsence);
  query.Text(absence.principal).Time(absence.begin).Time(absence.end).Text(absence.deputy);
  return query.Run();
}

absl::Status DeleteAbsence(Connection& connection, absl::string_view principal) {
  Query query(connection, kDeleteAbsence);
  query.Text(principal);
  DSR_ASSIGN_OR_RETURN(const int64_t deleted, query.RunAndCount());
  return deleted == 1 ? absl::OkStatus() : NotFound(absl::StrCat("absence of ", principal));
}

}  // namespace dsr::sqlite
