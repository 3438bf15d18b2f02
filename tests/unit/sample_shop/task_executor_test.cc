#include "sample_shop/task_executor.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "sample_shop/account_tasks.h"
#include "sample_shop/shop_day.h"
#include "unit/sample_shop/shop_fixture.h"

namespace dsr::sample_shop {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TaskExecutorTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::TaskResult> Execute(absl::string_view system, const v1::Task& task) {
    TaskExecutor executor(*FindSystem(system), shop_.shop(), clock_);
    return executor.Execute(task);
  }

  static v1::Task Task(v1::TaskKind kind, absl::string_view account,
                       absl::string_view id = "task-1") {
    v1::Task task;
    task.set_name("requests/r/tasks/" + std::string(id));
    task.set_kind(kind);
    task.set_subject_account(std::string(account));
    return task;
  }

  // Orders of the deletion persona: completed 1400, 1300, 400 and 30 days before the test's now.
  static v1::Task EraseOrders(absl::string_view id = "task-1") {
    v1::Task task = Task(v1::TASK_KIND_ERASE, "u-100004", id);
    v1::PlanItem* item = task.add_instructions();
    item->set_category("orders");
    item->set_system("systems/orders");
    item->set_action(v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST);
    *item->mutable_erase_anchored_until() = ToDate("2023-03-01");
    return task;
  }

  TestShop shop_;
  SimulatedClock clock_{TestNow()};
};

TEST_F(TaskExecutorTest, ErasesAllRecordsOfACategoryThatNoLawKeeps) {
  v1::Task task = Task(v1::TASK_KIND_ERASE, "u-100004");
  v1::PlanItem* item = task.add_instructions();
  item->set_category("browsing");
  item->set_action(v1::RETENTION_ACTION_ERASE);

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("browsing", task));

  ASSERT_THAT(result.categories(), SizeIs(1));
  EXPECT_EQ(result.categories(0).records(), 12);
  EXPECT_THAT(result.categories(0).retained(), IsEmpty());
  EXPECT_EQ(shop_.Count("u-100004", "browsing").live, 0);
  EXPECT_EQ(shop_.Count("u-100004", "search").live, 6);
  EXPECT_EQ(shop_.Count("u-100002", "browsing").live, 12);
}

TEST_F(TaskExecutorTest, ErasesExpiredOrdersAndRestrictsTheOthersByAnchorDay) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("orders", EraseOrders()));

  ASSERT_THAT(result.categories(), SizeIs(1));
  EXPECT_EQ(result.categories(0).records(), 2);
  ASSERT_THAT(result.categories(0).retained(), SizeIs(2));
  EXPECT_EQ(DayText(result.categories(0).retained(0).anchor_day()), "2025-01-25");
  EXPECT_EQ(DayText(result.categories(0).retained(1).anchor_day()), "2026-01-30");
  EXPECT_EQ(result.categories(0).retained(0).records(), 1);
  EXPECT_EQ(shop_.Count("u-100004", "orders").live, 0);
  EXPECT_EQ(shop_.Count("u-100004", "orders").restricted, 2);
}

TEST_F(TaskExecutorTest, ErasesARecordAnchoredOnTheVeryDay) {
  v1::Task task = EraseOrders();
  *task.mutable_instructions(0)->mutable_erase_anchored_until() = ToDate("2025-01-25");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("orders", task));

  EXPECT_EQ(result.categories(0).records(), 3);
}

TEST_F(TaskExecutorTest, CountsAnOpenOrderFromToday) {
  v1::Task task = EraseOrders();
  task.set_subject_account("u-100005");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("orders", task));

  const auto& retained = result.categories(0).retained();
  ASSERT_FALSE(retained.empty());
  EXPECT_EQ(DayText(retained[retained.size() - 1].anchor_day()), "2026-03-01");
}

