// When a failed delivery is tried again.
#ifndef DSR_DELIVERY_BACKOFF_H_
#define DSR_DELIVERY_BACKOFF_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr {

// The pauses between the attempts of one item. It never ends: the law's duty outlasts any number of
// failures, so the last pause repeats for as long as the caller goes on. Immutable; thread-safe.
class BackoffSchedule {
 public:
  // The longest that a peer's wish is granted: a daily attempt is owed while the duty is open.
  static constexpr absl::Duration kLongestRetryAfter = absl::Hours(24);

  // 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, then daily. `scale` shortens every
  // pause, so that a demonstration need not wait: 0.01 makes 3 s of 5 min.
  static BackoffSchedule ForNotices(double scale = 1);
  // 0, 5 s, 1 min, 5 min, 30 min, then every 2 h.
  static BackoffSchedule ForMessages(double scale = 1);

  // `pauses` has at least one element; the first comes before the first attempt.
  explicit BackoffSchedule(std::vector<absl::Duration> pauses, double scale = 1);

  // Returns the pause before the next attempt when `attempts` were made, 0 for a new item. It is
  // off the plan by up to a fifth either way, so that items that failed together do not come back
  // together; `seed`, the item's id, decides by how much, and the same arguments give the same
  // pause. `retry_after`, what the peer asked for, wins when it is longer, up to
  // kLongestRetryAfter.
  absl::Duration Delay(int attempts, absl::string_view seed,
                       absl::Duration retry_after = absl::ZeroDuration()) const;

 private:
  std::vector<absl::Duration> pauses_;
  double scale_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_BACKOFF_H_
