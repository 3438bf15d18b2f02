// Verifies the audit log: that of a server, or that of a file without one.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "dsr/base/clock.h"
#include "dsr/base/errors.h"
#include "dsr/v1/audit_service.grpc.pb.h"
#include "dsrctl/commands.h"
#include "dsrctl/given_database.h"
#include "dsrctl/input.h"
#include "dsrctl/progress_bar.h"

namespace dsr::dsrctl {
namespace {

struct AuditVerifyOptions {
  std::vector<std::string> checkpoints;
  std::string verifier_key;
  std::string database;
};

absl::StatusOr<std::vector<std::string>> ReadNotes(Context& context,
                                                   const std::vector<std::string>& files) {
  std::vector<std::string> notes;
  bool stdin_taken = false;
  for (const std::string& file : files) {
    if (file == "-" && std::exchange(stdin_taken, true)) {
      return absl::InvalidArgumentError("only one checkpoint can come from stdin");
    }
    DSR_ASSIGN_OR_RETURN(std::string note, ReadInput(file, context.streams.in));
    notes.push_back(std::move(note));
  }
  return notes;
}

absl::StatusOr<v1::VerifyLogResponse> VerifyServer(Context& context,
                                                   const AuditVerifyOptions& options) {
  v1::VerifyLogRequest request;
  DSR_ASSIGN_OR_RETURN(const std::vector<std::string> notes,
                       ReadNotes(context, options.checkpoints));
  for (const std::string& note : notes) request.add_checkpoints(note);
  request.set_verifier_key(options.verifier_key);
  return context.session.Call(&v1::AuditService::Stub::VerifyLog, request);
}

// Which file it is that is no checkpoint.
absl::Status OfFile(const absl::Status& status, const std::string& file) {
  return MakeError(status.code(), ReasonOf(status),
                   absl::StrCat(file, ": ", std::string(status.message())));
}

absl::StatusOr<std::vector<LogCheckpoint>> OpenNotes(Context& context,
                                                     const AuditVerifyOptions& options) {
  DSR_ASSIGN_OR_RETURN(const std::vector<std::string> notes,
                       ReadNotes(context, options.checkpoints));
  std::vector<LogCheckpoint> checkpoints;
  if (options.verifier_key.empty()) {
    for (size_t i = 0; i < notes.size(); ++i) {
      absl::StatusOr<LogCheckpoint> checkpoint = ReadUnverifiedCheckpoint(notes[i]);
      if (!checkpoint.ok()) return OfFile(checkpoint.status(), options.checkpoints[i]);
      checkpoints.push_back(*std::move(checkpoint));
    }
    if (!notes.empty()) {
      context.streams.err << "dsrctl: warning: without --verifier-key nobody checked who signed "
                             "the checkpoints\n";
    }
    return checkpoints;
  }
  DSR_ASSIGN_OR_RETURN(const NoteVerifier verifier, NoteVerifier::Parse(options.verifier_key));
  for (size_t i = 0; i < notes.size(); ++i) {
    absl::StatusOr<LogCheckpoint> checkpoint = OpenCheckpoint(notes[i], verifier);
    if (!checkpoint.ok()) return OfFile(checkpoint.status(), options.checkpoints[i]);
    checkpoints.push_back(*std::move(checkpoint));
  }
  return checkpoints;
}

absl::StatusOr<v1::VerifyLogResponse> VerifyFile(Context& context,
                                                 const AuditVerifyOptions& options) {
  LogVerification verification;
  DSR_ASSIGN_OR_RETURN(verification.checkpoints, OpenNotes(context, options));
  DSR_ASSIGN_OR_RETURN(GivenDatabase file, GivenDatabase::Open(options.database));
  SystemClock clock;
  ProgressBar bar(context.streams.err, context.streams.err_is_terminal, /*total_bytes=*/0,
                  [&clock] { return clock.Now(); });
  verification.progress = [&bar](int64_t leaves) { bar.Show(leaves, 0); };
  return VerifyLog(
      [&file](const std::function<absl::Status(ReadView&)>& body) { return file.Read(body); },
      verification);
}

void PrintVerified(Context& context, const v1::VerifyLogResponse& verified) {
  if (context.output.format() != Format::kTable) return context.output.Item(verified);
  std::vector<std::pair<std::string, std::string>> lines = {
      {"intact", verified.intact() ? "true" : "false"},
      {"leaves", absl::StrCat(verified.size())},
      {"root", verified.root()}};
  for (const v1::CheckpointComparison& checkpoint : verified.checkpoints()) {
    lines.emplace_back("checkpoint",
                       absl::StrCat("of ", checkpoint.size(), " leaves: ",
                                    checkpoint.consistent() ? "the log begins with them"
                                                            : "the log does not agree"));
  }
  for (const v1::LogFinding& finding : verified.details()) {
    lines.emplace_back("finding", finding.description());
  }
  context.output.Record(lines);
}

}  // namespace

void AddAuditVerify(Group& group) {
  const auto options = std::make_shared<AuditVerifyOptions>();
  group
      .Add(
          "verify",
          "Hashes every record again, and compares with checkpoints; ends with 8 when anything was "
          "altered, taken out or put in")
      .Texts("--checkpoint", &options->checkpoints,
             "A checkpoint from outside of the machine, one or several; - for stdin")
      .Text("--verifier-key", &options->verifier_key,
            "The key that signed them, name+id+key; without, the server's own")
      .Text("--db", &options->database,
            "Verify this database file, a backup or a running server's, without a server")
      .Example("dsrctl audit verify --timeout 10m")
      .Example("dsrctl audit verify --checkpoint checkpoint-00000000000000000292.note")
      .Example(
          "dsrctl audit verify --db backup.db --checkpoint checkpoint.note --verifier-key"
          " dsrd-5b3c90fe+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
      .Runs([options](Context& context) -> absl::StatusOr<ExitCode> {
        DSR_ASSIGN_OR_RETURN(const v1::VerifyLogResponse verified,
                             options->database.empty() ? VerifyServer(context, *options)
                                                       : VerifyFile(context, *options));
        PrintVerified(context, verified);
        return verified.intact() ? ExitCode::kOk : ExitCode::kFindings;
      });
}

}  // namespace dsr::dsrctl
