// Deadlines that were counted before their calendar was announced.
#ifndef DSR_APP_DEADLINE_RECOUNTER_H_
#define DSR_APP_DEADLINE_RECOUNTER_H_

#include <atomic>

#include "absl/status/statusor.h"
#include "app/command_executor.h"
#include "app/rulebook_catalog.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr {

// Has every open request whose date is provisional counted again by the calendar in force (LAW.md
// section 4, rule 6), once, behind the start of the server: calendars change with a restart only.
// Thread-safe; does its work on a thread of its own.
class DeadlineRecounter {
 public:
  // All of it outlives the recounter.
  struct Parts {
    Store& store;
    RulebookCatalog& rulebooks;
    CommandExecutor& executor;
  };

  explicit DeadlineRecounter(const Parts& parts);
  DeadlineRecounter(const DeadlineRecounter&) = delete;
  DeadlineRecounter& operator=(const DeadlineRecounter&) = delete;
  ~DeadlineRecounter() { Close(); }

  // Finishes the request under way and ends. Idempotent. The store must still be open.
  void Close();

  // Counts again, and waits for it; returns how many requests were looked at. For tests.
  static absl::StatusOr<int64_t> RecountAll(const Parts& parts, const std::atomic<bool>& closing);

 private:
  const Parts parts_;
  std::atomic<bool> closing_ = false;
  // Last: it uses all of the above.
  Thread thread_;
};

}  // namespace dsr

#endif  // DSR_APP_DEADLINE_RECOUNTER_H_
