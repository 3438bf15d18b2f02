#include "app/reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::SizeIs;

class ReporterTest : public ::testing::Test {
 protected:
  v1::SlaReport Report(SlaQuery query) {
    v1::SlaReport report;
    query.zone = absl::FixedTimeZone(8 * 60 * 60);
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(report, MakeSlaReport(view, query));
      return absl::OkStatus();
    }),
                IsOk());
    return report;
  }

  void Withdraw(const RequestId& id) {
    ASSERT_THAT(world_.Execute(id, WithdrawRequest{}, world_.As("caseworker")), IsOk());
  }

  // Files a question and answers it after so many hours.
  void AnswerAfter(int hours) {
    const absl::Time filed_at = world_.clock.Now();
    storage::v1::RequestFiled filed = World::Filed("policy-question", "account-1");
    filed.mutable_text()->set_text(absl::StrCat("Why, after ", hours, " hours?"));
    filed.mutable_requester()->mutable_reply_to()->set_channel("email");
    filed.mutable_requester()->mutable_reply_to()->set_address("somebody@example.com");
    const auto answer = world_.File(filed, world_.As("intake"));
    ASSERT_THAT(answer, IsOk());
    world_.clock.SetTime(filed_at + absl::Hours(hours));
    ASSERT_THAT(world_.Execute(ParseRequestName(answer->answer).value(), RespondToRequest{},
                               world_.As("caseworker")),
                IsOk());
  }

  World world_;
};

TEST_F(ReporterTest, CountsByTypeAndInAll) {
  world_.FileOne("access", "account-1");
  const RequestId copy = world_.FileOne("copy", "account-2");
  world_.clock.Advance(absl::Hours(2));
  Withdraw(copy);

  const v1::SlaReport report = Report({.as_of = world_.clock.Now(), .include_requests = true});

  ASSERT_THAT(report.groups(), SizeIs(2));
  EXPECT_EQ(report.groups(0).type(), "access");
  EXPECT_EQ(report.groups(0).open(), 1);
  // What was withdrawn needed no answer, and makes none look fast.
  EXPECT_EQ(report.groups(1).answered_in_time(), 0);
  EXPECT_EQ(report.groups(1).withdrawn(), 1);
  EXPECT_EQ(report.groups(1).median_answer_seconds(), 0);
  EXPECT_EQ(report.total().received(), 2);
  ASSERT_THAT(report.lines(), SizeIs(2));
}

TEST_F(ReporterTest, TakesTheMeanOfTheTwoMiddleAnswers) {
  for (const int hours : {1, 2, 3, 10}) AnswerAfter(hours);

  const v1::SlaReport report = Report({.as_of = world_.clock.Now()});

  EXPECT_EQ(report.total().median_answer_seconds(), 9000);
  EXPECT_EQ(report.total().max_answer_seconds(), 36000);
}

TEST_F(ReporterTest, IgnoresWhatHappenedLater) {
  const RequestId id = world_.FileOne("access", "account-1");
  const absl::Time before = world_.clock.Now() + absl::Hours(1);
  world_.clock.Advance(absl::Hours(2));
  Withdraw(id);
  world_.FileOne("access", "account-1");

  const v1::SlaReport report = Report({.as_of = before, .include_requests = true});

  EXPECT_EQ(report.total().received(), 1);
  EXPECT_EQ(report.total().open(), 1);
  EXPECT_EQ(report.total().answered_in_time(), 0);
  ASSERT_THAT(report.lines(), SizeIs(1));
  EXPECT_FALSE(report.lines(0).has_response_time());
}

