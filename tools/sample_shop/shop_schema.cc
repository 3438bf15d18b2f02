#include "sample_shop/shop_schema.h"

namespace dsr::sample_shop {

// `restricted` is 1 for what a law or a hold keeps, 2 for what the person asked to have restricted.
const Schema kShopSchema = {.application_id = 0x73686f70, .statements = R"(
CREATE TABLE accounts (
  account_id TEXT PRIMARY KEY,
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'closed')),
  tracking INTEGER NOT NULL DEFAULT 1 CHECK (tracking IN (0, 1))
) STRICT;

CREATE TABLE customers (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL UNIQUE REFERENCES accounts,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  email TEXT NOT NULL,
  registered_day TEXT NOT NULL,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE addresses (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  address TEXT NOT NULL,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  item TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  receiver TEXT NOT NULL,
  created_day TEXT NOT NULL,
  completed_day TEXT,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE payments (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  order_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  method TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  paid_day TEXT NOT NULL,
  completed_day TEXT,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE balances (
  account_id TEXT PRIMARY KEY REFERENCES accounts,
  balance_fen INTEGER NOT NULL CHECK (balance_fen >= 0)
) STRICT;

CREATE TABLE browsing (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  page TEXT NOT NULL,
  view_time TEXT NOT NULL,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE searches (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  words TEXT NOT NULL,
  search_time TEXT NOT NULL,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE consents (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('given', 'withdrawn')),
  change_time TEXT NOT NULL,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE reviews (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  item TEXT NOT NULL,
  stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
  words TEXT NOT NULL,
  written_day TEXT NOT NULL,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE recommendation_tags (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  tag TEXT NOT NULL,
  weight_percent INTEGER NOT NULL CHECK (weight_percent BETWEEN 0 AND 100),
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE decisions (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  kind TEXT NOT NULL CHECK (kind IN ('credit-line', 'coupon')),
  decided_by TEXT NOT NULL,
  inputs TEXT NOT NULL,
  result TEXT NOT NULL,
  result_in_force TEXT NOT NULL,
  decide_time TEXT NOT NULL,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1, 2))
) STRICT;

CREATE TABLE disclosures (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts,
  recipient TEXT NOT NULL,
  categories TEXT NOT NULL,
  disclose_time TEXT NOT NULL,
  purpose TEXT NOT NULL,
  method TEXT NOT NULL,
  basis TEXT NOT NULL,
  reference TEXT NOT NULL,
  authorisation_proof TEXT
) STRICT;

-- What was done for dsrd, so that a task that comes again gets the report it got before. Holds counts
-- and names only.
CREATE TABLE done_tasks (
  task TEXT PRIMARY KEY,
  result BLOB NOT NULL
) STRICT;

-- The bytes of uploads that have not been completed: an upload that is resumed goes on with the same
-- bytes, whatever has changed in between.
CREATE TABLE uploads (
  task TEXT NOT NULL,
  account_id TEXT NOT NULL,
  category TEXT NOT NULL,
  lines BLOB NOT NULL,
  PRIMARY KEY (task, category)
) STRICT;

-- Each serves "the rows of one account".
CREATE INDEX addresses_by_account ON addresses (account_id);
CREATE INDEX orders_by_account ON orders (account_id);
CREATE INDEX payments_by_account ON payments (account_id);
CREATE INDEX browsing_by_account ON browsing (account_id);
CREATE INDEX searches_by_account ON searches (account_id);
CREATE INDEX consents_by_account ON consents (account_id);
CREATE INDEX reviews_by_account ON reviews (account_id);
CREATE INDEX recommendation_tags_by_account ON recommendation_tags (account_id);
CREATE INDEX decisions_by_account ON decisions (account_id);
CREATE INDEX disclosures_by_account ON disclosures (account_id);

CREATE VIEW shop_customers AS SELECT * FROM customers WHERE restricted = 0;
CREATE VIEW shop_addresses AS SELECT * FROM addresses WHERE restricted = 0;
CREATE VIEW shop_orders AS SELECT * FROM orders WHERE restricted = 0;
CREATE VIEW shop_payments AS SELECT * FROM payments WHERE restricted = 0;
CREATE VIEW shop_browsing AS SELECT * FROM browsing WHERE restricted = 0;
CREATE VIEW shop_searches AS SELECT * FROM searches WHERE restricted = 0;
CREATE VIEW shop_consents AS SELECT * FROM consents WHERE restricted = 0;
CREATE VIEW shop_reviews AS SELECT * FROM reviews WHERE restricted = 0;
CREATE VIEW shop_recommendation_tags AS SELECT * FROM recommendation_tags WHERE restricted = 0;
CREATE VIEW shop_decisions AS SELECT * FROM decisions WHERE restricted = 0;
)"};

}  // namespace dsr::sample_shop
