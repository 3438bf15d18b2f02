// The end of what closed requests hold: first of what is personal, by the destruction of its key,
// then of the record (PRODUCT.md, "Records").
#ifndef DSR_APP_CASE_RETENTION_H_
#define DSR_APP_CASE_RETENTION_H_

#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/key_shredder.h"
#include "app/rulebook_catalog.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr {

// How much came to its end.
struct RetentionCounts {
  int64_t keys_destroyed = 0;
  int64_t requests_purged = 0;
};

// Looks at closed requests when their times have come, on a thread of its own.
//
// The key of a request's content dies with the content period of the subject's last request under
// it. The subject's own key, with which disclosures, consents and holds are sealed, dies with that
// of its last request as well, once the account is closed or nothing is registered under it;
// whoever comes back then is a new subject. A record goes at its own end, unless a request of the
// subject is open that may rest on it.
//
// Thread-safe.
class CaseRetention {
 public:
  // All of it outlives the retention.
  struct Parts {
    Store& store;
    const Clock& clock;
    RulebookCatalog& rulebooks;
    KeyShredder& shredder;
  };

  // Starts the thread. `clock` is that of the parts, to wait by.
  CaseRetention(const Parts& parts, Clock& clock);
  CaseRetention(const CaseRetention&) = delete;
  CaseRetention& operator=(const CaseRetention&) = delete;
  ~CaseRetention() { Close(); }

  // Ends after the batch under way. Idempotent. The store must still be open.
  void Close();

  // Does all that is due, and waits for it; stops early once `closing`. For the thread, and for
  // tests.
  static absl::StatusOr<RetentionCounts> RunDue(const Parts& parts,
                                                const std::atomic<bool>& closing);

 private:
  void Run();
  // False when it is to end.
  bool WaitUntil(absl::Time next);

  const Parts parts_;
  Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  std::atomic<bool> closing_ = false;
  // Last: it uses all of the above.
  Thread thread_;
};

}  // namespace dsr

#endif  // DSR_APP_CASE_RETENTION_H_