TEST_F(TaskExecutorTest, TouchesOnlyRestrictedRecordsWhenTheyAloneAreMeant) {
  ASSERT_THAT(Execute("orders", EraseOrders()), IsOk());
  ASSERT_THAT(shop_.shop().Transact([](SQLite::Database& db) {
    sample_shop::Execute(db,
                         "INSERT INTO orders (id, account_id, item, amount_fen, receiver, "
                         "created_day, completed_day) VALUES ('ord-new', 'u-100004', 'x', 1, 'y', "
                         "'2020-01-01', '2020-01-02')");
    return absl::OkStatus();
  }),
              IsOk());
  v1::Task task = EraseOrders("task-2");
  task.set_retained_only(true);
  *task.mutable_instructions(0)->mutable_erase_anchored_until() = ToDate("2025-01-25");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("orders", task));

  EXPECT_EQ(result.categories(0).records(), 1);
  ASSERT_THAT(result.categories(0).retained(), SizeIs(1));
  EXPECT_EQ(shop_.Count("u-100004", "orders").live, 1);
  EXPECT_EQ(shop_.Count("u-100004", "orders").restricted, 1);
}

TEST_F(TaskExecutorTest, ErasesNothingWhenTheActionIsNotNamed) {
  v1::Task task = EraseOrders();
  task.mutable_instructions(0)->set_action(v1::RETENTION_ACTION_UNSPECIFIED);

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("orders", task));

  EXPECT_EQ(result.categories(0).records(), 0);
  EXPECT_EQ(shop_.Count("u-100004", "orders").live, 4);
}

TEST_F(TaskExecutorTest, GivesARepeatedTaskTheSameReportAndNoSecondEffect) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult first, Execute("orders", EraseOrders()));
  clock_.Advance(absl::Hours(24 * 400));

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult second, Execute("orders", EraseOrders()));

  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(shop_.Count("u-100004", "orders").restricted, 2);
}

