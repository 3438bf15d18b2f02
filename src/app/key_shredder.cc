#include "app/key_shredder.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/refusal_audit.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr int kShredBatch = 500;
constexpr char kShredActor[] = "system:retention";
constexpr char kShredKind[] = "subject_key_destroyed";

absl::Status NotOfThisDatabase() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   "the journal of destroyed keys is not of this database: restore the one that "
                   "belongs to it");
}

// Takes from a subject what an older database still gives it. Whoever comes back is a new subject.
absl::Status ForgetKey(Transaction& transaction, int64_t number, absl::Time now) {
  DSR_ASSIGN_OR_RETURN(const std::optional<SubjectRecord> subject,
                       transaction.FindSubjectByKey(number));
  if (!subject.has_value())
    return KeyShredder::Record(transaction, number, absl::StrCat("keys/", number), now);
  if (subject->content_key_number == number) {
    DSR_RETURN_IF_ERROR(transaction.SetContentKey(subject->id, 0));
  } else if (!subject->is_retired) {
    DSR_RETURN_IF_ERROR(transaction.RetireSubject(subject->id));
  }
  return KeyShredder::Record(transaction, number, SubjectName(subject->id), now);
}

absl::Status ForgetKeys(Store& store, const std::vector<int64_t>& numbers, const Clock& clock) {
  for (size_t begin = 0; begin < numbers.size(); begin += kShredBatch) {
    const size_t end = std::min(numbers.size(), begin + kShredBatch);
    DSR_RETURN_IF_ERROR(TransactAndWait(store, [&](Transaction& transaction) -> absl::Status {
      for (size_t i = begin; i < end; ++i)
        DSR_RETURN_IF_ERROR(ForgetKey(transaction, numbers[i], clock.Now()));
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KeyShred>> StoredShreds(Store& store, int64_t after, int limit) {
  std::vector<KeyShred> shreds;
  DSR_RETURN_IF_ERROR(store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(shreds, view.ListShreds(after, limit));
    return absl::OkStatus();
  }));
  return shreds;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyShredder>> KeyShredder::Open(const std::string& path,
                                                               Store& store, KeyFile& keys,
                                                               const ServerSecrets& secrets,
                                                               const Clock& clock) {
  int64_t stored = 0;
  DSR_RETURN_IF_ERROR(store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(stored, view.CountShreds());
    return absl::OkStatus();
  }));
  const int64_t followed = keys.shreds_followed();
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<ShredJournal> journal,
                       ShredJournal::Open(path, secrets, std::min(stored, followed)));
  const int64_t written = journal->size();
  if (const int64_t common = std::min(stored, written); common > 0) {
    DSR_ASSIGN_OR_RETURN(const std::vector<KeyShred> here, StoredShreds(store, common - 1, 1));
    DSR_ASSIGN_OR_RETURN(const std::vector<KeyShred> there, journal->List(common - 1, 1));
    if (here.size() != 1 || here.front().key_number != there.front().key_number)
      return NotOfThisDatabase();
  }
  std::unique_ptr<KeyShredder> shredder(new KeyShredder(std::move(journal), store, keys));
  if (written > stored) {
    DSR_RETURN_IF_ERROR(shredder->TeachDatabase(stored, clock));
    Log(LogLevel::kWarning, "keys_destroyed_again",
        {{"keys", written - stored}, {"because", "the database is older than its journal"}});
  }
  if (followed > std::max(stored, written)) DSR_RETURN_IF_ERROR(shredder->LearnFromKeyFile(clock));
  DSR_RETURN_IF_ERROR(shredder->Follow());
  return shredder;
}

absl::Status KeyShredder::TeachDatabase(int64_t known, const Clock& clock) {
  MutexLock lock(mutex_);
  while (known < journal_->size()) {
    DSR_ASSIGN_OR_RETURN(const std::vector<KeyShred> shreds, journal_->List(known, kShredBatch));
    std::vector<int64_t> numbers;
    for (const KeyShred& shred : shreds) numbers.push_back(shred.key_number);
    DSR_RETURN_IF_ERROR(ForgetKeys(store_, numbers, clock));
    known += static_cast<int64_t>(shreds.size());
  }
  return absl::OkStatus();
}

absl::Status KeyShredder::LearnFromKeyFile(const Clock& clock) {
  DSR_ASSIGN_OR_RETURN(const std::vector<int64_t> destroyed, keys_.ListDestroyed());
  std::set<int64_t> unknown(destroyed.begin(), destroyed.end());
  for (int64_t after = 0;;) {
    DSR_ASSIGN_OR_RETURN(const std::vector<KeyShred> known,
                         StoredShreds(store_, after, kShredBatch));
    if (known.empty()) break;
    for (const KeyShred& shred : known) unknown.erase(shred.key_number);
    after = known.back().position;
  }
  Log(LogLevel::kWarning, "keys_destroyed_again",
      {{"keys", static_cast<int64_t>(unknown.size())},
       {"because", "database and journal are older than the key file"}});
  DSR_RETURN_IF_ERROR(
      ForgetKeys(store_, std::vector<int64_t>(unknown.begin(), unknown.end()), clock));
  // From the beginning: to destroy what is destroyed does no harm, to leave one out does.
  return keys_.SetShredsFollowed(0);
}

absl::Status KeyShredder::Record(Transaction& transaction, int64_t number, absl::string_view about,
                                 absl::Time now) {
  DSR_ASSIGN_OR_RETURN(const int64_t last, transaction.CountShreds());
  DSR_RETURN_IF_ERROR(
      transaction.PutShred({.position = last + 1, .key_number = number, .time = now}));
  return transaction.AppendAuditRecord(
      MakeAuditRecord(now, kShredActor, kShredKind, about).SerializeAsString(), "");
}

absl::Status KeyShredder::Follow() {
  MutexLock lock(mutex_);
  while (true) {
    DSR_ASSIGN_OR_RETURN(const std::vector<KeyShred> recorded,
                         StoredShreds(store_, journal_->size(), kShredBatch));
    if (recorded.empty()) break;
    DSR_RETURN_IF_ERROR(journal_->Append(recorded));
  }
  while (keys_.shreds_followed() < journal_->size()) {
    const int64_t after = keys_.shreds_followed();
    DSR_ASSIGN_OR_RETURN(const std::vector<KeyShred> shreds, journal_->List(after, kShredBatch));
    for (const KeyShred& shred : shreds) DSR_RETURN_IF_ERROR(keys_.Destroy(shred.key_number));
    DSR_RETURN_IF_ERROR(keys_.SetShredsFollowed(after + static_cast<int64_t>(shreds.size())));
  }
  return absl::OkStatus();
}

}  // namespace dsr
