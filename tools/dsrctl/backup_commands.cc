// `dsrctl backup ...`: made and listed by the server, verified and restored without one.
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/base/clock.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/admin_service.grpc.pb.h"
#include "dsrctl/backup_restore.h"
#include "dsrctl/backup_verify.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"
#include "dsrctl/progress_bar.h"

namespace dsr::dsrctl {
namespace {

constexpr char kKek[] = "The file of the key-encryption key";

// Draws how far the reading of a file came.
class ByteBar {
 public:
  explicit ByteBar(Context& context) : context_(context) {}

  void Show(int64_t done, int64_t total) {
    if (total != total_) {
      bar_ = std::make_unique<ProgressBar>(context_.streams.err, context_.streams.err_is_terminal,
                                           total, [this] { return clock_.Now(); });
      total_ = total;
    }
    // In MiB, which are the rows of a file.
    bar_->Show(done >> 20, done);
  }

 private:
  Context& context_;
  const SystemClock clock_;
  std::unique_ptr<ProgressBar> bar_;
  int64_t total_ = -1;
};

std::string TimeOf(const storage::v1::BackupHeader& header, const absl::TimeZone& zone) {
  return absl::FormatTime(absl::RFC3339_sec, FromTimestamp(header.create_time()), zone);
}

absl::StatusOr<ExitCode> Verify(Context& context, VerifyOptions options) {
  if (options.key_file.empty() != options.key_encryption_key_file.empty()) {
    return absl::InvalidArgumentError(
        "--key-file and --key-encryption-key-file go together; without both only the checksum is "
        "verified");
  }
  if (options.work_dir.empty()) options.work_dir = std::filesystem::temp_directory_path().string();
  absl::StatusOr<VerifiedBackup> verified;
  {
    ByteBar bar(context);
    verified =
        VerifyBackup(options, [&bar](int64_t done, int64_t total) { bar.Show(done, total); });
  }
  DSR_RETURN_IF_ERROR(verified.status());
  const bool has_keys = !options.key_file.empty();
  const bool is_sound = verified->findings.empty();
  const std::string result = !is_sound                ? "damaged"
                             : verified->is_opened    ? "sound"
                             : verified->has_checksum ? "as its checksum says"
                                                      : "not verified";
  context.output.Record({{"file", options.backup},
                         {"installation", verified->header.installation()},
                         {"create_time", TimeOf(verified->header, context.output.zone())},
                         {"schema_version", absl::StrCat(verified->header.schema_version())},
                         {"log_size", absl::StrCat(verified->header.log_size())},
                         {"log_root", verified->header.log_root()},
                         {"checksum", verified->has_checksum ? "verified" : "none beside the file"},
                         {"contents", verified->is_opened ? "opened; pages and audit log checked"
                                      : has_keys          ? "cannot be used"
                                                          : "not opened: that takes the keys"},
                         {"result", result},
                         {"findings", absl::StrJoin(verified->findings, "; ")}});
  if (!is_sound) return ExitCode::kFindings;
  if (verified->is_opened || verified->has_checksum) return ExitCode::kOk;
  return absl::InvalidArgumentError(
      "nothing was verified: no checksum is beside the file, and no keys were given");
}

absl::StatusOr<ExitCode> Restore(Context& context, RestoreOptions options) {
  options.now = SystemClock().Now();
  absl::StatusOr<RestoredBackup> restored;
  {
    ByteBar bar(context);
    restored =
        RestoreBackup(options, [&bar](int64_t done, int64_t total) { bar.Show(done, total); });
  }
  DSR_RETURN_IF_ERROR(restored.status());
  const std::string time = TimeOf(restored->header, context.output.zone());
  context.output.Record({{"data_file", absl::StrCat(options.data_dir, "/dsrd.db")},
                         {"installation", restored->header.installation()},
                         {"create_time", time},
                         {"log_size", absl::StrCat(restored->header.log_size())},
                         {"moved_to", restored->moved_to}});
  std::ostream& err = context.streams.err;
  if (!restored->has_keys) {
    err << "dsrctl: " << options.data_dir << " has no key file yet: copy " << options.key_file
        << " there as dsrd.keys, mode 600, with dsrd.shreds if that is beside it, before dsrd is "
           "started.\n";
  }
  err << "dsrctl: the data is as of " << time
      << ". Start dsrd; then data systems and recipients do again what was erased and corrected "
         "since, each by: dsrctl notice replay --since "
      << time << " --holder HOLDER\n";
  return ExitCode::kOk;
}

void AddVerify(Group& group) {
  const auto options = std::make_shared<VerifyOptions>();
  group
      .Add("verify",
           "Verifies a backup: its checksum; with keys everything in it; ends with 8 when it is "
           "damaged")
      .Text("FILE", &options->backup, "The backup", Need::kRequired)
      .Text("--key-encryption-key-file", &options->key_encryption_key_file, kKek)
      .Text("--key-file", &options->key_file, "The installation's key file, dsrd.keys")
      .Text("--work-dir", &options->work_dir,
            "Where it is opened, which takes as much room as the database; else the system's place "
            "for temporary files")
      .Example("dsrctl backup verify dsrd-20260301T020000Z-4711.backup")
      .Example(
          "dsrctl backup verify dsrd-20260301T020000Z-4711.backup --key-file "
          "/var/lib/dsrd/dsrd.keys --key-encryption-key-file /etc/dsrd/kek")
      .Runs([options](Context& context) { return Verify(context, *options); });
}

void AddRestore(Group& group) {
  const auto options = std::make_shared<RestoreOptions>();
  group.Add("restore", "Makes a backup the data file again; no server may run there")
      .Text("FILE", &options->backup, "The backup", Need::kRequired)
      .Text("--data-dir", &options->data_dir, "The data directory to restore to", Need::kRequired)
      .Text("--key-encryption-key-file", &options->key_encryption_key_file, kKek, Need::kRequired)
      .Text("--key-file", &options->key_file,
            "The installation's key file; without, dsrd.keys of the data directory")
      .Switch("--force", &options->force,
              "Rename a data file that is there; it is never overwritten or deleted")
      .Example(
          "dsrctl backup restore dsrd-20260301T020000Z-4711.backup --data-dir /var/lib/dsrd "
          "--key-encryption-key-file /etc/dsrd/kek --force")
      .Runs([options](Context& context) { return Restore(context, *options); });
}

}  // namespace

void AddBackupCommands(CommandTree& tree) {
  using Stub = v1::AdminService::Stub;
  Group group = tree.AddGroup("backup", "Makes, lists, verifies and restores backups");
  AddCall(group, "create", "Makes a backup on the server, while calls go on", &Stub::CreateBackup)
      .Example("dsrctl backup create --timeout 1h");
  AddList(group, "list", "Lists the backups of the server, newest first", &Stub::ListBackups)
      .Example("dsrctl backup list");
  AddVerify(group);
  AddRestore(group);
}

}  // namespace dsr::dsrctl
