#include "dsrctl/import_progress.h"

#include <sys/stat.h>

#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsrctl/csv.h"
#include "dsrctl/text.h"

namespace dsr::dsrctl {
namespace {

constexpr char kFirstLine[] = "dsrctl import 1";
constexpr size_t kMarkedBytes = 64 << 10;

absl::Status NotProgress() {
  return absl::InvalidArgumentError(
      "the progress file cannot be read, or is not that of an import; remove it to begin anew");
}

// The lines `key value` after the first, and the refused rows, one a line of CSV, behind them.
absl::StatusOr<std::map<std::string, std::string>> Values(const std::vector<std::string>& lines,
                                                          std::vector<LineProblem>& refused) {
  std::map<std::string, std::string> values;
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const std::pair<std::string, std::string> entry =
        absl::StrSplit(lines[i], absl::MaxSplits(' ', 1));
    if (entry.first != "refused") {
      values.insert(entry);
      continue;
    }
    const absl::StatusOr<std::vector<std::string>> cells = ParseCsvRecord(entry.second);
    LineProblem problem;
    if (!cells.ok() || cells->size() != 3 || !absl::SimpleAtoi((*cells)[0], &problem.line)) {
      return NotProgress();
    }
    problem.field = (*cells)[1];
    problem.description = (*cells)[2];
    refused.push_back(std::move(problem));
  }
  return values;
}

}  // namespace

absl::StatusOr<std::string> MarkOf(const std::string& path) {
  struct stat status;
  std::ifstream file(path, std::ios::binary);
  if (stat(path.c_str(), &status) != 0 || !file) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  }
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is no regular file; give - and pipe it in"));
  }
  std::string beginning(kMarkedBytes, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<size_t>(file.gcount()));
  return absl::StrCat(status.st_size, "-", HexEncode(Sha256(beginning)));
}

absl::Status WriteProgress(const std::string& path, const ImportProgress& progress) {
  std::string text =
      absl::StrCat(kFirstLine, "\nkind ", progress.kind, "\nformat ", progress.format, "\nzone ",
                   progress.zone, "\nmark ", progress.mark, "\noffset ", progress.offset,
                   "\nlines ", progress.lines, "\nrecorded ", progress.recorded, "\nfailed ",
                   progress.failed, "\nerror_bytes ", progress.error_bytes, "\n");
  for (const LineProblem& problem : progress.refused) {
    absl::StrAppend(&text, "refused ",
                    CsvLine({absl::StrCat(problem.line), Printable(problem.field),
                             Printable(problem.description)}));
  }
  const absl::Status status = WriteFileAtomically(path, text, 0600);
  if (status.ok() || status.code() == absl::StatusCode::kResourceExhausted) return status;
  return absl::UnknownError(absl::StrCat("cannot write ", path));
}

absl::StatusOr<ImportProgress> ReadProgress(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return NotProgress();
  std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  for (std::string& line : lines) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
  }
  if (lines[0] != kFirstLine) return NotProgress();
  ImportProgress progress;
  std::map<std::string, std::string> values;
  DSR_ASSIGN_OR_RETURN(values, Values(lines, progress.refused));
  progress.kind = values["kind"];
  progress.format = values["format"];
  progress.zone = values["zone"];
  progress.mark = values["mark"];
  const bool has_numbers = absl::SimpleAtoi(values["offset"], &progress.offset) &&
                           absl::SimpleAtoi(values["lines"], &progress.lines) &&
                           absl::SimpleAtoi(values["recorded"], &progress.recorded) &&
                           absl::SimpleAtoi(values["failed"], &progress.failed) &&
                           absl::SimpleAtoi(values["error_bytes"], &progress.error_bytes);
  if (!has_numbers || progress.offset < 0 || progress.error_bytes < 0) return NotProgress();
  return progress;
}

}  // namespace dsr::dsrctl
