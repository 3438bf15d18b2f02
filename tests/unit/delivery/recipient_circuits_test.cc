#include "delivery/recipient_circuits.h"

#include <gtest/gtest.h>

#include "dsr/base/thread.h"
#include "unit/delivery/fake_transports.h"

namespace dsr {
namespace {

constexpr char kPartner[] = "recipients/partner";
constexpr char kOther[] = "recipients/other";
using Health = v1::RecipientHealth;

class RecipientCircuitsTest : public ::testing::Test {
 protected:
  RecipientCircuitsTest() { notice_.set_name("requests/r1/notices/n1"); }

  static v1::Recipient RecipientNamed(const std::string& name, const std::string& etag = "1") {
    v1::Recipient recipient;
    recipient.set_name(name);
    recipient.set_etag(etag);
    recipient.mutable_delivery()->mutable_webhook();
    recipient.mutable_fallback()->mutable_push();
    return recipient;
  }

  DeliveryResult Deliver(const v1::Recipient& recipient) {
    return circuits_.Deliver(NoticeAttempt{
        .recipient = recipient, .way = recipient.delivery(), .notice = notice_, .now = now_});
  }
  DeliveryResult Deliver(const std::string& name = kPartner) {
    return Deliver(RecipientNamed(name));
  }
  DeliveryResult DeliverByFallback() {
    const v1::Recipient recipient = RecipientNamed(kPartner);
    return circuits_.Deliver(NoticeAttempt{
        .recipient = recipient, .way = recipient.fallback(), .notice = notice_, .now = now_});
  }
  // Fails until the circuit opens.
  void Open() {
    transport_.Answer(kPartner, {.code = "timeout"});
    for (int i = 0; i < RecipientCircuits::kMostFailures; ++i) {
      EXPECT_EQ(Deliver().code, "timeout");
    }
  }
  size_t Attempts(const std::string& name = kPartner) { return transport_.Begun(name).size(); }
  Health::Reach Reach() { return circuits_.HealthOf(kPartner).reach; }

  absl::Time now_ = absl::FromUnixSeconds(1772323200);
  v1::Notice notice_;
  FakeNoticeTransport transport_;
  RecipientCircuits circuits_{transport_};
};

TEST_F(RecipientCircuitsTest, PassesAttemptsAndResultsOn) {
  EXPECT_TRUE(Deliver().delivered);
  transport_.Answer(kPartner, {.give_up = true, .code = "address-denied"});
  const DeliveryResult result = Deliver();

  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "address-denied");
  EXPECT_EQ(Attempts(), 2u);
}

TEST_F(RecipientCircuitsTest, FailsAtOnceAfterFiveFailuresOneAfterTheOther) {
  Open();

  now_ += absl::Seconds(10);
  const DeliveryResult result = Deliver();

  EXPECT_FALSE(result.delivered);
  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "circuit-open");
  EXPECT_EQ(result.retry_after, absl::Seconds(20));
  EXPECT_EQ(Attempts(), 5u);
}

TEST_F(RecipientCircuitsTest, CountsFromTheBeginningAfterASuccess) {
  transport_.Answer(kPartner, {.code = "http-500"});
  for (int i = 0; i < 4; ++i) Deliver();
  transport_.Answer(kPartner, {.delivered = true});
  Deliver();
  transport_.Answer(kPartner, {.code = "http-500"});
  for (int i = 0; i < 4; ++i) Deliver();

  EXPECT_EQ(Attempts(), 9u);
  EXPECT_EQ(Deliver().code, "http-500");
  EXPECT_EQ(Deliver().code, "circuit-open");
}

TEST_F(RecipientCircuitsTest, CountsEveryFailureOfTheEndpoint) {
  for (const char* code : {"http-400", "http-401", "http-404", "redirect", "tls"}) {
    transport_.Answer(kPartner, {.code = code});
    EXPECT_EQ(Deliver().code, code);
  }

  EXPECT_EQ(Deliver().code, "circuit-open");
}

TEST_F(RecipientCircuitsTest, DoesNotCountWhatOurOwnConfigurationFails) {
  transport_.Answer(kPartner, {.code = "secret-unknown"});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Deliver().code, "secret-unknown");

  EXPECT_EQ(Reach(), Health::REACH_FAILING);
}

TEST_F(RecipientCircuitsTest, ClosesWhenTheFirstAttemptAfterThePauseSucceeds) {
  Open();
  transport_.Answer(kPartner, {.delivered = true});

  now_ += RecipientCircuits::kLeastPause;

  EXPECT_TRUE(Deliver().delivered);
  EXPECT_TRUE(Deliver().delivered);
  EXPECT_EQ(Reach(), Health::REACH_GOOD);
}

