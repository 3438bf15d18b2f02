#include "sample_shop/generator.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sample_shop/customer_plan.h"
#include "sample_shop/personas.h"
#include "unit/sample_shop/shop_fixture.h"

namespace dsr::sample_shop {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// All rows of all tables.
std::string Dump(Database& database) {
  std::string dump;
  EXPECT_THAT(database.Transact([&](SQLite::Database& db) {
    SQLite::Statement tables(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1");
    while (tables.executeStep()) {
      SQLite::Statement rows(db, "SELECT * FROM " + tables.getColumn(0).getString());
      while (rows.executeStep()) {
        for (int i = 0; i < rows.getColumnCount(); ++i) {
          dump += rows.getColumn(i).getString() + "|";
        }
        dump += "\n";
      }
    }
    return absl::OkStatus();
  }),
              IsOk());
  return dump;
}

int64_t Number(Database& database, const std::string& sql) {
  int64_t number = -1;
  EXPECT_THAT(database.Transact([&](SQLite::Database& db) {
    number = QueryNumber(db, sql);
    return absl::OkStatus();
  }),
              IsOk());
  return number;
}

TEST(GeneratorTest, GivesTheSameDataForTheSameSeed) {
  TestShop first(42, 30);
  TestShop second(42, 30);

  EXPECT_EQ(Dump(first.shop()), Dump(second.shop()));
  EXPECT_EQ(Dump(first.recipients()), Dump(second.recipients()));
}

TEST(GeneratorTest, GivesOtherDataForAnotherSeed) {
  TestShop first(42, 30);
  TestShop second(43, 30);

  EXPECT_NE(Dump(first.shop()), Dump(second.shop()));
}

TEST(GeneratorTest, MakesAsManyCustomersAsAskedPersonasIncluded) {
  TestShop shop(7, 50);

  EXPECT_EQ(Number(shop.shop(), "SELECT count(*) FROM customers"), 50);
}

TEST(GeneratorTest, MakesOrdersOnBothSidesOfThreeYearsAndSomeOpenOnes) {
  TestShop shop(7, 50);

  EXPECT_GT(Number(shop.shop(), "SELECT count(*) FROM orders WHERE completed_day < '2023-03-01'"),
            0);
  EXPECT_GT(Number(shop.shop(), "SELECT count(*) FROM orders WHERE completed_day > '2023-03-01'"),
            0);
  EXPECT_GT(Number(shop.shop(), "SELECT count(*) FROM orders WHERE completed_day IS NULL"), 1);
}

TEST(GeneratorTest, DatesEveryDisclosureBeforeNow) {
  TestShop shop(7, 50);

  EXPECT_EQ(
      Number(shop.shop(),
             "SELECT count(*) FROM disclosures WHERE disclose_time >= '2026-03-01T08:00:00Z'"),
      0);
}

TEST(GeneratorTest, NeverGivesAnEntrustedProcessorAnAuthorisationOfTheSubjects) {
  TestShop shop(7, 200);

  EXPECT_GT(
      Number(shop.shop(), "SELECT count(*) FROM disclosures WHERE authorisation_proof IS NOT NULL"),
      0);
  EXPECT_EQ(Number(shop.shop(),
                   "SELECT count(*) FROM disclosures WHERE authorisation_proof IS NOT NULL "
                   "AND recipient = 'logistics'"),
            0);
}

TEST(GeneratorTest, GivesEveryCustomerAReferenceOfTheRecipientsOwn) {
  TestShop shop(7, 50);

  EXPECT_EQ(Number(shop.recipients(), "SELECT count(*) FROM payment WHERE reference LIKE '%u-1%'"),
            0);
  EXPECT_GT(Number(shop.recipients(), "SELECT count(*) FROM payment WHERE reference LIKE 'pay-%'"),
            0);
}

TEST(GeneratorTest, RefusesToOverwriteADatabase) {
  TestShop shop;

  EXPECT_THAT(Database::Create(shop.File("shop.db"), kShopSchema),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST(GeneratorTest, RefusesToOpenADatabaseOfAnotherKind) {
  TestShop shop;

  EXPECT_THAT(Database::Open(shop.File("shop.db"), kRecipientSchema),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(PersonasTest, HaveTheFixedAccountsTheDemonstrationNames) {
  std::set<std::string> accounts;
  for (const Persona& persona : Personas()) accounts.insert(persona.plan.account);

  EXPECT_THAT(Personas(), SizeIs(8));
  EXPECT_THAT(accounts, UnorderedElementsAre("u-100001", "u-100002", "u-100003", "u-100004",
                                             "u-100005", "u-100006", "u-100007", "u-100008"));
}

TEST(PersonasTest, DeletionHasOldAndYoungOrdersAndAllFourRecipients) {
  TestShop shop;
  const AccountView view = shop.View(PersonaNamed("deletion").plan.account);

  EXPECT_EQ(shop.Count(view.account, "orders").live, 4);
  EXPECT_GT(shop.Count(view.account, "browsing").live, 0);
  EXPECT_EQ(view.open_orders, 0);
  EXPECT_THAT(view.recipients, SizeIs(4));
  EXPECT_EQ(Number(shop.shop(),
                   "SELECT count(*) FROM disclosures WHERE account_id = 'u-100004' AND "
                   "recipient = 'ad-partner' AND authorisation_proof IS NOT NULL"),
            1);
}

TEST(PersonasTest, CorrectionHoldsTheWrongValuesTheWishesName) {
  TestShop shop;
  const Persona& persona = PersonaNamed("correction");
  const AccountView view = shop.View(persona.plan.account);

  ASSERT_THAT(persona.corrections, SizeIs(2));
  EXPECT_EQ(view.phone, persona.corrections[0].present_value);
  EXPECT_EQ(view.addresses[0], persona.corrections[1].present_value);
}

TEST(PersonasTest, CancellationHasExactlyOneOpenOrderAndNoBalance) {
  TestShop shop;
  const AccountView view = shop.View(PersonaNamed("cancellation").plan.account);

  EXPECT_EQ(view.open_orders, 1);
  EXPECT_EQ(view.balance_fen, 0);
}

TEST(PersonasTest, DecisionWasRejectedByTheCreditModel) {
  TestShop shop;
  const AccountView view = shop.View(PersonaNamed("decision").plan.account);

  ASSERT_THAT(view.decisions, SizeIs(1));
  EXPECT_EQ(view.decisions[0].id, "dec-credit-100006");
  EXPECT_EQ(view.decisions[0].result_in_force, "rejected");
}

TEST(PersonasTest, UnknownAccountIsNoCustomer) {
  TestShop shop;
  const AccountView view = shop.View(kUnknownAccount);

  EXPECT_EQ(view.state, "unknown");
  EXPECT_THAT(view.recipients, IsEmpty());
}

TEST(PersonasTest, AreListedAsJson) {
  google::protobuf::Struct json;

  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(PersonasAsJson(), &json).ok());
  EXPECT_EQ(json.fields_size(), 9);
  const auto& decision = json.fields().at("decision").struct_value();
  EXPECT_EQ(decision.fields().at("decision").string_value(), "dec-credit-100006");
}

TEST(ShowTest, GivesJsonThatParses) {
  TestShop shop;
  google::protobuf::Struct json;

  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(ViewAsJson(shop.View("u-100004")), &json).ok());
  const auto& orders = json.fields().at("categories").struct_value().fields().at("orders");
  EXPECT_EQ(orders.struct_value().fields().at("live").number_value(), 4);
}

}  // namespace
}  // namespace dsr::sample_shop
