// `dsrctl fsck`: a database file checked, without a server.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "app/integrity_checker.h"
#include "dsr/base/clock.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"
#include "dsrctl/progress_bar.h"
#include "store/sqlite/database_reader.h"

namespace dsr::dsrctl {
namespace {

struct FsckFile {
  std::string data_dir;
  std::string database;
};

absl::StatusOr<IntegrityReport> CheckFile(Context& context, DatabaseFile& file) {
  SystemClock clock;
  int64_t requests = 0;
  DSR_RETURN_IF_ERROR(file.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(requests, view.EstimateRequests());
    return absl::OkStatus();
  }));
  ProgressBar bar(context.streams.err, context.streams.err_is_terminal, requests,
                  [&clock] { return clock.Now(); });
  return CheckIntegrity(file, [&bar](int64_t checked) { bar.Show(checked, checked); });
}

std::string NameOf(int invariant) {
  return invariant == kFileInvariant ? "file" : absl::StrCat("I", invariant);
}

std::string ResultOf(const InvariantResult& result, bool is_damaged) {
  if (result.findings > 0) return absl::StrCat(result.findings, " findings");
  if (!result.is_visible) return "not visible in a file";
  if (result.checked == 0)
    return is_damaged ? "not checked: the file is damaged" : "nothing to check";
  return "holds";
}

// One list for all: first how each invariant fared, then what was found.
void PrintReport(Output& output, const IntegrityReport& report) {
  const bool is_damaged = report.results().front().findings > 0;
  output.BeginList(ParseColumns("invariant,result,checked,about,sequence,words"));
  for (const InvariantResult& result : report.results()) {
    output.ListRecord({NameOf(result.invariant), ResultOf(result, is_damaged),
                       absl::StrCat(result.checked), "", "", result.words},
                      result.findings > 0 ? Emphasis::kAlarm : Emphasis::kNone);
  }
  for (const IntegrityFinding& finding : report.findings()) {
    output.ListRecord(
        {NameOf(finding.invariant), "finding", "", finding.about,
         finding.sequence == 0 ? std::string() : absl::StrCat(finding.sequence), finding.words},
        Emphasis::kAlarm);
  }
  output.EndList();
}

absl::StatusOr<ExitCode> Fsck(Context& context, const FsckFile& choice) {
  if (choice.data_dir.empty() == choice.database.empty()) {
    return absl::InvalidArgumentError("name one file: --data-dir DIR or --db FILE");
  }
  const std::string path =
      choice.database.empty() ? absl::StrCat(choice.data_dir, "/dsrd.db") : choice.database;
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<DatabaseFile> file,
                       sqlite::DatabaseReader::Open(path));
  DSR_ASSIGN_OR_RETURN(const IntegrityReport report, CheckFile(context, *file));
  PrintReport(context.output, report);
  context.streams.err << "dsrctl: "
                      << (report.is_sound() ? std::string("sound")
                                            : absl::StrCat(report.findings().size(), " findings"))
                      << "\n";
  return report.is_sound() ? ExitCode::kOk : ExitCode::kFindings;
}

}  // namespace

void AddFsckCommand(CommandTree& tree) {
  const auto choice = std::make_shared<FsckFile>();
  tree.Add("fsck",
           "Checks a database file: pages, audit log, and that every invariant holds of every "
           "request; ends with 8 when one does not")
      .Text("--data-dir", &choice->data_dir, "The data directory of a server, running or not")
      .Text("--db", &choice->database, "A database file, such as a restored backup")
      .Example("dsrctl fsck --data-dir /var/lib/dsrd")
      .Example("dsrctl fsck --db /tmp/restored/dsrd.db -o json")
      .Runs([choice](Context& context) { return Fsck(context, *choice); });
}

}  // namespace dsr::dsrctl
