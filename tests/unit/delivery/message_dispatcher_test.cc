#include "delivery/message_dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "app/grants.h"
#include "app/verification_codes.h"
#include "dsr/base/crypto.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/names.h"
#include "testing/running_core.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/fake_transports.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kDefinitions[] = DSR_SOURCE_DIR "/workflows";
constexpr char kOnFile[] = "user@example.com";
constexpr char kReplyTo[] = "anybody@example.org";

class MessageDispatcherTest : public ::testing::Test {
 protected:
  MessageDispatcherTest() : core_(folder_.path(), kDefinitions, clock_) { core_.AddShop(); }
  ~MessageDispatcherTest() override {
    if (dispatcher_ == nullptr) return;
    core_.commits().Remove(dispatcher_.get());
    dispatcher_.reset();
  }

  // Sends what there is, and all that comes.
  void Start() {
    dispatcher_ =
        std::make_unique<MessageDispatcher>(MessageDispatcher::Parts{.store = core_.store(),
                                                                     .clock = clock_,
                                                                     .executor = core_.executor(),
                                                                     .reader = core_.reader(),
                                                                     .rulebooks = core_.rulebooks(),
                                                                     .secrets = core_.secrets(),
                                                                     .transport = transport_});
    core_.commits().Add(dispatcher_.get());
    dispatcher_->AwaitIdle();
  }

  RequestId File(absl::string_view type, bool with_reply_to = false) {
    storage::v1::RequestFiled filed;
    filed.set_language("en");
    filed.add_categories("recommendation");
    if (type == "deletion") filed.mutable_deletion();
    if (with_reply_to) {
      filed.mutable_requester()->mutable_reply_to()->set_channel("email");
      filed.mutable_requester()->mutable_reply_to()->set_address(kReplyTo);
    }
    return core_.File(type, "account-1", std::move(filed));
  }

  // Queues a message as no workflow does.
  void Forge(const RequestId& request, absl::string_view template_id, bool to_requester) {
    storage::v1::RequestRecord record = core_.Record(request);
    storage::v1::Event event;
    event.set_sequence(record.state().version() + 1);
    event.set_request_id(std::string(request.bytes()));
    *event.mutable_time() = ToTimestamp(clock_.Now());
    event.mutable_message_queued()->set_message_id(std::string(Id128::kSize, 'm'));
    event.mutable_message_queued()->set_template_(std::string(template_id));
    event.mutable_message_queued()->set_language("en");
    event.mutable_message_queued()->set_to_requester(to_requester);
    DecisionWrite write;
    write.id = request;
    write.timers_before.assign(record.state().timers().begin(), record.state().timers().end());
    Evolve(record, event);
    write.record = &record;
    write.now = clock_.Now();
    write.events.push_back(
        {.sequence = event.sequence(), .time = clock_.Now(), .clear = event.SerializeAsString()});
    ASSERT_THAT(
        TransactAndWait(core_.store(),
                        [&](Transaction& transaction) { return transaction.WriteDecision(write); }),
        IsOk());
    if (dispatcher_ != nullptr) {
      dispatcher_->Wake();
      dispatcher_->AwaitIdle();
    }
  }

  // The messages of a template, oldest first.
  std::vector<v1::Message> Messages(const RequestId& request, absl::string_view template_id) {
    const storage::v1::RequestRecord record = core_.Record(request);
    std::vector<v1::Message> messages;
    for (const v1::Message& message : record.messages()) {
      if (message.template_() == std::string(template_id)) messages.push_back(message);
    }
    return messages;
  }
  std::vector<v1::Message::State> States(const RequestId& request, absl::string_view template_id) {
    std::vector<v1::Message::State> states;
    for (const v1::Message& message : Messages(request, template_id)) {
      states.push_back(message.state());
    }
    return states;
  }

  void AskForCode(const RequestId& request) {
    ASSERT_THAT(core_.Execute(request, StartVerification{VerificationId(Id128::Derive(
                                                             clock_.Now(), {"verification"})),
                                                         v1::VERIFICATION_METHOD_ONE_TIME_CODE}),
                IsOk());
  }
  std::string Code(const RequestId& request, int send_number) {
    const v1::Verification verification = core_.Record(request).state().verifications(0);
    const auto name = ParseVerificationName(verification.name());
    return CodeFor(core_.secrets(), name->second, send_number, 6);
  }

  TempDir folder_;
  SimulatedClock clock_{
      absl::FromCivil(absl::CivilSecond(2026, 3, 2, 2, 0, 0), absl::UTCTimeZone())};
  RunningCore core_;
  FakeMessageTransport transport_;
  std::unique_ptr<MessageDispatcher> dispatcher_;
};