TEST_F(RecipientCircuitsTest, DoublesThePauseUpToAQuarterOfAnHourWhileItFails) {
  Open();

  absl::Duration pause = absl::Seconds(30);
  for (const int seconds : {60, 120, 240, 480, 900, 900}) {
    now_ += pause;
    EXPECT_EQ(Deliver().code, "timeout");
    pause = absl::Seconds(seconds);
    EXPECT_EQ(Deliver().retry_after, pause);
  }
}

TEST_F(RecipientCircuitsTest, BeginsWithTheShortPauseAgainAfterASuccess) {
  Open();
  now_ += absl::Seconds(30);
  Deliver();
  now_ += absl::Seconds(60);
  transport_.Answer(kPartner, {.delivered = true});
  Deliver();

  Open();

  EXPECT_EQ(Deliver().retry_after, absl::Seconds(30));
}

TEST_F(RecipientCircuitsTest, LetsOneAttemptAtATimeThroughAfterThePause) {
  Open();
  now_ += RecipientCircuits::kLeastPause;
  transport_.Hang(kPartner);
  {
    Thread probe("probe", [&] { EXPECT_EQ(Deliver().code, "timeout"); });
    transport_.AwaitBegun(kPartner, 6);

    const DeliveryResult other = Deliver();

    EXPECT_EQ(other.code, "circuit-open");
    EXPECT_EQ(other.retry_after, RecipientCircuits::kProbePause);
    transport_.Release();
  }
  EXPECT_EQ(Deliver().retry_after, absl::Seconds(60));
  EXPECT_EQ(Attempts(), 6u);
}

TEST_F(RecipientCircuitsTest, LetsTheNextOneThroughAfterAnAttemptThatTellsNothing) {
  Open();
  now_ += RecipientCircuits::kLeastPause;
  transport_.Answer(kPartner, {.code = "secret-unknown"});

  EXPECT_EQ(Deliver().code, "secret-unknown");
  EXPECT_EQ(Deliver().code, "secret-unknown");
}

TEST_F(RecipientCircuitsTest, PausesForAsLongAsTheRecipientAsksTo) {
  for (const char* code : {"http-429", "http-503", "grpc-resource-exhausted", "grpc-unavailable"}) {
    transport_.Answer(kPartner, {.code = code, .retry_after = absl::Minutes(2)});
    EXPECT_EQ(Deliver().code, code);

    now_ += absl::Minutes(1);
    const DeliveryResult paused = Deliver();
    EXPECT_FALSE(paused.give_up);
    EXPECT_EQ(paused.code, "throttled");
    EXPECT_EQ(paused.retry_after, absl::Minutes(1));

    now_ += absl::Minutes(1);
    transport_.Answer(kPartner, {.delivered = true});
    EXPECT_TRUE(Deliver().delivered);
  }
}

TEST_F(RecipientCircuitsTest, PausesForAnHourAtMost) {
  transport_.Answer(kPartner, {.code = "http-429", .retry_after = absl::Hours(20)});
  Deliver();

  EXPECT_EQ(Deliver().retry_after, RecipientCircuits::kMostThrottle);
}

TEST_F(RecipientCircuitsTest, DoesNotPauseAtOnceForAnErrorWithoutAWish) {
  transport_.Answer(kPartner, {.code = "http-503"});
  Deliver();
  EXPECT_EQ(Deliver().code, "http-503");

  transport_.Answer(kPartner, {.code = "http-500", .retry_after = absl::Minutes(1)});
  Deliver();
  EXPECT_EQ(Deliver().code, "http-500");
}

TEST_F(RecipientCircuitsTest, LeavesARecipientAloneThatIsGoneUntilItsRegistrationChanges) {
  transport_.Answer(kPartner, {.give_up = true, .code = "http-410"});
  EXPECT_EQ(Deliver().code, "http-410");

  now_ += absl::Hours(100);
  const DeliveryResult result = Deliver();
  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "endpoint-gone");
  EXPECT_EQ(Attempts(), 1u);
  EXPECT_EQ(Reach(), Health::REACH_GONE);

  transport_.Answer(kPartner, {.delivered = true});
  EXPECT_TRUE(Deliver(RecipientNamed(kPartner, "2")).delivered);
  EXPECT_EQ(Reach(), Health::REACH_GOOD);
}

TEST_F(RecipientCircuitsTest, OneThatWasGoneIsToldAgainAfterATestThatItTakes) {
  transport_.Answer(kPartner, {.give_up = true, .code = "http-410"});
  Deliver();
  const v1::Recipient partner = RecipientNamed(kPartner);
  const v1::Notice test;
  const auto run_test = [&](bool forges) {
    return circuits_.Deliver({.recipient = partner,
                              .way = partner.delivery(),
                              .notice = test,
                              .now = now_,
                              .forges = forges});
  };

  run_test(false);
  EXPECT_EQ(Deliver().code, "endpoint-gone");
  transport_.Answer(kPartner, {.delivered = true});
  run_test(true);
  EXPECT_EQ(Deliver().code, "endpoint-gone");
  run_test(false);

  EXPECT_EQ(Reach(), Health::REACH_GOOD);
  EXPECT_TRUE(Deliver().delivered);
}

