#include "app/key_numbers.h"

#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"

namespace dsr {

absl::StatusOr<std::unique_ptr<KeyNumbers>> KeyNumbers::Open(Store& store, KeyFile& file,
                                                             int64_t ahead) {
  int64_t last = 0;
  DSR_RETURN_IF_ERROR(store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(last, view.LastKeyNumber());
    return absl::OkStatus();
  }));
  if (last > file.filled()) {
    // Filling up would give known subjects keys that open nothing of theirs.
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     "the key file is older than the database: restore the key file that belongs "
                     "to it");
  }
  DSR_RETURN_IF_ERROR(file.EnsureFilled(last + ahead));
  return std::unique_ptr<KeyNumbers>(new KeyNumbers(file, last, ahead));
}

KeyNumbers::KeyNumbers(KeyFile& file, int64_t last, int64_t ahead)
    : file_(file), ahead_(ahead), last_(last), filler_("key-filler", [this] { FillAhead(); }) {}

KeyNumbers::~KeyNumbers() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    wanted_.NotifyAll();
  }
  filler_.Join();
}

absl::StatusOr<int64_t> KeyNumbers::Next() {
  while (true) {
    const int64_t number = last_.fetch_add(1) + 1;
    const int64_t filled = file_.filled();
    if (filled - number < ahead_ / 2) {
      MutexLock lock(mutex_);
      refill_ = true;
      wanted_.NotifyAll();
    }
    if (number > filled) DSR_RETURN_IF_ERROR(file_.EnsureFilled(number));
    // An older database, restored from a backup, does not know what it gave out since.
    if (!file_.IsDestroyed(number)) return number;
  }
}

void KeyNumbers::FillAhead() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (!refill_ && !stopping_) wanted_.Wait(mutex_);
      if (stopping_) return;
      refill_ = false;
    }
    const absl::Status filled = file_.EnsureFilled(last_.load() + ahead_);
    if (!filled.ok()) {
      // The next call for a number asks again, and tells its caller when none is left.
      Log(LogLevel::kError, "key_file_not_filled", {{"reason", ErrorReasonName(ReasonOf(filled))}});
    }
  }
}

}  // namespace dsr