TEST_F(TaskExecutorTest, RefusesACategoryOfAnotherSystemAndErasesNothing) {
  v1::Task task = EraseOrders();
  task.add_instructions()->set_category("browsing");

  EXPECT_THAT(Execute("orders", task), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(shop_.Count("u-100004", "orders").live, 4);
}

TEST_F(TaskExecutorTest, RefusesAKindTheSystemDoesNotCarryOut) {
  EXPECT_THAT(Execute("orders", Task(v1::TASK_KIND_CLOSE_ACCOUNT, "u-100004")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(TaskExecutorTest, CollectsOneJsonObjectALine) {
  v1::Task task = Task(v1::TASK_KIND_COLLECT, "u-100001");
  task.add_categories("account");
  task.add_categories("addresses");
  TaskExecutor executor(*FindSystem("profile"), shop_.shop(), clock_);

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, executor.Execute(task));
  DSR_ASSERT_OK_AND_ASSIGN(const std::string lines,
                           executor.StagedUpload(task.name(), "addresses"));

  ASSERT_THAT(result.categories(), SizeIs(2));
  EXPECT_EQ(result.categories(1).records(), 2);
  const std::vector<std::string> records = absl::StrSplit(lines, '\n', absl::SkipEmpty());
  ASSERT_THAT(records, SizeIs(2));
  google::protobuf::Struct json;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(records[0], &json).ok());
  EXPECT_THAT(json.fields().at("address").string_value(), HasSubstr("示例路"));
}

TEST_F(TaskExecutorTest, UploadsTheSameBytesAgainThoughTheDataChanged) {
  v1::Task task = Task(v1::TASK_KIND_COLLECT, "u-100001");
  task.add_categories("account");
  TaskExecutor executor(*FindSystem("profile"), shop_.shop(), clock_);
  ASSERT_THAT(executor.Execute(task), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const std::string first, executor.StagedUpload(task.name(), "account"));
  ASSERT_THAT(shop_.shop().Transact([](SQLite::Database& db) {
    sample_shop::Execute(db, "UPDATE customers SET phone = 'changed'");
    return absl::OkStatus();
  }),
              IsOk());

  ASSERT_THAT(executor.Execute(task), IsOk());

  EXPECT_THAT(executor.StagedUpload(task.name(), "account"), IsOkAndHolds(first));
}

TEST_F(TaskExecutorTest, DropsStagedBytesWhenTheirDataAreErased) {
  v1::Task collect = Task(v1::TASK_KIND_COLLECT, "u-100004", "collect");
  collect.add_categories("orders");
  TaskExecutor executor(*FindSystem("orders"), shop_.shop(), clock_);
  ASSERT_THAT(executor.Execute(collect), IsOk());
  ASSERT_THAT(executor.StagedUpload(collect.name(), "orders"), IsOk());

  ASSERT_THAT(executor.Execute(EraseOrders("erase")), IsOk());

  EXPECT_THAT(executor.StagedUpload(collect.name(), "orders"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(TaskExecutorTest, StillProvidesRestrictedRecordsAndMarksThem) {
  ASSERT_THAT(Execute("orders", EraseOrders()), IsOk());
  v1::Task task = Task(v1::TASK_KIND_COLLECT, "u-100004", "task-2");
  task.add_categories("orders");
  TaskExecutor executor(*FindSystem("orders"), shop_.shop(), clock_);

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, executor.Execute(task));
  DSR_ASSERT_OK_AND_ASSIGN(const std::string lines, executor.StagedUpload(task.name(), "orders"));

  EXPECT_EQ(result.categories(0).records(), 2);
  EXPECT_THAT(lines, HasSubstr(R"("restricted":true)"));
}

TEST_F(TaskExecutorTest, ReportsNoCategoryThatHoldsNothing) {
  v1::Task task = Task(v1::TASK_KIND_COLLECT, kUnknownAccount);
  task.add_categories("orders");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("orders", task));

  EXPECT_THAT(result.categories(), IsEmpty());
}

TEST_F(TaskExecutorTest, CorrectsTheRecordThatHoldsThePresentValue) {
  v1::Task task = Task(v1::TASK_KIND_CORRECT, "u-100003");
  for (const WishedCorrection& wish : PersonaNamed("correction").corrections) {
    v1::FieldCorrection* correction = task.add_corrections();
    correction->set_category(wish.category);
    correction->set_field(wish.field);
    correction->set_present_value(wish.present_value);
    correction->set_proposed_value(wish.proposed_value);
  }
  const std::string second_address = shop_.View("u-100003").addresses[1];

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("profile", task));

  const AccountView view = shop_.View("u-100003");
  EXPECT_EQ(view.phone, "+86 100 0000 0003");
  EXPECT_EQ(view.addresses[0], "杭州市西湖区新址路33号");
  EXPECT_EQ(view.addresses[1], second_address);
  ASSERT_THAT(result.categories(), SizeIs(2));
  EXPECT_EQ(result.categories(0).records(), 1);
}

TEST_F(TaskExecutorTest, RefusesToCorrectAFieldTheShopDoesNotHave) {
  v1::Task task = Task(v1::TASK_KIND_CORRECT, "u-100003");
  v1::FieldCorrection* correction = task.add_corrections();
  correction->set_category("account");
  correction->set_field("shoe-size");
  correction->set_proposed_value("42");

  EXPECT_THAT(Execute("profile", task), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(TaskExecutorTest, ReportsTheContactPointOnFile) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result,
                           Execute("profile", Task(v1::TASK_KIND_RESOLVE_CONTACT, "u-100001")));

  EXPECT_EQ(result.contact().channel(), "email");
  EXPECT_EQ(result.contact().address(), "wang.fang@example.com");
}

TEST_F(TaskExecutorTest, ReportsNoContactForAnUnknownAccount) {
  DSR_ASSERT_OK_AND_ASSIGN(
      const v1::TaskResult result,
      Execute("profile", Task(v1::TASK_KIND_RESOLVE_CONTACT, kUnknownAccount)));

  EXPECT_FALSE(result.has_contact());
}

TEST_F(TaskExecutorTest, ReportsAnOpenOrderUntilItIsCompleted) {
  const v1::Task task = Task(v1::TASK_KIND_CHECK_BLOCKERS, "u-100005");
  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult before, Execute("orders", task));

  ASSERT_THAT(shop_.shop().Transact([](SQLite::Database& db) {
    ClearBlockers(db, "u-100005", absl::CivilDay(2026, 3, 1));
    return absl::OkStatus();
  }),
              IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult after, Execute("orders", task));

  ASSERT_THAT(before.blockers(), SizeIs(1));
  EXPECT_EQ(before.blockers(0).kind(), "open-order");
  EXPECT_THAT(after.blockers(), IsEmpty());
}

TEST_F(TaskExecutorTest, ReportsABalanceThatIsLeft) {
  ASSERT_THAT(shop_.shop().Transact([](SQLite::Database& db) {
    sample_shop::Execute(db,
                         "UPDATE balances SET balance_fen = 1205 WHERE account_id = 'u-100005'");
    return absl::OkStatus();
  }),
              IsOk());

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result,
                           Execute("payments", Task(v1::TASK_KIND_CHECK_BLOCKERS, "u-100005")));

  ASSERT_THAT(result.blockers(), SizeIs(1));
  EXPECT_EQ(result.blockers(0).kind(), "balance");
  EXPECT_THAT(result.blockers(0).description(), HasSubstr("CNY 12.05"));
}

