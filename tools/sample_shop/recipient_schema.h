// The database of the recipients: what they hold, and the notices they were sent.
#ifndef DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_SCHEMA_H_
#define DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_SCHEMA_H_

#include "sample_shop/database.h"

namespace dsr::sample_shop {

// One table for each recipient, keyed by the recipient's own reference for the subject: no
// recipient knows the shop's account ids.
extern const Schema kRecipientSchema;

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_SCHEMA_H_