TEST_F(MessageDispatcherTest, SendsTheAcknowledgementToTheReplyAddressOnce) {
  Start();
  const RequestId request = File("copy", /*with_reply_to=*/true);
  dispatcher_->AwaitIdle();
  clock_.Advance(absl::Hours(24));
  dispatcher_->AwaitIdle();

  const std::vector<RenderedMessage> sent = transport_.Sent();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].channel, "email");
  EXPECT_EQ(sent[0].address, kReplyTo);
  EXPECT_THAT(sent[0].text, HasSubstr(request.ToString()));
  EXPECT_THAT(sent[0].text, HasSubstr("on 2 March 2026"));
  EXPECT_THAT(sent[0].text, HasSubstr("by the end of 17 March 2026"));
  const v1::Message message = Messages(request, "request-received")[0];
  EXPECT_EQ(message.state(), v1::Message::STATE_SENT);
  EXPECT_EQ(message.attempts(), 1);
  EXPECT_EQ(message.text_sha256(), HexEncode(Sha256(sent[0].text)));
  EXPECT_THAT(sent[0].html, StartsWith("<!DOCTYPE html>\n<html lang=\"en\""));
  EXPECT_THAT(sent[0].html, HasSubstr(request.ToString()));
}

TEST_F(MessageDispatcherTest, SendsTheTextAloneWhereTheChannelHasNoHtml) {
  storage::v1::RequestFiled filed;
  filed.mutable_requester()->mutable_reply_to()->set_channel("sms");
  filed.mutable_requester()->mutable_reply_to()->set_address("+8613800000000");
  Start();

  core_.File("copy", "account-1", std::move(filed));
  dispatcher_->AwaitIdle();

  ASSERT_THAT(transport_.Sent(), SizeIs(1));
  EXPECT_EQ(transport_.Sent()[0].channel, "sms");
  EXPECT_NE(transport_.Sent()[0].text, "");
  EXPECT_EQ(transport_.Sent()[0].html, "");
}

TEST_F(MessageDispatcherTest, TellsAnUnverifiedRequesterNothingThroughTheContactOnFile) {
  const RequestId request = File("copy");
  core_.ResolveContact(request);

  Start();

  EXPECT_THAT(transport_.Sent(), IsEmpty());
  EXPECT_THAT(States(request, "request-received"), ElementsAre(v1::Message::STATE_NO_ADDRESS));
}

TEST_F(MessageDispatcherTest, TheCodeOfAnUnknownAccountFindsNoAddressAndGoesNowhere) {
  const RequestId request = File("copy", /*with_reply_to=*/true);
  ASSERT_THAT(core_.CompleteTask(request, v1::TASK_KIND_RESOLVE_CONTACT, v1::TaskResult()), IsOk());
  AskForCode(request);

  Start();

  ASSERT_THAT(transport_.Sent(), SizeIs(1));
  EXPECT_THAT(transport_.Sent()[0].text, Not(HasSubstr(Code(request, 1))));
  EXPECT_THAT(States(request, "request-received"), ElementsAre(v1::Message::STATE_SENT));
  EXPECT_THAT(States(request, "verification-code"), ElementsAre(v1::Message::STATE_NO_ADDRESS));
}

TEST_F(MessageDispatcherTest, AnswersAVerifiedRequesterWithoutReplyAddressAtTheContactOnFile) {
  const RequestId request = File("copy");
  core_.ResolveContact(request);
  core_.Verify(request);

  Start();

  EXPECT_THAT(States(request, "request-received"), ElementsAre(v1::Message::STATE_SENT));
  ASSERT_THAT(transport_.Sent(), SizeIs(1));
  EXPECT_EQ(transport_.Sent()[0].address, kOnFile);
}

TEST_F(MessageDispatcherTest, SendsTheCodeToTheContactOnFileAndHashesItsTextWithoutIt) {
  const RequestId request = File("copy");
  core_.ResolveContact(request);
  Start();

  AskForCode(request);
  dispatcher_->AwaitIdle();

  ASSERT_THAT(transport_.Sent(), SizeIs(1));
  const RenderedMessage sent = transport_.Sent()[0];
  const std::string code = Code(request, 1);
  EXPECT_EQ(sent.address, kOnFile);
  EXPECT_THAT(sent.text, HasSubstr(code));
  EXPECT_THAT(sent.text, HasSubstr("within 10 minutes"));
  const std::string masked = absl::StrReplaceAll(sent.text, {{code, std::string(6, '*')}});
  EXPECT_EQ(Messages(request, "verification-code")[0].text_sha256(), HexEncode(Sha256(masked)));
}

TEST_F(MessageDispatcherTest, SendsOnlyTheCodeThatCounts) {
  const RequestId request = File("copy");
  core_.ResolveContact(request);
  AskForCode(request);
  clock_.Advance(absl::Seconds(1));
  AskForCode(request);

  Start();

  ASSERT_THAT(transport_.Sent(), SizeIs(1));
  EXPECT_THAT(transport_.Sent()[0].text, HasSubstr(Code(request, 2)));
  EXPECT_THAT(States(request, "verification-code"),
              ElementsAre(v1::Message::STATE_FAILED, v1::Message::STATE_SENT));
}