TEST_F(TaskExecutorTest, DoesNotCloseAnAccountWithWhatCameUpSinceTheCheck) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result,
                           Execute("profile", Task(v1::TASK_KIND_CLOSE_ACCOUNT, "u-100005")));

  EXPECT_FALSE(result.blockers().empty());
  EXPECT_EQ(shop_.View("u-100005").state, "active");
}

TEST_F(TaskExecutorTest, ShowsAgainWhatWasRestrictedOnRequestAndNothingThatALawKeeps) {
  ASSERT_THAT(Execute("orders", EraseOrders("task-1")), IsOk());
  const int kept = shop_.Count("u-100004", "orders").restricted;
  v1::Task restrict = Task(v1::TASK_KIND_RESTRICT, "u-100004", "task-2");
  restrict.add_categories("browsing");
  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult restricted, Execute("browsing", restrict));
  EXPECT_EQ(restricted.categories(0).records(), 12);
  EXPECT_EQ(shop_.Count("u-100004", "browsing").live, 0);
  EXPECT_EQ(shop_.Count("u-100004", "browsing").restricted, 12);

  v1::Task lift = Task(v1::TASK_KIND_LIFT_RESTRICTION, "u-100004", "task-3");
  lift.add_categories("browsing");
  ASSERT_THAT(Execute("browsing", lift), IsOk());
  lift.set_name("requests/r/tasks/task-4");
  lift.mutable_categories()->Clear();
  lift.add_categories("orders");
  ASSERT_THAT(Execute("orders", lift), IsOk());

  EXPECT_EQ(shop_.Count("u-100004", "browsing").live, 12);
  EXPECT_EQ(shop_.Count("u-100004", "orders").restricted, kept);
}

TEST_F(TaskExecutorTest, RestrictsAllThatAHoldCoversAndReportsIt) {
  v1::Task task = Task(v1::TASK_KIND_ERASE, "u-100004");
  v1::PlanItem* item = task.add_instructions();
  item->set_category("browsing");
  item->set_action(v1::RETENTION_ACTION_RESTRICT);

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult result, Execute("browsing", task));

  EXPECT_EQ(result.categories(0).records(), 0);
  ASSERT_THAT(result.categories(0).retained(), SizeIs(1));
  EXPECT_EQ(result.categories(0).retained(0).records(), 12);
  EXPECT_EQ(shop_.Count("u-100004", "browsing").restricted, 12);
}

