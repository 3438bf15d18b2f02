// Tells recipients what they have to delete or correct.
#ifndef DSR_DELIVERY_NOTICE_DISPATCHER_H_
#define DSR_DELIVERY_NOTICE_DISPATCHER_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/command_executor.h"
#include "app/commit_listener.h"
#include "app/request_reader.h"
#include "delivery/backoff.h"
#include "delivery/outbox_runner.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/delivery/transport.h"
#include "dsr/store/store.h"

namespace dsr {

// Delivers the notices of the outbox, each at least once and under a stable id, and records what
// became of each.
//
// A notice goes by its recipient's usual way, or by its fallback where the record says so. A failed
// attempt is repeated by the schedule; when the recipient refuses for good, or after kMostAttempts
// (76 h by the schedule), that is recorded: the notice goes on by the fallback, or is FAILED and
// tried once a day until it is due, while a person finds another way. What the recipient answers in
// its reply is recorded with the delivery. Notices of a recipient that fetches them leave the
// outbox by that; they are looked at again each day, in case it is told another way by then.
// Thread-safe; works on threads of its own.
class NoticeDispatcher : public CommitListener {
 public:
  static constexpr int kMostAttempts = 10;

  // All but the schedule outlives the dispatcher.
  struct Parts {
    Store& store;
    Clock& clock;
    CommandExecutor& executor;
    const RequestReader& reader;
    NoticeTransport& transport;
    BackoffSchedule schedule = BackoffSchedule::ForNotices();
    int threads = 32;
  };

  // Begins at once.
  explicit NoticeDispatcher(const Parts& parts);
  ~NoticeDispatcher() override { Stop(); }

  // Looks into the outbox when the commit made notices. Does not block.
  void OnCommitted(const CommitHints& hints) override;
  // The same without a commit to tell of.
  void Wake() { runner_.Wake(); }

  // Blocks until nothing is due or under way. Returns at once when it is stopped.
  void AwaitIdle() { runner_.AwaitIdle(); }

  // Waits for the attempts under way, 20 s at most, and ends. Idempotent. The store must still be
  // open.
  void Stop() { runner_.Stop(); }

 private:
  // What an attempt needs.
  struct Loaded {
    v1::Notice notice;
    v1::Recipient recipient;

    // The recipient's usual way, or its fallback.
    const v1::Delivery& way() const {
      return notice.by_fallback() && recipient.has_fallback() ? recipient.fallback()
                                                              : recipient.delivery();
    }
  };

  LaneLimits LimitsOf(const std::string& lane);
  absl::Time Attempt(const OutboxItem& item);
  // Nothing when the notice does not wait for delivery any more.
  absl::StatusOr<std::optional<Loaded>> Load(const OutboxItem& item);
  DeliveryResult Deliver(const OutboxItem& item, const Loaded& loaded);
  absl::Time Defer(const OutboxItem& item, const Deferral& deferral);
  // After an attempt that was spared: not counted among those that exhaust the schedule.
  absl::Time PutOff(const OutboxItem& item, const DeliveryResult& result);
  absl::Time DeferBySchedule(const OutboxItem& item, const DeliveryResult& result);
  absl::Time RecordOrDefer(const OutboxItem& item, const DeliveryResult& result, v1::NoticeWay way);
  absl::Status Record(const OutboxItem& item, const DeliveryResult& result, v1::NoticeWay way);

  const Parts parts_;
  // Last: its threads use all of the above.
  OutboxRunner runner_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_NOTICE_DISPATCHER_H_
