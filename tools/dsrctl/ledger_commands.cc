#include "dsr/v1/notice_service.grpc.pb.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddLedgerCommands(Group& notices) {
  using Stub = v1::NoticeService::Stub;
  Command& command = notices.Add(
      "replay",
      "Lists what was erased or corrected since a moment, to do it again after a restore");
  const auto request = command.Sends<v1::ExportLedgerRequest>();
  command
      .Flag("--since", "since", "The moment of the backup that was restored, a day or an instant",
            Need::kRequired)
      .Flag("--holder", "holder",
            "Whose: recipients/ID or systems/ID; without, the calling recipient's or data system's")
      .Example("dsrctl notice replay --since 2026-03-01T02:00:00+08:00 -o jsonl > redo.jsonl")
      .Example("dsrctl notice replay --since 2026-03-01 --holder systems/orders -o jsonl")
      .Runs([request](Context& context) -> absl::StatusOr<ExitCode> {
        context.output.BeginList(ColumnsOf(*v1::LedgerEntry::descriptor()));
        const absl::Status status =
            context.session.Stream(&Stub::ExportLedger, *request,
                                   [&](const v1::LedgerEntry& entry) -> absl::StatusOr<bool> {
                                     context.output.ListItem(entry);
                                     return true;
                                   });
        context.output.EndList();
        DSR_RETURN_IF_ERROR(status);
        return ExitCode::kOk;
      });
}

}  // namespace dsr::dsrctl
