#include "dsrctl/import.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsrctl/import_progress.h"
#include "dsrctl/import_rows.h"
#include "dsrctl/partial_file.h"
#include "dsrctl/progress_bar.h"
#include "dsrctl/text.h"
#include "dsrctl/text_records.h"
#include "dsrctl/uuid.h"

namespace dsr::dsrctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The most that one batch takes.
constexpr int kBatchRows = 1000;
// Half of what a server takes in one message, unless its configuration says less.
constexpr size_t kBatchBytes = 512 << 10;

constexpr char kErrorHeader[] = "line,field,description\r\n";

struct Row {
  int64_t line = 0;
  std::unique_ptr<Message> message;
};

absl::StatusOr<std::string> FormatOf(const ImportOptions& options) {
  if (options.format == "csv" || options.format == "jsonl") return options.format;
  if (!options.format.empty()) return absl::InvalidArgumentError("--format takes csv or jsonl");
  const std::string name = absl::AsciiStrToLower(options.file);
  if (absl::EndsWith(name, ".csv")) return std::string("csv");
  if (absl::EndsWith(name, ".jsonl") || absl::EndsWith(name, ".ndjson")) {
    return std::string("jsonl");
  }
  return absl::InvalidArgumentError(
      "the file's ending is neither .csv nor .jsonl; say --format csv or --format jsonl");
}

// Returns the rows that `status` refuses, by their place in the batch; none when it is about
// something else.
std::map<size_t, LineProblem> RefusedRows(const absl::Status& status, const std::string& list,
                                          const std::vector<Row>& rows) {
  std::map<size_t, LineProblem> refused;
  if (status.code() != absl::StatusCode::kInvalidArgument) return refused;
  const v1::BadRequest wrong = BadRequestOf(status).value_or(v1::BadRequest());
  for (const v1::BadRequest::FieldViolation& violation : wrong.field_violations()) {
    absl::string_view path = violation.field();
    const size_t close = path.find(']');
    size_t place = 0;
    if (!absl::ConsumePrefix(&path, absl::StrCat(list, "[")) || close == absl::string_view::npos ||
        !absl::SimpleAtoi(path.substr(0, path.find(']')), &place) || place >= rows.size()) {
      return {};
    }
    path.remove_prefix(path.find(']') + 1);
    absl::ConsumePrefix(&path, ".");
    refused.emplace(place,
                    LineProblem{rows[place].line, std::string(path), violation.description()});
  }
  return refused;
}

