#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/file.h"
#include "dsr/v1/audit_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {
namespace {

using AuditStub = v1::AuditService::Stub;

constexpr int kExportPage = 1000;

absl::StatusOr<ExitCode> TakeCheckpoint(Context& context, const std::string& out) {
  DSR_ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint,
                       context.session.Call(&AuditStub::GetCheckpoint, v1::GetCheckpointRequest()));
  if (!out.empty()) {
    DSR_RETURN_IF_ERROR(WriteFileAtomically(out, checkpoint.note(), 0644));
    context.output.Record({{"file", out},
                           {"size", absl::StrCat(checkpoint.size())},
                           {"root", checkpoint.root()},
                           {"verifier_key", checkpoint.verifier_key()}});
  } else if (context.output.format() == Format::kTable) {
    // Byte for byte: what was signed is what is printed.
    context.output.Raw(checkpoint.note());
  } else {
    context.output.Item(checkpoint);
  }
  return ExitCode::kOk;
}

ExitCode MissLeaf(Context& context, int64_t leaf) {
  context.streams.err << "dsrctl: the leaf " << leaf << " is missing; see `dsrctl audit verify`\n";
  return ExitCode::kFindings;
}

// The leaves from `first` on that the checkpoint covers, one a line, and then the checkpoint: from
// all leaves, whoever has it can compute the root again.
absl::StatusOr<ExitCode> ExportLeaves(Context& context, int64_t first) {
  if (context.output.format() != Format::kTable && context.output.format() != Format::kJsonl) {
    return absl::InvalidArgumentError("audit export prints JSON Lines only: -o jsonl");
  }
  if (first < 0) return absl::InvalidArgumentError("--from takes the number of a leaf, from 0");
  DSR_ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint,
                       context.session.Call(&AuditStub::GetCheckpoint, v1::GetCheckpointRequest()));
  v1::ListAuditEventsRequest request;
  request.set_page_size(kExportPage);
  request.set_first_index(first);
  for (int64_t next = first; next < checkpoint.size();) {
    DSR_ASSIGN_OR_RETURN(const v1::ListAuditEventsResponse page,
                         context.session.Call(&AuditStub::ListAuditEvents, request));
    for (const v1::AuditEvent& event : page.audit_events()) {
      // What came since the checkpoint is not part of it.
      if (event.index() >= checkpoint.size()) break;
      if (event.index() != next) return MissLeaf(context, next);
      context.output.Raw(absl::StrCat(ToJson(event, /*pretty=*/false), "\n"));
      ++next;
    }
    if (next < checkpoint.size() && page.next_page_token().empty()) return MissLeaf(context, next);
    request.set_page_token(page.next_page_token());
  }
  context.output.Raw(absl::StrCat(ToJson(checkpoint, /*pretty=*/false), "\n"));
  return ExitCode::kOk;
}

}  // namespace

void AddAuditCommands(CommandTree& tree) {
  Group group = tree.AddGroup("audit", "Shows, proves and verifies the audit log");

  AddList(group, "list", "Lists the log's leaves, oldest first", &AuditStub::ListAuditEvents)
      .Flag("--from", "first_index", "The leaf to begin with, from 0")
      .Example("dsrctl audit list --from 1000 --limit 20");

  const auto out = std::make_shared<std::string>();
  group.Add("checkpoint", "Shows the log's size and root as a signed note")
      .Text("--out", out.get(), "Write the note to this file")
      .Example("dsrctl audit checkpoint --out checkpoint.note")
      .Example("dsrctl audit checkpoint -o jsonl >> checkpoints.jsonl")
      .Runs([out](Context& context) { return TakeCheckpoint(context, *out); });

  AddAuditVerify(group);
  AddAuditProofs(group);

  const auto first = std::make_shared<int64_t>(0);
  group.Add("export", "Prints all leaves as JSON Lines, and at the end the signed checkpoint")
      .Number("--from", first.get(), "The leaf to begin with, from 0; from all, the root follows")
      .Example("dsrctl audit export -o jsonl > audit.jsonl")
      .Runs([first](Context& context) { return ExportLeaves(context, *first); });
}

}  // namespace dsr::dsrctl
