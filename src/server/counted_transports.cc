#include "server/counted_transports.h"

namespace dsr {
namespace {

const char* OutcomeOf(const DeliveryResult& result) {
  if (result.delivered) return "delivered";
  if (result.give_up) return "given-up";
  return result.was_tried ? "failed" : "not-tried";
}

}  // namespace

DeliveryCounter::DeliveryCounter(prometheus::Registry& registry)
    : deliveries_(prometheus::BuildCounter()
                      .Name("dsrd_deliveries_total")
                      .Help("Attempts to deliver, by kind and outcome")
                      .Register(registry)) {}

void DeliveryCounter::Count(const char* kind, const DeliveryResult& result) {
  deliveries_.Add({{"kind", kind}, {"outcome", OutcomeOf(result)}}).Increment();
}

DeliveryResult CountedNoticeTransport::Deliver(const NoticeAttempt& attempt) {
  DeliveryResult result = transport_.Deliver(attempt);
  counter_.Count("notice", result);
  return result;
}

DeliveryResult CountedMessageTransport::Send(const RenderedMessage& message, absl::Time now) {
  DeliveryResult result = transport_.Send(message, now);
  counter_.Count("message", result);
  return result;
}

}  // namespace dsr
