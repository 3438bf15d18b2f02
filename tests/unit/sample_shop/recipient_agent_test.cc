#include "sample_shop/recipient_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "dsr/v1/notice_service.grpc.pb.h"
#include "sample_shop/shop_day.h"
#include "unit/sample_shop/fake_server.h"
#include "unit/sample_shop/shop_fixture.h"

namespace dsr::sample_shop {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kName[] = "requests/r1/notices/n1";

// One notice, and the answers to it. Used by one client thread, which waits for each answer.
class FakeNoticeService : public v1::NoticeService::Service {
 public:
  grpc::Status AcknowledgeNotice(grpc::ServerContext* context, const v1::AcknowledgeNoticeRequest*,
                                 v1::Notice*) override {
    authorization = AuthorizationOf(*context);
    return acknowledgement;
  }
  grpc::Status GetNotice(grpc::ServerContext*, const v1::GetNoticeRequest*,
                         v1::Notice* out) override {
    *out = notice;
    return grpc::Status::OK;
  }
  grpc::Status CompleteNotice(grpc::ServerContext*, const v1::CompleteNoticeRequest* request,
                              v1::Notice*) override {
    completed.push_back(*request);
    return completion;
  }
  grpc::Status ObjectToNotice(grpc::ServerContext*, const v1::ObjectToNoticeRequest* request,
                              v1::Notice*) override {
    objected.push_back(*request);
    return grpc::Status::OK;
  }

  v1::Notice notice;
  grpc::Status acknowledgement = grpc::Status::OK;
  grpc::Status completion = grpc::Status::OK;

  std::string authorization;
  std::vector<v1::CompleteNoticeRequest> completed;
  std::vector<v1::ObjectToNoticeRequest> objected;
};

class RecipientAgentTest : public ::testing::Test {
 protected:
  RecipientAgentTest() : server_(service_), inbox_(shop_.OpenRecipients()) {}

  // Tells `recipient` about everything of the categories that it got about `account`.
  void Tell(absl::string_view recipient, v1::NoticeKind kind, const std::string& account) {
    service_.notice.set_name(kName);
    service_.notice.set_kind(kind);
    for (const char* category : FindRecipient(recipient)->categories) {
      service_.notice.add_categories(category);
    }
    std::string reference;
    ASSERT_THAT(shop_.shop().Transact([&](SQLite::Database& db) {
      reference = QueryText(db,
                            "SELECT reference FROM disclosures WHERE account_id = ? AND "
                            "recipient = ?",
                            account, std::string(recipient))
                      .value_or("");
      return absl::OkStatus();
    }),
                IsOk());
    ASSERT_NE(reference, "");
    service_.notice.add_subject_references(reference);
    ASSERT_THAT(inbox_.Receive(recipient, "msg-1", kName), IsOk());
  }

  absl::Status RunOnce(absl::string_view recipient) {
    RecipientAgent agent(*FindRecipient(recipient),
                         std::make_unique<RecipientInbox>(shop_.OpenRecipients()),
                         server_.Caller("token-of-the-recipient"), clock_, stop_);
    return agent.RunOnce();
  }

