// How recipients get their notices and answer them: by the example receivers, by a stream, in
// batches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "integration/dsrd_process.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/subprocess.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Notices = v1::NoticeService;
using Registry = v1::RegistryService;

// An example of tools/examples, as a recipient's engineer would start it.
struct Example {
  std::string name;
  std::vector<std::string> command;
};

class ExampleReceiverTest : public ::testing::TestWithParam<Example> {
 protected:
  ExampleReceiverTest()
      : dsrd_({"--dev", "--data-dir", folder_.path(), "--definitions",
               absl::StrCat(DSR_SOURCE_DIR, "/workflows"), "--listen", "127.0.0.1:0"}) {
    server_.Connect(folder_.path(), dsrd_.AwaitPort());
    dsrctl::WriteText(folder_.File("receipt.key"), absl::StrCat("whsk_", Base64Encode(seed_)));
    dsrctl::WriteText(
        folder_.File("data.json"),
        R"({"ad-4711-qx7MarkedPerson":[{"category":"browsing"},{"category":"browsing"},)"
        R"({"category":"orders"}]})");
    std::vector<std::string> command = GetParam().command;
    command.insert(command.end(), {"0", folder_.File("dev/secrets/ad-partner.whsec"),
                                   folder_.File("data.json"), folder_.File("answers.json"),
                                   "recipients/ad-partner", folder_.File("receipt.key")});
    receiver_ = std::make_unique<Subprocess>(command);
    port_ = receiver_->ReadLine();
  }
  ~ExampleReceiverTest() override { receiver_->Stop(); }

  void Onboard() {
    shop_.Register();
    v1::UpdateRecipientRequest in;
    in.set_idempotency_key(FreshKey());
    v1::Recipient& recipient = *in.mutable_recipient();
    recipient.set_name("recipients/ad-partner");
    recipient.add_receipt_keys(absl::StrCat("whpk_", Base64Encode(Ed25519PublicKey(seed_))));
    v1::Delivery::Webhook& webhook = *recipient.mutable_delivery()->mutable_webhook();
    webhook.set_url(absl::StrCat("http://127.0.0.1:", port_, "/hook"));
    webhook.set_secret_id("ad-partner");
    ASSERT_THAT(server_.Call<Registry>("operator-1", &Registry::Stub::UpdateRecipient, in), IsOk());
  }

  const std::string seed_ = std::string(32, 's');
  TempDir folder_;
  DsrdProcess dsrd_;
  ApiClient server_;
  Shop shop_{server_};
  std::unique_ptr<Subprocess> receiver_;
  std::string port_;
};

TEST_P(ExampleReceiverTest, ChecksSignaturesErasesAndAnswersWithASignedReceipt) {
  Onboard();
  v1::TestRecipientRequest test;
  test.set_name("recipients/ad-partner");
  const auto tested = server_.Call<Registry>("operator-1", &Registry::Stub::TestRecipient, test);
  ASSERT_THAT(tested, IsOk());
  EXPECT_TRUE(tested->delivered()) << tested->code();
  EXPECT_TRUE(tested->forgery_refused());

  const std::string request = shop_.ConfirmDeletion();
  const v1::Notice notice = shop_.AwaitNotice(request, v1::Notice::STATE_COMPLETED);

  EXPECT_EQ(notice.records(), 2);
  EXPECT_EQ(notice.receipt().key(), absl::StrCat("whpk_", Base64Encode(Ed25519PublicKey(seed_))));
  const std::string left = dsrctl::ReadText(folder_.File("data.json"));
  EXPECT_THAT(left, HasSubstr("orders"));
  EXPECT_FALSE(absl::StrContains(left, "browsing"));
}

INSTANTIATE_TEST_SUITE_P(
    Languages, ExampleReceiverTest,
    ::testing::Values(
        Example{"cc", {DSR_EXAMPLE_RECEIVER}},
        Example{"python",
                {DSR_PYTHON3, "-B", absl::StrCat(DSR_SOURCE_DIR, "/tools/examples/receiver.py")}},
        Example{"node", {DSR_NODE, absl::StrCat(DSR_SOURCE_DIR, "/tools/examples/receiver.mjs")}}),
    [](const auto& example) { return example.param.name; });