// Lets an import write its errors to a new file and to one that an import wrote before: whatever
// else `path` leads to is somebody's, and stays as it is. An import that goes on left the file as
// it may be.
absl::Status CheckErrorPath(const std::string& path, const std::string& input, bool goes_on) {
  struct stat errors;
  if (stat(path.c_str(), &errors) != 0) return absl::OkStatus();
  struct stat rows;
  if (stat(input.c_str(), &rows) == 0 && rows.st_dev == errors.st_dev &&
      rows.st_ino == errors.st_ino) {
    return absl::InvalidArgumentError(
        absl::StrCat("--errors leads to the file that is imported: ", path));
  }
  if (!S_ISREG(errors.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat("--errors takes a regular file: ", path));
  }
  if (goes_on) return absl::OkStatus();
  std::ifstream file(path, std::ios::binary);
  std::string begin(sizeof(kErrorHeader) - 1, '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  if (errors.st_size == 0 || begin == kErrorHeader) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path, " is there and no import wrote it: remove it, or name another file with --errors"));
}

// One import. Not thread-safe.
class Import {
 public:
  Import(Context& context, const ImportKind& kind, const ImportOptions& options)
      : context_(context),
        kind_(kind),
        options_(options),
        is_stdin_(options.file == "-"),
        error_path_(options.errors.empty() ? (is_stdin_ ? "stdin.errors" : options.file + ".errors")
                                           : options.errors),
        progress_path_(options.file + ".progress"),
        prototype_(kind.new_batch()),
        list_(*prototype_->GetDescriptor()->FindFieldByName(kind.list)) {}

  // Opens the files and goes to where it begins. Nothing is sent before it succeeds.
  absl::Status Open();
  // Sends all batches.
  absl::Status Run();
  void PrintSummary() const;

  const ImportProgress& progress() const { return progress_; }
  bool is_resumable() const { return !is_stdin_; }

 private:
  absl::Status OpenFresh();
  absl::Status OpenResumed();
  absl::Status OpenRows();
  absl::StatusOr<bool> ReadBatch();
  void ReadRow(const TextRecords::Record& record);
  absl::Status SendBatch();
  void LeaveOut(const std::map<size_t, LineProblem>& refused);
  absl::Status Settle(int64_t recorded);
  absl::Status TellErrors();
  std::unique_ptr<Message> MakeBatch() const;
  absl::Status SaveProgress() const;

  Context& context_;
  const ImportKind& kind_;
  const ImportOptions& options_;
  const bool is_stdin_;
  const std::string error_path_;
  const std::string progress_path_;
  const std::unique_ptr<Message> prototype_;
  const FieldDescriptor& list_;

  std::ifstream file_;
  std::unique_ptr<TextRecords> records_;
  std::unique_ptr<RowReader> reader_;
  std::unique_ptr<PartialFile> errors_;  // opened with the first error
  ImportProgress progress_;
  int64_t total_bytes_ = 0;

  // The batch under way: rows to send, and lines of it that failed.
  std::vector<Row> rows_;
  size_t row_bytes_ = 0;
  std::vector<LineProblem> problems_;
};

absl::Status Import::Open() {
  progress_.kind = kind_.list;
  progress_.zone = context_.output.zone().name();
  DSR_ASSIGN_OR_RETURN(progress_.format, FormatOf(options_));
  progress_.mark = "stdin";
  if (!is_stdin_) {
    DSR_ASSIGN_OR_RETURN(progress_.mark, MarkOf(options_.file));
    file_.open(options_.file, std::ios::binary);
    if (!file_) return absl::InvalidArgumentError(absl::StrCat("cannot read ", options_.file));
    file_.seekg(0, std::ios::end);
    total_bytes_ = file_.tellg();
    file_.seekg(0);
  } else if (options_.resume) {
    return absl::InvalidArgumentError("--resume needs a file: what stdin brought is gone");
  }
  if (error_path_ == progress_path_) {
    return absl::InvalidArgumentError("--errors leads to where the progress is kept");
  }
  const bool has_progress = !is_stdin_ && FileExists(progress_path_);
  DSR_RETURN_IF_ERROR(
      CheckErrorPath(error_path_, is_stdin_ ? "/dev/stdin" : options_.file, has_progress));
  if (has_progress && !options_.resume) {
    return absl::InvalidArgumentError(
        absl::StrCat("an earlier import of the file did not end: go on with --resume, or remove ",
                     progress_path_, " to begin anew"));
  }
  DSR_RETURN_IF_ERROR(OpenRows());
  return has_progress ? OpenResumed() : OpenFresh();
}

absl::Status Import::OpenRows() {
  std::istream& in = is_stdin_ ? context_.streams.in : file_;
  const bool is_csv = progress_.format == "csv";
  records_ = std::make_unique<TextRecords>(
      in, is_csv ? TextRecords::Form::kQuotedLines : TextRecords::Form::kLines);
  if (!is_csv) {
    reader_ = JsonRows();
    return absl::OkStatus();
  }
  DSR_ASSIGN_OR_RETURN(const std::optional<TextRecords::Record> header, records_->Next());
  if (!header.has_value() || header->fault != TextRecords::Fault::kNone) {
    return absl::InvalidArgumentError("the file has no header line with field names");
  }
  DSR_ASSIGN_OR_RETURN(reader_, CsvRows(header->text, *list_.message_type(), kind_.required,
                                        context_.output.zone()));
  return absl::OkStatus();
}

absl::Status Import::OpenFresh() {
  // What an earlier import of a file of that name left is not about this one.
  if (unlink(error_path_.c_str()) != 0 && FileExists(error_path_)) {
    return absl::InvalidArgumentError(absl::StrCat("cannot write ", error_path_));
  }
  progress_.offset = records_->offset();  // behind a header line
  progress_.lines = records_->lines();
  return absl::OkStatus();
}

absl::Status Import::OpenResumed() {
  DSR_ASSIGN_OR_RETURN(const ImportProgress stored, ReadProgress(progress_path_));
  if (stored.kind != progress_.kind || stored.format != progress_.format ||
      stored.zone != progress_.zone || stored.mark != progress_.mark ||
      stored.offset > total_bytes_) {
    return absl::InvalidArgumentError(
        absl::StrCat(progress_path_,
                     " is about another file, or another kind, format or --tz; remove it to begin "
                     "anew"));
  }
  progress_ = stored;
  if (FileExists(error_path_) || progress_.error_bytes > 0) {
    // Errors told after the progress was saved are told again.
    DSR_ASSIGN_OR_RETURN(errors_, PartialFile::Open(error_path_));
    DSR_RETURN_IF_ERROR(errors_->CutTo(progress_.error_bytes));
  }
  file_.clear();
  file_.seekg(progress_.offset);
  if (!file_) return absl::InvalidArgumentError(absl::StrCat("cannot read ", options_.file));
  records_ = std::make_unique<TextRecords>(
      file_,
      progress_.format == "csv" ? TextRecords::Form::kQuotedLines : TextRecords::Form::kLines,
      progress_.offset, progress_.lines);
  return absl::OkStatus();
}

void Import::ReadRow(const TextRecords::Record& record) {
  if (record.fault != TextRecords::Fault::kNone) {
    problems_.push_back({record.line, "",
                         record.fault == TextRecords::Fault::kTooLong
                             ? absl::StrCat("is longer than ", TextRecords::kLongest, " bytes")
                             : "has a quote that is not closed"});
    return;
  }
  if (absl::StripAsciiWhitespace(record.text).empty()) return;
  Row row{record.line, std::unique_ptr<Message>(prototype_->GetReflection()
                                                    ->GetMessageFactory()
                                                    ->GetPrototype(list_.message_type())
                                                    ->New())};
  std::optional<RowProblem> problem = reader_->Read(record.text, *row.message);
  if (problem.has_value()) {
    problems_.push_back({record.line, std::move(problem->field), std::move(problem->description)});
    if (problem->is_broken) records_->GoBackToSecondLine();
    return;
  }
  row_bytes_ += row.message->ByteSizeLong();
  rows_.push_back(std::move(row));
}

absl::StatusOr<bool> Import::ReadBatch() {
  rows_.clear();
  problems_.clear();
  row_bytes_ = 0;
  // Problems are bounded too: each is a line of the error file.
  while (rows_.size() + problems_.size() < kBatchRows && row_bytes_ < kBatchBytes) {
    DSR_ASSIGN_OR_RETURN(const std::optional<TextRecords::Record> record, records_->Next());
    if (!record.has_value()) break;
    ReadRow(*record);
  }
  // What an earlier run saw refused stays left out.
  for (LineProblem& problem : progress_.refused) {
    const auto found = std::find_if(rows_.begin(), rows_.end(),
                                    [&](const Row& row) { return row.line == problem.line; });
    if (found == rows_.end()) continue;
    rows_.erase(found);
    problems_.push_back(problem);
  }
  return !rows_.empty() || !problems_.empty();
}

std::unique_ptr<Message> Import::MakeBatch() const {
  std::unique_ptr<Message> batch(prototype_->New());
  for (const Row& row : rows_) {
    batch->GetReflection()->AddMessage(batch.get(), &list_)->CopyFrom(*row.message);
  }
  const std::string key =
      DerivedUuid(absl::StrCat(kind_.list, "/", context_.session.given_idempotency_key(), "/",
                               progress_.mark, "/", rows_.front().line, "-", rows_.back().line, "/",
                               HexEncode(Sha256(batch->SerializeAsString()))),
                  0);
  batch->GetReflection()->SetString(
      batch.get(), batch->GetDescriptor()->FindFieldByName("idempotency_key"), key);
  return batch;
}

void Import::LeaveOut(const std::map<size_t, LineProblem>& refused) {
  for (const auto& [place, problem] : refused) {
    progress_.refused.push_back(problem);
    problems_.push_back(problem);
    rows_[place].message.reset();
  }
  rows_.erase(std::remove_if(rows_.begin(), rows_.end(),
                             [](const Row& row) { return row.message == nullptr; }),
              rows_.end());
}

absl::Status Import::SendBatch() {
  while (!rows_.empty()) {
    const absl::Status status = kind_.send(context_.session, *MakeBatch());
    if (status.ok()) return absl::OkStatus();
    const std::map<size_t, LineProblem> refused = RefusedRows(status, kind_.list, rows_);
    if (refused.empty()) return status;
    LeaveOut(refused);
    // Before the rest is sent: were it recorded and this forgotten, going on could send the whole
    // batch under another key, and record the rest twice.
    DSR_RETURN_IF_ERROR(SaveProgress());
  }
  return absl::OkStatus();
}

absl::Status Import::TellErrors() {
  if (problems_.empty()) return absl::OkStatus();
  if (errors_ == nullptr) {
    DSR_ASSIGN_OR_RETURN(errors_, PartialFile::Open(error_path_));
  }
  std::string text = errors_->size() == 0 ? kErrorHeader : "";
  std::sort(problems_.begin(), problems_.end(),
            [](const LineProblem& a, const LineProblem& b) { return a.line < b.line; });
  for (const LineProblem& problem : problems_) {
    absl::StrAppend(&text, CsvLine({absl::StrCat(problem.line), Printable(problem.field),
                                    Printable(problem.description)}));
  }
  DSR_RETURN_IF_ERROR(errors_->Append(text));
  return errors_->Sync();
}

// Ends a batch: its errors first, then how far it came, so that a crash between the two has them
// told again and not lost.
absl::Status Import::Settle(int64_t recorded) {
  DSR_RETURN_IF_ERROR(TellErrors());
  progress_.recorded += recorded;
  progress_.failed += static_cast<int64_t>(problems_.size());
  progress_.error_bytes = errors_ == nullptr ? 0 : errors_->size();
  progress_.offset = records_->offset();
  progress_.lines = records_->lines();
  progress_.refused.clear();
  return SaveProgress();
}

absl::Status Import::SaveProgress() const {
  return is_stdin_ ? absl::OkStatus() : WriteProgress(progress_path_, progress_);
}

absl::Status Import::Run() {
  ProgressBar bar(context_.streams.err, context_.streams.err_is_terminal, total_bytes_, absl::Now);
  const int64_t before = progress_.recorded + progress_.failed;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool more, ReadBatch());
    if (!more) break;
    DSR_RETURN_IF_ERROR(SendBatch());
    DSR_RETURN_IF_ERROR(Settle(static_cast<int64_t>(rows_.size())));
    bar.Show(progress_.recorded + progress_.failed - before, progress_.offset);
  }
  if (!is_stdin_) unlink(progress_path_.c_str());
  return absl::OkStatus();
}

void Import::PrintSummary() const {
  context_.output.Record({{"rows", absl::StrCat(progress_.recorded + progress_.failed)},
                          {"recorded", absl::StrCat(progress_.recorded)},
                          {"failed", absl::StrCat(progress_.failed)},
                          {"errors", progress_.failed > 0 ? error_path_ : ""}});
}

}  // namespace

absl::StatusOr<ExitCode> RunImport(Context& context, const ImportKind& kind,
                                   const ImportOptions& options) {
  Import import(context, kind, options);
  DSR_RETURN_IF_ERROR(import.Open());
  const absl::Status status = import.Run();
  import.PrintSummary();
  if (!status.ok()) {
    const bool is_json = context.output.is_json();
    context.streams.err << FormatError(status, is_json);
    if (!is_json && import.is_resumable() && ExitCodeOf(status) != ExitCode::kNotAllowed) {
      context.streams.err << "  next: repeat the same command with --resume to go on after line "
                          << import.progress().lines << "\n";
    }
    return ExitCodeOf(status);
  }
  return import.progress().failed == 0 ? ExitCode::kOk : ExitCode::kPartial;
}

}  // namespace dsr::dsrctl