TEST_F(TaskExecutorTest, ClosesTheAccountForGood) {
  ASSERT_THAT(shop_.shop().Transact([](SQLite::Database& db) {
    ClearBlockers(db, "u-100005", absl::CivilDay(2026, 3, 2));
    return absl::OkStatus();
  }),
              IsOk());
  ASSERT_THAT(Execute("browsing", Task(v1::TASK_KIND_CLOSE_ACCOUNT, "u-100005", "task-1")), IsOk());
  EXPECT_EQ(shop_.View("u-100005").state, "active");
  EXPECT_FALSE(shop_.View("u-100005").is_tracked);

  ASSERT_THAT(Execute("profile", Task(v1::TASK_KIND_CLOSE_ACCOUNT, "u-100005", "task-2")), IsOk());

  EXPECT_EQ(shop_.View("u-100005").state, "closed");
}

TEST_F(TaskExecutorTest, GivesTheDecisionRecordToItsOwnSubjectOnly) {
  v1::Task own = Task(v1::TASK_KIND_FETCH_DECISION, "u-100006");
  own.set_decision_id("dec-credit-100006");
  v1::Task foreign = own;
  foreign.set_subject_account("u-100001");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult found, Execute("recommendation", own));
  DSR_ASSERT_OK_AND_ASSIGN(const v1::TaskResult refused, Execute("recommendation", foreign));

  EXPECT_EQ(found.decision().decided_by(), "credit-model-3");
  google::protobuf::Struct json;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(found.decision().record(), &json).ok());
  EXPECT_EQ(json.fields().at("result_in_force").string_value(), "rejected");
  EXPECT_FALSE(refused.has_decision());
}

TEST_F(TaskExecutorTest, PutsTheReviewsOutcomeInForce) {
  v1::Task task = Task(v1::TASK_KIND_APPLY_REMEDY, "u-100006");
  task.set_decision_id("dec-credit-100006");
  const auto apply = [&](v1::ReviewOutcome outcome, absl::string_view id) {
    task.set_name("requests/r/tasks/" + std::string(id));
    task.set_review_outcome(outcome);
    EXPECT_THAT(Execute("recommendation", task), IsOk());
    return shop_.View("u-100006").decisions[0].result_in_force;
  };

  EXPECT_EQ(apply(v1::REVIEW_OUTCOME_OVERTURNED, "a"), "approved");
  EXPECT_EQ(apply(v1::REVIEW_OUTCOME_CHANGED, "b"), "approved-in-part");
  EXPECT_EQ(apply(v1::REVIEW_OUTCOME_UPHELD, "c"), "rejected");
}

TEST_F(TaskExecutorTest, RefusesARemedyForAForeignDecision) {
  v1::Task task = Task(v1::TASK_KIND_APPLY_REMEDY, "u-100001");
  task.set_decision_id("dec-credit-100006");
  task.set_review_outcome(v1::REVIEW_OUTCOME_OVERTURNED);

  EXPECT_THAT(Execute("recommendation", task), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(shop_.View("u-100006").decisions[0].result_in_force, "rejected");
}

TEST_F(TaskExecutorTest, KeepsABalanceWhenPaymentsAreErased) {
  ASSERT_THAT(shop_.shop().Transact([](SQLite::Database& db) {
    sample_shop::Execute(db, "UPDATE balances SET balance_fen = 500 WHERE account_id = 'u-100004'");
    return absl::OkStatus();
  }),
              IsOk());
  v1::Task task = Task(v1::TASK_KIND_ERASE, "u-100004");
  task.add_instructions()->set_category("payments");
  task.mutable_instructions(0)->set_action(v1::RETENTION_ACTION_ERASE);

  ASSERT_THAT(Execute("payments", task), IsOk());

  EXPECT_EQ(shop_.Count("u-100004", "payments").live, 0);
  EXPECT_EQ(shop_.View("u-100004").balance_fen, 500);
}

}  // namespace
}  // namespace dsr::sample_shop
