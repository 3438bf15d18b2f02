#include "dsr/v1/audit_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddAuditCommands(CommandTree& tree) {
  using Stub = v1::AuditService::Stub;
  Group group = tree.AddGroup("audit", "Shows and verifies the audit log");

  AddList(group, "list", "Lists the log's leaves, oldest first", &Stub::ListAuditEvents)
      .Example("dsrctl audit list -o jsonl > audit.jsonl");

  AddCall(group, "checkpoint", "Shows the log's size and root", &Stub::GetCheckpoint)
      .Example("dsrctl audit checkpoint -o jsonl >> checkpoints.jsonl");

  Command& verify =
      group.Add("verify", "Hashes every record again; ends with 8 when one was altered");
  const auto request = verify.Sends<v1::VerifyLogRequest>();
  verify.Example("dsrctl audit verify --timeout 10m")
      .Runs([request](Context& context) -> absl::StatusOr<ExitCode> {
        DSR_ASSIGN_OR_RETURN(const v1::VerifyLogResponse answer,
                             context.session.Call(&Stub::VerifyLog, *request));
        context.output.Item(answer);
        return answer.intact() ? ExitCode::kOk : ExitCode::kFindings;
      });
}

}  // namespace dsr::dsrctl
