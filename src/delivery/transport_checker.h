// Tells how recipients are reached, and tests whether they check signatures.
#ifndef DSR_DELIVERY_TRANSPORT_CHECKER_H_
#define DSR_DELIVERY_TRANSPORT_CHECKER_H_

#include "delivery/recipient_circuits.h"
#include "dsr/base/clock.h"
#include "dsr/delivery/recipient_checker.h"

namespace dsr {

// By the transports that notices go by. Thread-safe.
class TransportChecker : public RecipientChecker {
 public:
  // Both outlive this.
  TransportChecker(RecipientCircuits& circuits, const Clock& clock)
      : circuits_(circuits), clock_(clock) {}

  void AddReach(v1::RecipientHealth& health) override;
  v1::TestRecipientResponse Test(const v1::Recipient& recipient, const v1::Delivery& way) override;

 private:
  RecipientCircuits& circuits_;
  const Clock& clock_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_TRANSPORT_CHECKER_H_
