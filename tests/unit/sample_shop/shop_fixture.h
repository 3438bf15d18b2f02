// A shop and its recipients in databases of a test's own.
#ifndef DSR_TESTS_UNIT_SAMPLE_SHOP_SHOP_FIXTURE_H_
#define DSR_TESTS_UNIT_SAMPLE_SHOP_SHOP_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/crypto.h"
#include "sample_shop/database.h"
#include "sample_shop/generator.h"
#include "sample_shop/personas.h"
#include "sample_shop/recipient_schema.h"
#include "sample_shop/shop_schema.h"
#include "sample_shop/show.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr::sample_shop {

// The instant at which every test's shop is.
inline absl::Time TestNow() {
  return absl::FromCivil(absl::CivilSecond(2026, 3, 1, 8, 0, 0), absl::UTCTimeZone());
}

// Two databases that belong together.
class TestShop {
 public:
  explicit TestShop(uint64_t seed = 7, int64_t customers = 0) {
    EXPECT_THAT(InitCrypto(), IsOk());
    shop_ = *Database::Create(dir_.File("shop.db"), kShopSchema);
    recipients_ = *Database::Create(dir_.File("recipients.db"), kRecipientSchema);
    EXPECT_THAT(
        Generate({.seed = seed, .customers = customers, .now = TestNow()}, *shop_, *recipients_),
        IsOk());
  }

  Database& shop() { return *shop_; }
  Database& recipients() { return *recipients_; }
  // Further connections, for threads.
  std::unique_ptr<Database> OpenShop() {
    return *Database::Open(dir_.File("shop.db"), kShopSchema);
  }
  std::unique_ptr<Database> OpenRecipients() {
    return *Database::Open(dir_.File("recipients.db"), kRecipientSchema);
  }
  std::string File(absl::string_view name) const { return dir_.File(name); }

  AccountView View(absl::string_view account) {
    return *ViewAccount(*shop_, *recipients_, account);
  }
  CategoryCount Count(absl::string_view account, absl::string_view category) {
    for (const CategoryCount& count : View(account).categories) {
      if (count.category == category) return count;
    }
    ADD_FAILURE() << "no category " << category;
    return {};
  }
  ShownRecipient Held(absl::string_view account, absl::string_view recipient) {
    for (const ShownRecipient& held : View(account).recipients) {
      if (held.recipient == recipient) return held;
    }
    ADD_FAILURE() << "nothing was disclosed to " << recipient;
    return {};
  }

 private:
  TempDir dir_;
  std::unique_ptr<Database> shop_;
  std::unique_ptr<Database> recipients_;
};

// The persona of this name.
inline const Persona& PersonaNamed(absl::string_view name) {
  for (const Persona& persona : Personas()) {
    if (persona.name == name) return persona;
  }
  ADD_FAILURE() << "no persona " << name;
  return Personas().front();
}

}  // namespace dsr::sample_shop

#endif  // DSR_TESTS_UNIT_SAMPLE_SHOP_SHOP_FIXTURE_H_
