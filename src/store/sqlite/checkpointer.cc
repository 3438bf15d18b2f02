#include "store/sqlite/checkpointer.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "dsr/base/log.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {

Checkpointer::Checkpointer(Connection& connection, Limits limits, std::function<bool()> has_readers)
    : connection_(connection),
      limits_(limits),
      has_readers_(std::move(has_readers)),
      next_at_(limits.step_pages) {
  sqlite3_wal_hook(connection_.handle(), &OnCommit, this);
}

Checkpointer::~Checkpointer() { sqlite3_wal_hook(connection_.handle(), nullptr, nullptr); }

int Checkpointer::OnCommit(void* self, sqlite3*, const char*, int log_pages) {
  auto* const checkpointer = static_cast<Checkpointer*>(self);
  // A log that begins anew is short again.
  if (log_pages < checkpointer->log_pages_) {
    checkpointer->next_at_ = checkpointer->limits_.step_pages;
  }
  checkpointer->log_pages_ = log_pages;
  return SQLITE_OK;
}

void Checkpointer::AfterCommit() {
  if (log_pages_ < next_at_) return;
  // While readers hold an old snapshot the log goes on growing: try again only after another step.
  next_at_ = log_pages_ + limits_.step_pages;
  const bool is_long = log_pages_ >= limits_.truncate_pages;
  Checkpoint(is_long && !has_readers_() ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE);
}

void Checkpointer::Checkpoint(int mode) {
  // A reader that comes at this very moment must not make the writer wait.
  if (mode == SQLITE_CHECKPOINT_TRUNCATE) sqlite3_busy_timeout(connection_.handle(), 0);
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), "main", mode, nullptr, nullptr);
  ++count_;
  if (code == SQLITE_OK || code == SQLITE_BUSY) return;
  const int extended_code = connection_.LastCode();
  if (IsSyncFailure(extended_code)) EndAfterSyncFailure(extended_code);
  Log(LogLevel::kWarning, "checkpoint_failed", {{"code", extended_code}});
}

void EndAfterSyncFailure(int extended_code) {
  Log(LogLevel::kError, "database_sync_failed", {{"code", extended_code}});
  // Without destructors: they would write.
  _exit(EXIT_FAILURE);
}

}  // namespace dsr::sqlite
