// Takes each attempt to the transport of its way.
#ifndef DSR_DELIVERY_NOTICE_ROUTER_H_
#define DSR_DELIVERY_NOTICE_ROUTER_H_

#include "dsr/delivery/transport.h"

namespace dsr {

// Chooses the transport by the attempt's way. Codes of its own:
//
//   way-unsupported  there is no transport for the way, or no way at all; gives up
//   no-delivery      the recipient fetches its notices: there is nothing to be done; not given up
//
// Thread-safe as far as the transports are.
class NoticeRouter : public NoticeTransport {
 public:
  // Each may be null, and otherwise outlives the router.
  struct Transports {
    NoticeTransport* webhook = nullptr;
    NoticeTransport* push = nullptr;
    NoticeTransport* letter = nullptr;
  };

  explicit NoticeRouter(const Transports& transports) : transports_(transports) {}

  DeliveryResult Deliver(const NoticeAttempt& attempt) override;

 private:
  NoticeTransport* TransportOf(const v1::Delivery& way) const;

  const Transports transports_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_NOTICE_ROUTER_H_
