// StaffService: who is absent, and who stands in.
#include <memory>
#include <utility>
#include <vector>

#include "app/staff.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/staff_service.pb.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

void SetAbsenceOf(const std::shared_ptr<UnaryCall>& call, const v1::SetAbsenceRequest& in) {
  FieldErrors errors;
  const v1::Absence& absence = in.absence();
  CheckWord(absence.principal(), "absence.principal", 100, errors);
  if (absence.has_begin_time()) CheckTimestamp(absence.begin_time(), "absence.begin_time", errors);
  if (absence.has_end_time()) {
    CheckTimestamp(absence.end_time(), "absence.end_time", errors);
  } else {
    errors.AddMissing("absence.end_time");
  }
  if (!absence.deputy().empty()) CheckWord(absence.deputy(), "absence.deputy", 100, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  absl::StatusOr<CallContext> context = MutationContext(*call, in);
  if (!context.ok()) return call->Fail(context.status());
  const RpcParts& parts = call->context().parts();
  SetAbsence(parts.store, parts.clock, absence, *std::move(context), AnswerTo(call));
}

void EndAbsenceOf(const std::shared_ptr<UnaryCall>& call, const v1::EndAbsenceRequest& in) {
  FieldErrors errors;
  CheckWord(in.principal(), "principal", 100, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  absl::StatusOr<CallContext> context = MutationContext(*call, in);
  if (!context.ok()) return call->Fail(context.status());
  const RpcParts& parts = call->context().parts();
  EndAbsence(parts.store, parts.clock, in.principal(), *std::move(context), AnswerTo(call));
}

void ListAllAbsences(const std::shared_ptr<UnaryCall>& call, const v1::ListAbsencesRequest&) {
  AnswerFromStore<v1::ListAbsencesResponse>(
      call, [call](ReadView& view) -> absl::StatusOr<v1::ListAbsencesResponse> {
        v1::ListAbsencesResponse out;
        DSR_ASSIGN_OR_RETURN(const std::vector<AbsenceRecord> absences,
                             view.ListAbsences(call->context().parts().clock.Now()));
        for (const AbsenceRecord& absence : absences) *out.add_absences() = ToAbsence(absence);
        return out;
      });
}

}  // namespace

void AddStaffMethods(RpcService& service) {
  service.Unary<v1::SetAbsenceRequest>("SetAbsence", SetAbsenceOf);
  service.Unary<v1::EndAbsenceRequest>("EndAbsence", EndAbsenceOf);
  service.Unary<v1::ListAbsencesRequest>("ListAbsences", ListAllAbsences);
}

}  // namespace dsr