TEST_F(ReporterTest, APolicyThatCameLaterChangesNoReportOfTheTimeBefore) {
  const auto zone_as_of = [&](absl::Time as_of) {
    v1::GetSlaReportRequest asked;
    *asked.mutable_as_of_time() = ToTimestamp(as_of);
    SlaQuery query;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(query, SlaQueryFrom(view, asked, world_.clock.Now()));
      return absl::OkStatus();
    }),
                IsOk());
    return query.zone.name();
  };
  const absl::Time before = world_.clock.Now();
  world_.clock.Advance(absl::Hours(1));
  world_.FileOne("access", "account-1");
  const absl::Time filed = world_.clock.Now();
  world_.clock.Advance(absl::Hours(1));

  ASSERT_THAT(
      TransactAndWait(
          *world_.store,
          [](Transaction& t) -> absl::Status {
            DSR_ASSIGN_OR_RETURN(std::optional<Definition> policy,
                                 t.FindFirstDefinition(DefinitionKind::kPolicy));
            policy->ref.set_version(policy->ref.version() + 1);
            policy->text = absl::StrReplaceAll(policy->text, {{"Asia/Shanghai", "Europe/Berlin"}});
            return t.PutDefinition(*policy);
          }),
      IsOk());

  EXPECT_EQ(zone_as_of(filed), "Asia/Shanghai");
  EXPECT_EQ(zone_as_of(world_.clock.Now()), "Asia/Shanghai");
  // Nothing was there yet that a report could be about.
  EXPECT_EQ(zone_as_of(before - absl::Hours(1)), "Asia/Shanghai");
}

TEST_F(ReporterTest, AnAnswerIsInTimeBeforeTheDueInstantOnly) {
  const RequestId id = world_.FileOne("access", "account-1");
  const absl::Time due = FromTimestamp(world_.Record(id).state().request().due_time());

  EXPECT_EQ(Report({.as_of = due - absl::Microseconds(1)}).total().open(), 1);
  EXPECT_EQ(Report({.as_of = due - absl::Microseconds(1)}).total().due_soon(), 1);
  EXPECT_EQ(Report({.as_of = due - absl::Hours(73)}).total().due_soon(), 0);
  EXPECT_EQ(Report({.as_of = due}).total().overdue(), 1);
  EXPECT_EQ(Report({.as_of = due}).total().open(), 0);
}

TEST_F(ReporterTest, CountsOnlyWhatWasReceivedInTheSpan) {
  const absl::Time first = world_.clock.Now();
  world_.FileOne("access", "account-1");
  world_.clock.Advance(absl::Hours(1));
  world_.FileOne("access", "account-1");
  const absl::Time now = world_.clock.Now();

  EXPECT_EQ(Report({.from = first, .to = now, .as_of = now}).total().received(), 1);
  EXPECT_EQ(Report({.from = first, .as_of = now}).total().received(), 2);
  EXPECT_EQ(Report({.from = now, .as_of = now}).total().received(), 1);
}

TEST_F(ReporterTest, RefusesASpanThatEndsBeforeItBegins) {
  EXPECT_THAT(world_.store->Read([&](ReadView& view) {
    const absl::Time now = world_.clock.Now();
    return MakeSlaReport(view, {.from = now, .to = now - absl::Seconds(1), .as_of = now}).status();
  }),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(ReporterTest, ListsBreachesForEver) {
  world_.AddSystem("members", {"account"});
  const RequestId id = world_.FileOne("access", "account-1");
  v1::TaskResult contact;
  contact.mutable_contact()->set_channel("email");
  contact.mutable_contact()->set_address("on-file@example.com");
  ASSERT_THAT(world_.CompleteNext("systems/members", contact), IsOk());
  world_.Verify(id);
  const absl::Time due = FromTimestamp(world_.Record(id).state().request().due_time());
  world_.clock.SetTime(due);
  ASSERT_THAT(world_.Execute(id, AssignRequest{"kim"}, world_.As("caseworker")), IsOk());

  ASSERT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::vector<v1::SlaLine> lines,
                         ListBreaches(view, std::nullopt, 10));
    EXPECT_THAT(lines, SizeIs(1));
    EXPECT_EQ(lines.at(0).request(), RequestName(id));
    EXPECT_TRUE(lines.at(0).breached());
    return absl::OkStatus();
  }),
              IsOk());
  EXPECT_EQ(Report({.as_of = due}).total().breached(), 1);
}

}  // namespace
}  // namespace dsr