TEST_F(RecipientCircuitsTest, TellsThatAnAttemptWasSpared) {
  Open();

  EXPECT_FALSE(Deliver().was_tried);
}

TEST_F(RecipientCircuitsTest, ClosesWhenTheRegistrationChanges) {
  Open();

  EXPECT_EQ(Deliver(RecipientNamed(kPartner, "2")).code, "timeout");
  EXPECT_EQ(circuits_.HealthOf(kPartner).consecutive_failures, 1);
}

// Its first attempt is still under way when the registration changes.
class ChangingRegistration : public NoticeTransport {
 public:
  DeliveryResult Deliver(const NoticeAttempt& attempt) override {
    if (attempt.recipient.etag() != "1") return {.delivered = true};
    v1::Recipient changed = attempt.recipient;
    changed.set_etag("2");
    EXPECT_TRUE(circuits
                    .Deliver(NoticeAttempt{.recipient = changed,
                                           .way = changed.delivery(),
                                           .notice = attempt.notice,
                                           .now = attempt.now})
                    .delivered);
    return DeliveryResult::Failure("http-410", true);
  }

  RecipientCircuits circuits{*this};
};

TEST_F(RecipientCircuitsTest, ForgetsWhatBecameOfAnAttemptByTheOldRegistration) {
  ChangingRegistration transport;
  const v1::Recipient old = RecipientNamed(kPartner);

  EXPECT_EQ(transport.circuits
                .Deliver(NoticeAttempt{
                    .recipient = old, .way = old.delivery(), .notice = notice_, .now = now_})
                .code,
            "http-410");

  EXPECT_EQ(transport.circuits.HealthOf(kPartner).reach, Health::REACH_GOOD);
}

TEST_F(RecipientCircuitsTest, HasACircuitForEachRecipientAndForTheFallback) {
  Open();

  EXPECT_EQ(DeliverByFallback().code, "timeout");
  EXPECT_TRUE(Deliver(kOther).delivered);
  EXPECT_EQ(Deliver().code, "circuit-open");
}

TEST_F(RecipientCircuitsTest, LetsTestsThroughAndLearnsNothingFromOneThatFails) {
  Open();
  notice_.clear_name();
  transport_.Answer(kPartner, {.code = "http-401"});

  EXPECT_EQ(Deliver().code, "http-401");

  notice_.set_name("requests/r1/notices/n1");
  EXPECT_EQ(Deliver().code, "circuit-open");
  EXPECT_EQ(Reach(), Health::REACH_PAUSED);
}

TEST_F(RecipientCircuitsTest, ShortensItsPausesForADemonstration) {
  RecipientCircuits circuits(transport_, 0.05);
  transport_.Answer(kPartner, {.code = "timeout"});
  const v1::Recipient recipient = RecipientNamed(kPartner);
  const NoticeAttempt attempt = {
      .recipient = recipient, .way = recipient.delivery(), .notice = notice_, .now = now_};
  for (int i = 0; i < RecipientCircuits::kMostFailures; ++i) circuits.Deliver(attempt);

  EXPECT_EQ(circuits.Deliver(attempt).retry_after, absl::Milliseconds(1500));
}

TEST_F(RecipientCircuitsTest, TellsHowARecipientIsReached) {
  EXPECT_EQ(Reach(), Health::REACH_UNSPECIFIED);
  EXPECT_EQ(circuits_.HealthOf(kPartner).last_failure_time, absl::InfinitePast());

  Deliver();
  EXPECT_EQ(Reach(), Health::REACH_GOOD);

  transport_.Answer(kPartner, {.code = "http-500"});
  Deliver();
  Deliver();
  const RecipientReach failing = circuits_.HealthOf(kPartner);
  EXPECT_EQ(failing.reach, Health::REACH_FAILING);
  EXPECT_EQ(failing.last_failure_time, now_);
  EXPECT_EQ(failing.last_failure_code, "http-500");
  EXPECT_EQ(failing.consecutive_failures, 2);

  for (int i = 0; i < 3; ++i) Deliver();
  EXPECT_EQ(Reach(), Health::REACH_PAUSED);
}

TEST_F(RecipientCircuitsTest, TellsOfTheFallbackWhereNothingWentTheUsualWay) {
  DeliverByFallback();

  EXPECT_EQ(Reach(), Health::REACH_GOOD);
}

}  // namespace
}  // namespace dsr
