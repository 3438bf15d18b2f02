#include "sample_shop/recipient_schema.h"

namespace dsr::sample_shop {

const Schema kRecipientSchema = {.application_id = 0x72637074, .statements = R"(
CREATE TABLE payment (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL,
  category TEXT NOT NULL,
  name TEXT, phone TEXT, email TEXT, address TEXT, details TEXT
) STRICT;
CREATE TABLE logistics (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL,
  category TEXT NOT NULL,
  name TEXT, phone TEXT, email TEXT, address TEXT, details TEXT
) STRICT;
CREATE TABLE overseas_seller (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL,
  category TEXT NOT NULL,
  name TEXT, phone TEXT, email TEXT, address TEXT, details TEXT
) STRICT;
CREATE TABLE ad_partner (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL,
  category TEXT NOT NULL,
  name TEXT, phone TEXT, email TEXT, address TEXT, details TEXT
) STRICT;

-- Each serves "what is held under this reference".
CREATE INDEX payment_by_reference ON payment (reference);
CREATE INDEX logistics_by_reference ON logistics (reference);
CREATE INDEX overseas_seller_by_reference ON overseas_seller (reference);
CREATE INDEX ad_partner_by_reference ON ad_partner (reference);

-- 'received': to be carried out. 'acted': carried out, to be reported. 'ended': reported, or of no
-- further use.
CREATE TABLE notices (
  notice TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'acted', 'ended')),
  records INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Serves "what is still to be done by this recipient".
CREATE INDEX open_notices ON notices (recipient) WHERE state != 'ended';
)"};

}  // namespace dsr::sample_shop
