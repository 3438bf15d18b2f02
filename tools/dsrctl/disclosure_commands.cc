#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"
#include "dsrctl/input.h"

namespace dsr::dsrctl {
namespace {

using Stub = v1::RegistryService::Stub;

// The most that one BatchCreateDisclosures takes.
constexpr int kBatch = 1000;

// Reads a JSON array of disclosures, or JSON Lines.
absl::StatusOr<v1::BatchCreateDisclosuresRequest> ParseDisclosures(const std::string& text) {
  v1::BatchCreateDisclosuresRequest all;
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "[")) {
    DSR_RETURN_IF_ERROR(ParseJson(absl::StrCat("{\"disclosures\":", text, "}"), all));
  } else {
    int number = 0;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      ++number;
      if (absl::StripAsciiWhitespace(line).empty()) continue;
      const absl::Status status = ParseJson(line, *all.add_disclosures());
      if (!status.ok()) {
        return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", status.message()));
      }
    }
  }
  if (all.disclosures().empty()) return absl::InvalidArgumentError("the file has no disclosure");
  return all;
}

absl::StatusOr<ExitCode> Import(Context& context, const std::string& file) {
  DSR_ASSIGN_OR_RETURN(const std::string text, ReadInput(file, context.streams.in));
  DSR_ASSIGN_OR_RETURN(const v1::BatchCreateDisclosuresRequest all, ParseDisclosures(text));
  const int size = all.disclosures_size();
  context.output.BeginList(ColumnsOf(*v1::Disclosure::descriptor()));
  for (int begin = 0; begin < size; begin += kBatch) {
    v1::BatchCreateDisclosuresRequest batch;
    const int end = std::min(begin + kBatch, size);
    batch.mutable_disclosures()->Assign(all.disclosures().begin() + begin,
                                        all.disclosures().begin() + end);
    const auto answer = context.session.Call(&Stub::BatchCreateDisclosures, batch);
    if (!answer.ok()) {
      context.output.EndList();
      if (begin == 0) return answer.status();
      // Each batch is all or none, and its key follows from the command's: repeating records none
      // twice.
      context.streams.err << FormatError(answer.status(), context.output.is_json());
      if (!context.output.is_json()) {
        context.streams.err << "  recorded: " << begin << " of " << size
                            << "\n  next: mend the file from disclosure " << begin + 1
                            << " on and repeat with --idempotency-key "
                            << context.session.idempotency_key() << "\n";
      }
      return ExitCode::kPartial;
    }
    for (const v1::Disclosure& disclosure : answer->disclosures()) {
      context.output.ListItem(disclosure);
    }
  }
  context.output.EndList();
  return ExitCode::kOk;
}

}  // namespace

void AddDisclosureCommands(CommandTree& tree) {
  Group group = tree.AddGroup("disclosure", "Records what was disclosed to whom");

  Command& import =
      group.Add("import", "Records disclosures, in batches of 1000, each all or none");
  const auto file = std::make_shared<std::string>();
  import
      .Text("--file", file.get(),
            "dsr.v1.Disclosure in protobuf JSON: an array, or one a line (- for stdin)",
            Need::kRequired)
      .Example("dsrctl disclosure import --file disclosures.jsonl -o jsonl")
      .Runs([file](Context& context) { return Import(context, *file);
});

AddList(group, "list", "Lists the disclosures of one subject, oldest first", &Stub::ListDisclosures)
    .TextFile("--account-file", "subject_account", "The subject's account id", Need::kRequired)
    .Example("dsrctl disclosure list --account-file account.txt");
}  // namespace dsr::dsrctl

}  // namespace dsr::dsrctl
