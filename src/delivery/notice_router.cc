#include "delivery/notice_router.h"

namespace dsr {

NoticeTransport* NoticeRouter::TransportOf(const v1::Delivery& way) const {
  switch (way.way_case()) {
    case v1::Delivery::kWebhook:
      return transports_.webhook;
    case v1::Delivery::kPush:
      return transports_.push;
    case v1::Delivery::kLetter:
      return transports_.letter;
    case v1::Delivery::kPull:
    case v1::Delivery::WAY_NOT_SET:
      break;
  }
  return nullptr;
}

DeliveryResult NoticeRouter::Deliver(const NoticeAttempt& attempt) {
  if (attempt.way.has_pull()) return DeliveryResult::Failure("no-delivery", false);
  NoticeTransport* const transport = TransportOf(attempt.way);
  if (transport == nullptr) return DeliveryResult::Failure("way-unsupported", true);
  return transport->Deliver(attempt);
}

}  // namespace dsr