  TestShop shop_;
  SimulatedClock clock_{TestNow()};
  StopSignal stop_{clock_};
  FakeNoticeService service_;
  FakeServer server_;
  RecipientInbox inbox_;
};

TEST_F(RecipientAgentTest, DeletesItsOwnRowsAndReportsHowMany) {
  Tell("logistics", v1::NOTICE_KIND_DELETE, "u-100004");
  const int64_t rows = shop_.Held("u-100004", "logistics").rows;
  const int64_t foreign_rows = shop_.Held("u-100001", "logistics").rows;

  ASSERT_THAT(RunOnce("logistics"), IsOk());

  EXPECT_EQ(rows, 6);
  EXPECT_EQ(shop_.Held("u-100004", "logistics").rows, 0);
  EXPECT_EQ(shop_.Held("u-100001", "logistics").rows, foreign_rows);
  ASSERT_THAT(service_.completed, SizeIs(1));
  EXPECT_EQ(service_.completed[0].records(), rows);
  EXPECT_EQ(service_.authorization, "Bearer token-of-the-recipient");
  EXPECT_THAT(inbox_.Open("logistics"), IsOkAndHolds(IsEmpty()));
}

TEST_F(RecipientAgentTest, DeletesOnlyTheCategoriesTheNoticeNames) {
  Tell("logistics", v1::NOTICE_KIND_DELETE, "u-100004");
  service_.notice.clear_categories();
  service_.notice.add_categories("orders");

  ASSERT_THAT(RunOnce("logistics"), IsOk());

  EXPECT_EQ(shop_.Held("u-100004", "logistics").rows, 2);
}

TEST_F(RecipientAgentTest, CorrectsItsOwnRowsButLearnsNothingNew) {
  Tell("logistics", v1::NOTICE_KIND_CORRECT, "u-100003");
  v1::CorrectedValue* phone = service_.notice.add_corrections();
  phone->set_category("account");
  phone->set_field("phone");
  phone->set_value("+86 100 0000 0003");
  v1::CorrectedValue* email = service_.notice.add_corrections();
  email->set_category("account");
  email->set_field("email");
  email->set_value("new@example.com");

  ASSERT_THAT(RunOnce("logistics"), IsOk());

  EXPECT_EQ(shop_.Held("u-100003", "logistics").phone, "+86 100 0000 0003");
  ASSERT_THAT(service_.completed, SizeIs(1));
  EXPECT_EQ(service_.completed[0].records(), 1);
}

TEST_F(RecipientAgentTest, PaymentObjectsToDeletionForTenYearsAndKeepsItsRows) {
  Tell("payment", v1::NOTICE_KIND_DELETE, "u-100004");
  const int64_t rows = shop_.Held("u-100004", "payment").rows;

  ASSERT_THAT(RunOnce("payment"), IsOk());

  ASSERT_THAT(service_.objected, SizeIs(1));
  const v1::Objection& objection = service_.objected[0].objection();
  EXPECT_EQ(objection.ground(), "own-retention-law");
  EXPECT_EQ(objection.law(), "Anti-Money Laundering Law 2024, article 34 (10 years)");
  EXPECT_EQ(DayText(objection.until()), "2036-03-01");
  EXPECT_THAT(service_.completed, IsEmpty());
  EXPECT_GT(rows, 0);
  EXPECT_EQ(shop_.Held("u-100004", "payment").rows, rows);
}

TEST_F(RecipientAgentTest, PaymentCorrectsAsTheOthersDo) {
  Tell("payment", v1::NOTICE_KIND_CORRECT, "u-100003");
  v1::CorrectedValue* name = service_.notice.add_corrections();
  name->set_category("account");
  name->set_field("name");
  name->set_value("李刚");

  ASSERT_THAT(RunOnce("payment"), IsOk());

  EXPECT_EQ(shop_.Held("u-100003", "payment").name, "李刚");
  EXPECT_THAT(service_.objected, IsEmpty());
}

TEST_F(RecipientAgentTest, ReportsTheSameCountWhenTheFirstReportWasLost) {
  Tell("logistics", v1::NOTICE_KIND_DELETE, "u-100004");
  service_.completion = grpc::Status(grpc::StatusCode::UNAVAILABLE, "");
  ASSERT_THAT(RunOnce("logistics"), StatusIs(absl::StatusCode::kUnavailable));
  service_.completion = grpc::Status::OK;

  ASSERT_THAT(RunOnce("logistics"), IsOk());

  ASSERT_THAT(service_.completed, SizeIs(2));
  EXPECT_EQ(service_.completed[0].records(), 6);
  EXPECT_EQ(service_.completed[1].SerializeAsString(), service_.completed[0].SerializeAsString());
}

TEST_F(RecipientAgentTest, ForgetsANoticeThatHasEnded) {
  Tell("logistics", v1::NOTICE_KIND_DELETE, "u-100004");
  service_.acknowledgement = ErrorWith(grpc::StatusCode::FAILED_PRECONDITION, "ALREADY_ENDED");

  ASSERT_THAT(RunOnce("logistics"), IsOk());

  EXPECT_THAT(inbox_.Open("logistics"), IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(shop_.Held("u-100004", "logistics").rows, 6);
}

TEST_F(RecipientAgentTest, GivesUpANoticeTheServerDoesNotKnow) {
  Tell("logistics", v1::NOTICE_KIND_DELETE, "u-100004");
  service_.acknowledgement = ErrorWith(grpc::StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND");

  ASSERT_THAT(RunOnce("logistics"), IsOk());

  EXPECT_THAT(inbox_.Open("logistics"), IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(shop_.Held("u-100004", "logistics").rows, 6);
}

TEST_F(RecipientAgentTest, KeepsANoticeWhileItsTokenIsNotKnown) {
  Tell("logistics", v1::NOTICE_KIND_DELETE, "u-100004");
  service_.acknowledgement = ErrorWith(grpc::StatusCode::UNAUTHENTICATED, "TOKEN_INVALID");

  EXPECT_THAT(RunOnce("logistics"), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(inbox_.Open("logistics"), IsOkAndHolds(SizeIs(1)));
}

TEST_F(RecipientAgentTest, KeepsANoticeWhileTheServerIsAway) {
  Tell("logistics", v1::NOTICE_KIND_DELETE, "u-100004");
  service_.acknowledgement = grpc::Status(grpc::StatusCode::UNAVAILABLE, "");

  EXPECT_THAT(RunOnce("logistics"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(inbox_.Open("logistics"), IsOkAndHolds(SizeIs(1)));
}

}  // namespace
}  // namespace dsr::sample_shop
