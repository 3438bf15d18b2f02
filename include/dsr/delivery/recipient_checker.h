// Whether recipients can be reached: as the dispatcher has seen it, and by asking them now.
#ifndef DSR_DELIVERY_RECIPIENT_CHECKER_H_
#define DSR_DELIVERY_RECIPIENT_CHECKER_H_

#include "dsr/v1/registry.pb.h"
#include "dsr/v1/registry_service.pb.h"

namespace dsr {

// Thread-safe.
class RecipientChecker {
 public:
  virtual ~RecipientChecker() = default;

  // Fills in `reach`, the last failure and `consecutive_failures` for `health.recipient`, as seen
  // since the server started. Does not block.
  virtual void AddReach(v1::RecipientHealth& health) = 0;

  // Delivers a test notice, and one with a wrong signature, by `way`, one of the recipient's.
  // Stores nothing. Blocks as long as two deliveries, 40 s at most.
  virtual v1::TestRecipientResponse Test(const v1::Recipient& recipient,
                                         const v1::Delivery& way) = 0;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_RECIPIENT_CHECKER_H_
