// What others may want to know about a commit.
#ifndef DSR_APP_COMMIT_LISTENER_H_
#define DSR_APP_COMMIT_LISTENER_H_

#include <algorithm>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "dsr/base/ids.h"

namespace dsr {

// What one committed decision made. Hints only: each waiter also finds its work without them.
struct CommitHints {
  RequestId request;
  // The earliest timer that began; InfiniteFuture when none did.
  absl::Time earliest_timer = absl::InfiniteFuture();
  std::set<std::string> systems;     // `systems/{id}`: tasks are open for them
  std::set<std::string> recipients;  // `recipients/{id}`: notices are to be delivered to them
  bool messages = false;             // messages are to be sent

  // Takes over what another decision of the same commit made.
  void Merge(const CommitHints& other) {
    earliest_timer = std::min(earliest_timer, other.earliest_timer);
    systems.insert(other.systems.begin(), other.systems.end());
    recipients.insert(other.recipients.begin(), other.recipients.end());
    messages = messages || other.messages;
  }
};

// Told after each commit, on the store's completion thread: must not block. Thread-safe.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  virtual void OnCommitted(const CommitHints& hints) = 0;
};

}  // namespace dsr

#endif  // DSR_APP_COMMIT_LISTENER_H_