TEST_F(MessageDispatcherTest, SendsNoCodeThatIsOver) {
  const RequestId request = File("copy");
  core_.ResolveContact(request);
  AskForCode(request);

  clock_.Advance(absl::Minutes(10));
  Start();

  EXPECT_THAT(transport_.Sent(), IsEmpty());
  EXPECT_THAT(States(request, "verification-code"), ElementsAre(v1::Message::STATE_FAILED));
}

TEST_F(MessageDispatcherTest, NeverSendsDataToTheContactOfSomeoneUnverified) {
  const RequestId request = File("deletion", /*with_reply_to=*/true);
  core_.ResolveContact(request);
  Start();
  ASSERT_THAT(transport_.Sent(), SizeIs(1));

  Forge(request, "response-deletion", /*to_requester=*/false);

  EXPECT_THAT(transport_.Sent(), SizeIs(1));
  EXPECT_THAT(States(request, "response-deletion"), ElementsAre(v1::Message::STATE_NO_ADDRESS));
}

TEST_F(MessageDispatcherTest, TellsTheReplyAddressNothingOfTheSubjectWhateverTheTemplateAsks) {
  const RequestId request = File("deletion", /*with_reply_to=*/true);
  core_.ResolveContact(request);
  core_.Verify(request);
  ASSERT_THAT(core_.Execute(request, AssessRequest{}), IsOk());
  Start();

  Forge(request, "plan-ready", /*to_requester=*/true);

  const RenderedMessage forged = transport_.Sent().back();
  EXPECT_EQ(forged.address, kReplyTo);
  EXPECT_THAT(forged.text, Not(HasSubstr("Recommendation profile")));
}

TEST_F(MessageDispatcherTest, ShowsTheVerifiedSubjectThePlanAtTheContactOnFile) {
  const RequestId request = File("deletion", /*with_reply_to=*/true);
  core_.ResolveContact(request);
  core_.Verify(request);
  Start();

  ASSERT_THAT(core_.Execute(request, AssessRequest{}), IsOk());
  dispatcher_->AwaitIdle();

  const RenderedMessage plan = transport_.Sent().back();
  EXPECT_EQ(plan.address, kOnFile);
  EXPECT_THAT(plan.text, HasSubstr("Recommendation profile: everything is erased"));
}

TEST_F(MessageDispatcherTest, BringsTheGrantAndHashesTheTextWithoutIt) {
  const RequestId request = File("copy");
  core_.ResolveContact(request);
  core_.Verify(request);
  Start();
  ASSERT_THAT(core_.Execute(request, AssessRequest{}), IsOk());
  ASSERT_THAT(core_.CompleteTask(request, v1::TASK_KIND_COLLECT, v1::TaskResult()), IsOk());
  ASSERT_THAT(core_.CompletePackage(request), IsOk());
  ASSERT_THAT(core_.Execute(request, RespondToRequest{}), IsOk());
  dispatcher_->AwaitIdle();

  const std::string grant = GrantFor(core_.secrets(), core_.Record(request).state().grant_id());
  const RenderedMessage answer = transport_.Sent().back();
  EXPECT_EQ(answer.address, kOnFile);
  EXPECT_THAT(answer.text, HasSubstr(grant));
  EXPECT_THAT(answer.text, HasSubstr("before 5 March 2026, 10:00 (UTC+08:00)"));
  const std::string masked = absl::StrReplaceAll(answer.text, {{grant, std::string(26, '*')}});
  EXPECT_EQ(Messages(request, "response-copy")[0].text_sha256(), HexEncode(Sha256(masked)));
}

TEST_F(MessageDispatcherTest, RepeatsAFailedMessageAndRecordsTheFailureOnceAtTheEnd) {
  transport_.Answer({.code = "smtp-450"});
  Start();
  const RequestId request = File("copy", /*with_reply_to=*/true);
  dispatcher_->AwaitIdle();
  EXPECT_THAT(States(request, "request-received"), ElementsAre(v1::Message::STATE_PENDING));

  for (int hour = 0; hour < 200; ++hour) {
    clock_.Advance(absl::Hours(1));
    dispatcher_->AwaitIdle();
  }

  EXPECT_THAT(transport_.Sent(), SizeIs(MessageDispatcher::kMostAttempts));
  EXPECT_THAT(States(request, "request-received"), ElementsAre(v1::Message::STATE_FAILED));
  EXPECT_EQ(Messages(request, "request-received")[0].text_sha256(), "");
}

TEST_F(MessageDispatcherTest, GivesUpAtOnceOnAnAddressThatIsRefused) {
  transport_.Answer({.give_up = true, .code = "smtp-550"});
  Start();

  const RequestId request = File("copy", /*with_reply_to=*/true);
  dispatcher_->AwaitIdle();

  EXPECT_THAT(transport_.Sent(), SizeIs(1));
  EXPECT_THAT(States(request, "request-received"), ElementsAre(v1::Message::STATE_FAILED));
}

}  // namespace
}  // namespace dsr
