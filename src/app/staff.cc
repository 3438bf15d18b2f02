#include "app/staff.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

absl::Status CheckMayChange(const Principal& caller, const std::string& principal) {
  const bool is_officer = caller.ToActor().HasRole("privacy_officer");
  if (caller.name == principal || is_officer) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_MISSING,
                   "one's own absence only; a privacy officer changes those of others",
                   {{"roles", "privacy_officer"}});
}

absl::StatusOr<AbsenceRecord> RecordOf(const v1::Absence& absence, absl::Time now) {
  AbsenceRecord record{
      .principal = absence.principal(),
      .begin = absence.has_begin_time() ? FromTimestamp(absence.begin_time()) : now,
      .end = FromTimestamp(absence.end_time()),
      .deputy = absence.deputy()};
  FieldErrors errors;
  if (record.end <= record.begin || record.end <= now)
    errors.AddInvalid("absence.end_time", "must be after its beginning, and in the future");
  if (record.deputy == record.principal)
    errors.AddInvalid("absence.deputy", "must be somebody else");
  DSR_RETURN_IF_ERROR(errors.ToStatus());
  return record;
}

}  // namespace

v1::Absence ToAbsence(const AbsenceRecord& record) {
  v1::Absence absence;
  absence.set_principal(record.principal);
  *absence.mutable_begin_time() = ToTimestamp(record.begin);
  *absence.mutable_end_time() = ToTimestamp(record.end);
  absence.set_deputy(record.deputy);
  return absence;
}

void SetAbsence(Store& store, const Clock& clock, const v1::Absence& absence, CallContext context,
                ExecutionDone done) {
  const Principal caller = context.principal;
  ExecuteAudited(
      store, clock, std::move(context), "absence_set", absence.principal(),
      [absence, caller](Transaction& transaction, absl::Time now) -> absl::StatusOr<std::string> {
        DSR_RETURN_IF_ERROR(CheckMayChange(caller, absence.principal()));
        DSR_ASSIGN_OR_RETURN(const AbsenceRecord record, RecordOf(absence, now));
        DSR_RETURN_IF_ERROR(transaction.PutAbsence(record));
        return ToAbsence(record).SerializeAsString();
      },
      std::move(done));
}

void EndAbsence(Store& store, const Clock& clock, const std::string& principal, CallContext context,
                ExecutionDone done) {
  const Principal caller = context.principal;
  ExecuteAudited(
      store, clock, std::move(context), "absence_ended", principal,
      [principal, caller](Transaction& transaction, absl::Time) -> absl::StatusOr<std::string> {
        DSR_RETURN_IF_ERROR(CheckMayChange(caller, principal));
        DSR_RETURN_IF_ERROR(transaction.DeleteAbsence(principal));
        return v1::EndAbsenceResponse().SerializeAsString();
      },
      std::move(done));
}

absl::Status CheckPresent(ReadView& view, const std::string& assignee, absl::Time now) {
  if (assignee.empty()) return absl::OkStatus();
  DSR_ASSIGN_OR_RETURN(const std::vector<AbsenceRecord> absences, view.ListAbsences(now));
  const auto find = [&](const std::string& principal) {
    return std::find_if(absences.begin(), absences.end(), [&](const AbsenceRecord& one) {
      return one.principal == principal && one.begin <= now;
    });
  };
  const auto found = find(assignee);
  if (found == absences.end()) return absl::OkStatus();
  // Who stands in may be absent, too; at most as many steps as there are absences.
  std::string deputy = found->deputy;
  for (size_t step = 0; step < absences.size() && find(deputy) != absences.end(); ++step)
    deputy = find(deputy)->deputy;
  if (find(deputy) != absences.end()) deputy.clear();
  std::map<std::string, std::string> metadata = {
      {"end_time", absl::FormatTime(absl::RFC3339_sec, found->end, absl::UTCTimeZone())}};
  std::string advice = "give it to somebody else";
  if (!deputy.empty()) {
    metadata["deputy"] = deputy;
    advice = absl::StrCat(deputy, " stands in");
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ASSIGNEE_ABSENT,
                   absl::StrCat(assignee, " is absent until ", metadata["end_time"], "; ", advice),
                   metadata);
}

}  // namespace dsr
