// Transports whose attempts are counted.
#ifndef DSR_SERVER_COUNTED_TRANSPORTS_H_
#define DSR_SERVER_COUNTED_TRANSPORTS_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>

#include "dsr/delivery/transport.h"

namespace dsr {

// `dsrd_deliveries_total`, by what was delivered and what came of it: `delivered`, `failed` (tried
// again later), `given-up`, `not-tried` (the peer is spared for a while). Thread-safe.
class DeliveryCounter {
 public:
  // `registry` outlives this.
  explicit DeliveryCounter(prometheus::Registry& registry);

  // `kind` is `notice` or `message`.
  void Count(const char* kind, const DeliveryResult& result);

 private:
  prometheus::Family<prometheus::Counter>& deliveries_;
};

// In front of another one. Both arguments outlive it.
class CountedNoticeTransport : public NoticeTransport {
 public:
  CountedNoticeTransport(NoticeTransport& transport, DeliveryCounter& counter)
      : transport_(transport), counter_(counter) {}

  DeliveryResult Deliver(const NoticeAttempt& attempt) override;

 private:
  NoticeTransport& transport_;
  DeliveryCounter& counter_;
};

// The same for messages.
class CountedMessageTransport : public MessageTransport {
 public:
  CountedMessageTransport(MessageTransport& transport, DeliveryCounter& counter)
      : transport_(transport), counter_(counter) {}

  DeliveryResult Send(const RenderedMessage& message, absl::Time now) override;

 private:
  MessageTransport& transport_;
  DeliveryCounter& counter_;
};

}  // namespace dsr

#endif  // DSR_SERVER_COUNTED_TRANSPORTS_H_
