#include "dsr/v1/staff_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddStaffCommands(CommandTree& tree) {
  using StaffStub = v1::StaffService::Stub;
  Group absences = tree.AddGroup("absence", "Who is not there, and who stands in");
  AddCall(absences, "set", "Records an absence, in place of an earlier one", &StaffStub::SetAbsence)
      .Flag("PRINCIPAL", "absence.principal", "Who is absent", Need::kRequired)
      .Flag("--until", "absence.end_time", "Until when, exclusive: a day or an instant",
            Need::kRequired)
      .Flag("--from", "absence.begin_time", "Since when; now without")
      .Flag("--deputy", "absence.deputy", "Who stands in")
      .Example(
          "dsrctl absence set li-caseworker --from 2026-04-01 --until 2026-04-15 --deputy kim");
  AddCall(absences, "end", "Ends an absence: the principal is back", &StaffStub::EndAbsence)
      .Flag("PRINCIPAL", "principal", "Who is back", Need::kRequired)
      .Example("dsrctl absence end li-caseworker");
  AddList(absences, "list", "Lists the absences that have not ended", &StaffStub::ListAbsences)
      .Example("dsrctl absence list");
}

}  // namespace dsr::dsrctl
