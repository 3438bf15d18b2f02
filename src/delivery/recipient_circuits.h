// Spares recipients that cannot be reached, and us the waiting for them.
#ifndef DSR_DELIVERY_RECIPIENT_CIRCUITS_H_
#define DSR_DELIVERY_RECIPIENT_CIRCUITS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "dsr/base/mutex.h"
#include "dsr/delivery/transport.h"
#include "dsr/v1/registry_service.pb.h"

namespace dsr {

// How a recipient has been reached since the server started.
struct RecipientReach {
  v1::RecipientHealth::Reach reach = v1::RecipientHealth::REACH_UNSPECIFIED;
  // InfinitePast and empty when nothing failed.
  absl::Time last_failure_time = absl::InfinitePast();
  std::string last_failure_code;
  // Until now.
  int consecutive_failures = 0;
};

// A transport in front of another one, with a circuit for each recipient, and another for its
// fallback.
//
// After kMostFailures failures one after the other a circuit opens for kLeastPause. Attempts then
// fail at once. When the pause is over, one attempt at a time goes through: the first success
// closes the circuit, a failure opens it again for twice as long, up to kMostPause. A recipient
// that asks for time, by a Retry-After with 429 or 503 or their like of gRPC, gets it at once, up
// to kMostThrottle. One that says it is gone (`http-410`) is left alone. A changed registration, by
// its etag, begins anew. What fails by our own configuration (`secret-unknown`, a refused URL)
// counts for the health only. A test of a recipient goes through; one that is taken makes it begin
// anew, so that a person can bring back one that said it was gone. Codes of its own, of attempts
// that were not made:
//
//   circuit-open   with what is left of the pause as retry_after; not given up
//   throttled      the same, of a pause that the recipient asked for
//   endpoint-gone  gives up
//
// The time is that of the attempts. Thread-safe.
class RecipientCircuits : public NoticeTransport {
 public:
  static constexpr int kMostFailures = 5;
  static constexpr absl::Duration kLeastPause = absl::Seconds(30);
  static constexpr absl::Duration kMostPause = absl::Minutes(15);
  static constexpr absl::Duration kMostThrottle = absl::Hours(1);
  // For how long the others are put off while one attempt is tried.
  static constexpr absl::Duration kProbePause = absl::Seconds(5);

  // `transport` outlives this. `scale` shortens every pause but those that recipients ask for.
  explicit RecipientCircuits(NoticeTransport& transport, double scale = 1);

  DeliveryResult Deliver(const NoticeAttempt& attempt) override;

  // How the recipient with this name is reached by its usual way; by its fallback where nothing
  // went the usual way.
  RecipientReach HealthOf(const std::string& recipient) const;

 private:
  enum class State { kClosed, kOpen, kGone };

  struct Circuit {
    State state = State::kClosed;
    std::string etag;
    // Open: until when, and whether the recipient asked for it.
    absl::Time open_until = absl::InfinitePast();
    bool is_throttled = false;
    // Open: one attempt is trying whether the recipient is back.
    bool is_probing = false;
    // The last pause of ours.
    absl::Duration pause;
    // Failures of the endpoint one after the other.
    int failures = 0;
    bool was_tried = false;
    RecipientReach reach;
  };
  // What an attempt was let through as.
  struct Pass {
    bool is_probe = false;
  };
  using Key = std::pair<std::string, bool>;  // recipient, fallback

  DeliveryResult Test(const NoticeAttempt& attempt);
  // Lets the attempt through, or says in `refusal` why not.
  std::optional<Pass> Admit(const NoticeAttempt& attempt, DeliveryResult& refusal);
  void Record(const NoticeAttempt& attempt, const Pass& pass, const DeliveryResult& result);
  void RecordFailure(Circuit& circuit, absl::Time now, const Pass& pass,
                     const DeliveryResult& result) const;

  NoticeTransport& transport_;
  const double scale_;
  mutable Mutex mutex_;
  std::map<Key, Circuit> circuits_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_DELIVERY_RECIPIENT_CIRCUITS_H_
