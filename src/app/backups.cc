#include "app/backups.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "app/backup_file.h"
#include "app/database_check.h"
#include "app/deletion_certificate.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/log.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr int kCopyAttempts = 3;
constexpr size_t kMostListed = 1000;
constexpr absl::string_view kSuffix = ".backup";
// After one that failed: soon enough to have one that night, late enough for the cause to end.
constexpr absl::Duration kRetryFailed = absl::Minutes(15);

absl::Status RetryLater(absl::string_view why) {
  return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER, why);
}

// Operators hear of it by calls, too: without the path.
absl::Status CannotUse() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   "configuration: backup.directory cannot be made or read");
}

std::string BackupName(absl::Time time, int64_t log_size) {
  return absl::StrCat("dsrd-", absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone()), "-",
                      log_size, kSuffix);
}

bool IsBackupName(absl::string_view name) {
  return absl::StartsWith(name, "dsrd-") && absl::EndsWith(name, kSuffix);
}

// Tells whether a crash may have left it behind: what NewFile calls a file that is not whole.
bool IsUnfinished(absl::string_view name) {
  return absl::StartsWith(name, "dsrd-") &&
         (absl::StrContains(name, ".backup.") && !absl::EndsWith(name, ".backup.sha256"));
}

// The names in the folder, in order.
absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return CannotUse();
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<v1::Backup> Describe(const std::string& directory, const std::string& name) {
  const std::string path = absl::StrCat(directory, "/", name);
  DSR_ASSIGN_OR_RETURN(const storage::v1::BackupHeader header, ReadBackupHeader(path));
  v1::Backup backup;
  backup.set_file(name);
  *backup.mutable_create_time() = header.create_time();
  std::error_code error;
  backup.set_size_bytes(static_cast<int64_t>(std::filesystem::file_size(path, error)));
  backup.set_log_size(header.log_size());
  backup.set_log_root(header.log_root());
  backup.set_schema_version(header.schema_version());
  backup.set_installation(header.installation());
  if (const absl::StatusOr<std::string> line = ReadFile(path + ".sha256"); line.ok()) {
    backup.set_sha256(line->substr(0, line->find(' ')));
  }
  return backup;
}

void Remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) Log(LogLevel::kWarning, "file_not_removed", {{"code", error.value()}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backups>> Backups::Open(Parts parts) {
  std::error_code error;
  std::filesystem::create_directories(parts.directory, error);
  if (error) return CannotUse();
  Remove(parts.copy_path);
  DSR_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(parts.directory));
  for (const std::string& name : names) {
    if (IsUnfinished(name)) Remove(absl::StrCat(parts.directory, "/", name));
  }
  return std::unique_ptr<Backups>(new Backups(std::move(parts)));
}

Backups::Backups(Parts parts) : parts_(std::move(parts)) {
  if (parts_.every > absl::ZeroDuration()) thread_ = Thread("backups", [this] { Run(); });
}

void Backups::Close() {
  is_closed_ = true;
  {
    MutexLock lock(mutex_);
    is_ending_ = true;
    changed_.NotifyAll();
  }
  thread_.Join();
}

absl::StatusOr<v1::Backup> Backups::Create() {
  if (is_making_.exchange(true)) return RetryLater("a backup is being made; try again when it is");
  const auto end = absl::MakeCleanup([this] { is_making_ = false; });
  const absl::Time begin = parts_.clock.Now();
  absl::StatusOr<v1::Backup> backup = Make();
  Remove(parts_.copy_path);
  if (!backup.ok()) {
    Log(LogLevel::kError, "backup_failed", {{"reason", backup.status().message()}});
    return backup;
  }
  Log(LogLevel::kInfo, "backup_made",
      {{"file", backup->file()},
       {"bytes", backup->size_bytes()},
       {"log_size", backup->log_size()},
       {"took", absl::FormatDuration(parts_.clock.Now() - begin)}});
  RemoveOld();
  return backup;
}

absl::Status Backups::Copy() {
  absl::Status copied;
  for (int attempt = 1; attempt <= kCopyAttempts; ++attempt) {
    if (is_closed_) return RetryLater("the server ends");
    copied = parts_.copy(parts_.copy_path, [this] { return is_closed_.load(); });
    if (!absl::IsUnavailable(copied)) break;
    Log(LogLevel::kWarning, "backup_copy_broke_off",
        {{"attempt", attempt}, {"reason", copied.message()}});
  }
  return copied;
}

absl::StatusOr<v1::Backup> Backups::Make() {
  const absl::Time now = parts_.clock.Now();
  DSR_RETURN_IF_ERROR(Copy());
  DatabaseCheck check;
  {
    DSR_ASSIGN_OR_RETURN(const std::unique_ptr<DatabaseFile> file, parts_.open(parts_.copy_path));
    DSR_ASSIGN_OR_RETURN(check, CheckDatabase(*file, [this] { return is_closed_.load(); }));
  }
  if (!check.findings.empty()) {
    return BackupInvalid(
        "damaged", absl::StrCat("what was copied is damaged, so that no backup is made of it: ",
                                check.findings.front()));
  }
  std::error_code error;
  storage::v1::BackupHeader header;
  header.set_installation(InstallationSigner(parts_.secrets).name());
  *header.mutable_create_time() = ToTimestamp(now);
  header.set_schema_version(check.schema_version);
  header.set_log_size(check.log_size);
  header.set_log_root(check.log_root);
  header.set_database_bytes(
      static_cast<int64_t>(std::filesystem::file_size(parts_.copy_path, error)));
  const std::string name = BackupName(now, check.log_size);
  DSR_RETURN_IF_ERROR(WriteBackup(parts_.copy_path, header, parts_.secrets,
                                  absl::StrCat(parts_.directory, "/", name))
                          .status());
  return Describe(parts_.directory, name);
}

absl::StatusOr<std::vector<v1::Backup>> Backups::List() const {
  DSR_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(parts_.directory));
  std::vector<v1::Backup> backups;
  // By name is by time.
  for (auto name = names.rbegin(); name != names.rend() && backups.size() < kMostListed; ++name) {
    if (!IsBackupName(*name)) continue;
    absl::StatusOr<v1::Backup> backup = Describe(parts_.directory, *name);
    if (backup.ok()) backups.push_back(*std::move(backup));
  }
  return backups;
}

void Backups::RemoveOld() const {
  if (parts_.keep == 0) return;
  const absl::StatusOr<std::vector<v1::Backup>> backups = List();
  if (!backups.ok()) return;
  const std::string own = InstallationSigner(parts_.secrets).name();
  int kept = 0;
  for (const v1::Backup& backup : *backups) {
    // What another installation keeps here is not ours to remove.
    if (backup.installation() != own || ++kept <= parts_.keep) continue;
    const std::string path = absl::StrCat(parts_.directory, "/", backup.file());
    Remove(path);
    Remove(path + ".sha256");
    Log(LogLevel::kInfo, "backup_removed", {{"file", backup.file()}});
  }
}

void Backups::Run() {
  absl::Time next = absl::InfinitePast();
  if (const absl::StatusOr<std::vector<v1::Backup>> backups = List();
      backups.ok() && !backups->empty()) {
    next = FromTimestamp(backups->front().create_time()) + parts_.every;
  }
  while (true) {
    {
      MutexLock lock(mutex_);
      while (!is_ending_ && parts_.clock.Now() < next) {
        parts_.clock.WaitUntil(changed_, mutex_, next);
      }
      if (is_ending_) return;
    }
    const absl::Time now = parts_.clock.Now();
    next = now + (Create().ok() ? parts_.every : std::min(parts_.every, kRetryFailed));
  }
}

}  // namespace dsr