class NoticeWaysTest : public ::testing::Test {
 protected:
  void SetUp() override { shop_.Register(); }

  TestServer server_;
  Shop shop_{server_};
};

TEST_F(NoticeWaysTest, AStreamBringsWhatIsOpenAndThenWhatComes) {
  const std::string first = shop_.ConfirmDeletion();
  grpc::ClientContext context;
  server_.Prepare(context, "recipient-ad-partner");
  const auto stub = Notices::NewStub(server_.channel());
  const auto stream = stub->StreamNotices(&context, v1::StreamNoticesRequest());
  v1::Notice notice;

  ASSERT_TRUE(stream->Read(&notice));
  EXPECT_TRUE(absl::StartsWith(notice.name(), first));
  EXPECT_EQ(notice.state(), v1::Notice::STATE_SENT);
  EXPECT_THAT(notice.subject_references(), ElementsAre(kReference));

  // One that comes while the stream waits.
  v1::ResendNoticeRequest resend;
  resend.set_name(notice.name());
  resend.set_idempotency_key(FreshKey());
  ASSERT_THAT(server_.Call<Notices>("caseworker-1", &Notices::Stub::ResendNotice, resend), IsOk());
  v1::Notice again;
  ASSERT_TRUE(stream->Read(&again));
  EXPECT_EQ(again.name(), notice.name());
  context.TryCancel();
}

TEST_F(NoticeWaysTest, ANoticeOfAnotherRecipientIsAsUnknownAsOneThatIsNot) {
  shop_.RegisterRecipient("logistics", "browsing");
  const std::string request = shop_.ConfirmDeletion();
  const std::string foreign = shop_.PullNotices("logistics")[0].name();
  const std::string unknown = request + "/notices/01jd2m8q7r5v9x3c6b4n1k0wte";

  for (const std::string& name : {foreign, unknown}) {
    v1::AcknowledgeNoticeRequest in;
    in.set_name(name);
    in.set_idempotency_key(FreshKey());
    const absl::Status refused =
        server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::AcknowledgeNotice, in)
            .status();
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
    EXPECT_EQ(ErrorInfoOf(refused)->metadata().at("resource"), name);
  }
}

TEST_F(NoticeWaysTest, AMistypedRecipientDoesNotLookLikeOneThatOwesNothing) {
  v1::ListNoticesRequest in;
  in.set_parent("requests/-");
  in.set_recipient("recipients/nobody");

  EXPECT_THAT(server_.Call<Notices>("caseworker-1", &Notices::Stub::ListNotices, in),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(NoticeWaysTest, ABatchTellsOfEachAnswerWhetherItWasTaken) {
  shop_.ConfirmDeletion();
  const std::vector<v1::Notice> open = shop_.PullNotices("ad-partner");
  ASSERT_THAT(open, SizeIs(1));
  v1::BatchAcknowledgeNoticesRequest seen;
  seen.add_requests()->set_name(open[0].name());
  seen.add_requests()->set_name(absl::StrCat(open[0].name().substr(0, 36), "nothing"));
  for (v1::AcknowledgeNoticeRequest& one : *seen.mutable_requests())
    one.set_idempotency_key(FreshKey());

  const auto acknowledged =
      server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::BatchAcknowledgeNotices, seen);

  ASSERT_THAT(acknowledged, IsOk());
  ASSERT_EQ(acknowledged->results_size(), 2);
  EXPECT_EQ(acknowledged->results(0).notice().state(), v1::Notice::STATE_ACKNOWLEDGED);
  EXPECT_EQ(acknowledged->results(1).reason(), "FIELD_INVALID");

  v1::BatchCompleteNoticesRequest done;
  for (int i = 0; i < 2; ++i) {
    done.add_requests()->set_name(open[0].name());
    done.mutable_requests(i)->set_idempotency_key(FreshKey());
    done.mutable_requests(i)->set_records(3);
  }
  const auto completed =
      server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::BatchCompleteNotices, done);
  ASSERT_THAT(completed, IsOk());
  std::vector<std::string> reasons;
  for (const auto& result : completed->results()) reasons.push_back(result.reason());
  EXPECT_THAT(reasons, ::testing::UnorderedElementsAre("", "ALREADY_ENDED"));
}

}  // namespace
}  // namespace dsr
