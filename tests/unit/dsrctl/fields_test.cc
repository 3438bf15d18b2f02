#include "dsrctl/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsr/v1/notice_service.pb.h"
#include "dsr/v1/registry_service.pb.h"
#include "dsr/v1/report_service.pb.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/v1/task_service.pb.h"
#include "testing/status_matchers.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

absl::TimeZone Shanghai() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Asia/Shanghai", &zone));
  return zone;
}

TEST(SetFieldTest, SetsTextNumbersAndBooleans) {
  v1::ListRequestsRequest request;

  EXPECT_THAT(SetField(request, "type", "deletion", Shanghai()), IsOk());
  EXPECT_THAT(SetField(request, "page_size", "20", Shanghai()), IsOk());
  EXPECT_THAT(SetField(request, "open_by_due_time", "true", Shanghai()), IsOk());

  EXPECT_EQ(request.type(), "deletion");
  EXPECT_EQ(request.page_size(), 20);
  EXPECT_TRUE(request.open_by_due_time());
}

TEST(SetFieldTest, TakesEnumValuesInShort) {
  v1::ProposeRefusalRequest request;

  for (const char* text : {"no-data-held", "NO_DATA_HELD", "REFUSAL_GROUND_NO_DATA_HELD"}) {
    request.Clear();
    EXPECT_THAT(SetField(request, "ground", text, Shanghai()), IsOk()) << text;
    EXPECT_EQ(request.ground(), v1::REFUSAL_GROUND_NO_DATA_HELD) << text;
  }
}

TEST(SetFieldTest, NamesTheValuesOfAnEnumWhenItRefusesOne) {
  v1::ReviewDecisionRequest request;

  EXPECT_THAT(
      SetField(request, "outcome", "maybe", Shanghai()),
      StatusIs(absl::StatusCode::kInvalidArgument, "takes one of: upheld, changed, overturned"));
  EXPECT_THAT(SetField(request, "outcome", "unspecified", Shanghai()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(SetFieldTest, TakesADayAsItsMidnightInTheZone) {
  v1::GetSlaReportRequest request;

  ASSERT_THAT(SetField(request, "from_time", "2026-02-10", Shanghai()), IsOk());
  ASSERT_THAT(SetField(request, "to_time", "2026-02-10T00:00:00.5Z", Shanghai()), IsOk());

  EXPECT_EQ(request.from_time().seconds(), 1770652800);  // 2026-02-09T16:00:00Z
  EXPECT_EQ(request.to_time().seconds(), 1770681600);
  EXPECT_EQ(request.to_time().nanos(), 500'000'000);
}

TEST(SetFieldTest, SetsDurationsDaysAndMasks) {
  v1::LeaseTasksRequest lease;
  v1::ObjectToNoticeRequest objection;
  v1::UpdateRecipientRequest update;

  ASSERT_THAT(SetField(lease, "lease", "1m30s", Shanghai()), IsOk());
  ASSERT_THAT(SetField(objection, "objection.until", "2031-12-31", Shanghai()), IsOk());
  ASSERT_THAT(SetField(update, "update_mask", "title,delivery", Shanghai()), IsOk());

  EXPECT_EQ(lease.lease().seconds(), 90);
  EXPECT_EQ(objection.objection().until().year(), 2031);
  EXPECT_EQ(objection.objection().until().day(), 31);
  EXPECT_THAT(update.update_mask().paths(), ElementsAre("title", "delivery"));
}

TEST(SetFieldTest, AddsToRepeatedFields) {
  v1::Request request;

  ASSERT_THAT(SetField(request, "categories", "orders", Shanghai()), IsOk());
  ASSERT_THAT(SetField(request, "categories", "browsing", Shanghai()), IsOk());

  EXPECT_THAT(request.categories(), ElementsAre("orders", "browsing"));
}

TEST(SetFieldTest, DoesNotQuoteWhatItRefuses) {
  v1::GetSlaReportRequest request;

  EXPECT_THAT(SetField(request, "from_time", "13800138000", Shanghai()),
              StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("13800138000"))));
  EXPECT_THAT(SetField(request, "from_time", "2026-02-30", Shanghai()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(FieldTextTest, ShowsInstantsInTheZone) {
  v1::Request request;
  request.mutable_due_time()->set_seconds(1772035200);

  EXPECT_EQ(FieldText(request, "due_time", Shanghai()), "2026-02-26T00:00:00+08:00");
  EXPECT_EQ(FieldText(request, "breach_time", Shanghai()), "");
}

TEST(FieldTextTest, ShowsEnumsListsMapsAndDays) {
  v1::Request request;
  request.set_phase(v1::PHASE_FOLLOW_UP);
  request.add_categories("orders");
  request.add_categories("browsing");
  request.mutable_last_day()->set_year(2026);
  request.mutable_last_day()->set_month(2);
  request.mutable_last_day()->set_day(5);
  request.add_outcomes();
  v1::RequestEvent event;
  (*event.mutable_details())["b"] = "2";
  (*event.mutable_details())["a"] = "1";

  EXPECT_EQ(FieldText(request, "phase", Shanghai()), "follow-up");
  EXPECT_EQ(FieldText(request, "verified_level", Shanghai()), "");
  EXPECT_EQ(FieldText(request, "categories", Shanghai()), "orders,browsing");
  EXPECT_EQ(FieldText(request, "last_day", Shanghai()), "2026-02-05");
  EXPECT_EQ(FieldText(request, "outcomes", Shanghai()), "1");
  EXPECT_EQ(FieldText(event, "details", Shanghai()), "a=1 b=2");
}

TEST(FieldTextTest, ShowsAnEnumValueOfANewerServerAsItsNumber) {
  v1::Request request;
  request.set_phase(static_cast<v1::Phase>(77));

  EXPECT_EQ(FieldText(request, "phase", Shanghai()), "77");
}

TEST(AllFieldsTest, ATimeThatIsNotThereIsEmptyAndNot1970) {
  v1::Request request;
  EXPECT_EQ(FieldText(request, "due_time", Shanghai()), "");

  request.mutable_due_time();

  EXPECT_EQ(FieldText(request, "due_time", Shanghai()), "");
}

TEST(AllFieldsTest, SaysNothingOfAnEmptyMessageThatIsNoChoice) {
  v1::Request request;
  request.set_name("requests/1");
  request.mutable_progress();

  EXPECT_THAT(AllFields(request, Shanghai()), ElementsAre(Pair("name", "requests/1")));
}

TEST(AllFieldsTest, ListsWhatIsSetWithItsPath) {
  v1::Recipient recipient;
  recipient.set_name("recipients/ads");
  recipient.mutable_delivery()->mutable_pull();
  v1::Request request;
  request.mutable_progress()->set_tasks_open(2);
  request.add_outcomes()->set_category("orders");

  EXPECT_THAT(AllFields(recipient, Shanghai()),
              ElementsAre(Pair("name", "recipients/ads"), Pair("delivery.pull", "set")));
  EXPECT_THAT(AllFields(request, Shanghai()),
              AllOf(Contains(Pair("progress.tasks_open", "2")),
                    Contains(Pair("outcomes[0].category", "orders"))));
}

}  // namespace
}  // namespace dsr::dsrctl
