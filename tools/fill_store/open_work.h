// Which data systems have something to do.
#ifndef DSR_TOOLS_FILL_STORE_OPEN_WORK_H_
#define DSR_TOOLS_FILL_STORE_OPEN_WORK_H_

#include <set>
#include <string>
#include <utility>

#include "app/commit_listener.h"
#include "dsr/base/mutex.h"

namespace dsr::fill_store {

// Gathers, as the server's long poll does, for whom tasks were opened: a lease that finds nothing
// is a commit all the same. Thread-safe.
class OpenWork : public CommitListener {
 public:
  void OnCommitted(const CommitHints& hints) override {
    MutexLock lock(mutex_);
    systems_.insert(hints.systems.begin(), hints.systems.end());
  }

  void Add(std::string system) {
    MutexLock lock(mutex_);
    systems_.insert(std::move(system));
  }

  // Returns them, and forgets them.
  std::set<std::string> Take() {
    MutexLock lock(mutex_);
    return std::exchange(systems_, {});
  }

 private:
  Mutex mutex_;
  std::set<std::string> systems_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr::fill_store

#endif  // DSR_TOOLS_FILL_STORE_OPEN_WORK_H_
