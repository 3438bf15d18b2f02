#include "rpc/public_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsr/base/ids.h"

namespace dsr {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(PublicViewsTest, ARequestIsShownWithItsEtagAndWithoutPersonalFields) {
  storage::v1::RequestState state;
  state.set_version(7);
  state.mutable_request()->set_subject_account("account-1");
  state.mutable_request()->set_state("planned");

  const v1::Request shown = PublicRequest(state);

  EXPECT_EQ(shown.subject_account(), "");
  EXPECT_EQ(shown.state(), "planned");
  EXPECT_EQ(shown.etag(), "v7");
}

storage::v1::RequestState KnownAccount(v1::Relation relation) {
  storage::v1::RequestState state;
  v1::Request& request = *state.mutable_request();
  request.mutable_requester()->set_relation(relation);
  request.mutable_due_time()->set_seconds(1'772'000'000);
  request.mutable_contact()->set_channel("email");
  request.mutable_subject_status()->set_adult_ward(true);
  return state;
}

void Add(storage::v1::RequestState& state, v1::VerificationPurpose purpose,
         v1::Verification::State outcome) {
  v1::Verification& proof = *state.add_verifications();
  proof.set_purpose(purpose);
  proof.set_state(outcome);
}

bool ShowsAccount(const storage::v1::RequestState& state) {
  const v1::Request shown = PublicRequest(state);
  EXPECT_EQ(shown.has_contact(), shown.has_subject_status());
  return shown.has_contact();
}

TEST(PublicViewsTest, NothingOfTheAccountIsShownUntilTheSubjectIsVerified) {
  storage::v1::RequestState state = KnownAccount(v1::RELATION_SUBJECT);
  EXPECT_FALSE(ShowsAccount(state));
  Add(state, v1::VERIFICATION_PURPOSE_IDENTITY, v1::Verification::STATE_PENDING);
  Add(state, v1::VERIFICATION_PURPOSE_IDENTITY, v1::Verification::STATE_FAILED);
  EXPECT_FALSE(ShowsAccount(state));

  Add(state, v1::VERIFICATION_PURPOSE_IDENTITY, v1::Verification::STATE_PASSED);

  EXPECT_TRUE(ShowsAccount(state));
}

TEST(PublicViewsTest, NothingOfTheAccountIsShownToWhoseAuthorityIsNotProved) {
  storage::v1::RequestState state = KnownAccount(v1::RELATION_AUTHORISED_AGENT);
  Add(state, v1::VERIFICATION_PURPOSE_IDENTITY, v1::Verification::STATE_PASSED);
  EXPECT_FALSE(ShowsAccount(state));

  Add(state, v1::VERIFICATION_PURPOSE_REPRESENTATION, v1::Verification::STATE_REVOKED);

  EXPECT_TRUE(ShowsAccount(state));
}

TEST(PublicViewsTest, WhatTheCompanyDoesOfItsOwnAccordHidesNothing) {
  EXPECT_TRUE(ShowsAccount(KnownAccount(v1::RELATION_COMPANY)));
}

TEST(PublicViewsTest, WhatIsDueToNobodyHasNoDays) {
  storage::v1::RequestState state;
  state.mutable_request()->mutable_due_time();
  state.mutable_request()->mutable_last_day();

  const v1::Request shown = PublicRequest(state);

  EXPECT_FALSE(shown.has_due_time());
  EXPECT_FALSE(shown.has_last_day());
}

TEST(PublicViewsTest, AnEventTellsWhetherTheAccountIsKnownOnceTheRequestWasVerified) {
  storage::v1::Event event;
  event.mutable_task_completed()->set_account_known(true);

  EXPECT_TRUE(PublicEvent(event, /*was_verified=*/false).details().empty());
  EXPECT_THAT(PublicEvent(event, /*was_verified=*/true).details(),
              UnorderedElementsAre(Pair("account_known", "true")));
}

TEST(PublicViewsTest, AnEventIsShownByItsKindAndPlainFields) {
  storage::v1::Event event;
  event.set_sequence(3);
  event.set_actor("caseworker-1");
  storage::v1::StateChanged& changed = *event.mutable_state_changed();
  changed.set_from("assessing");
  changed.set_to("planned");
  changed.set_phase(v1::PHASE_ASSESSMENT);
  changed.set_trigger("assessed");
  changed.add_timers()->set_name("reminder");

  const v1::RequestEvent shown = PublicEvent(event, /*was_verified=*/true);

  EXPECT_EQ(shown.sequence(), 3);
  EXPECT_EQ(shown.actor(), "caseworker-1");
  EXPECT_EQ(shown.kind(), "state_changed");
  EXPECT_THAT(shown.details(),
              UnorderedElementsAre(Pair("from", "assessing"), Pair("to", "planned"),
                                   Pair("phase", "PHASE_ASSESSMENT"), Pair("trigger", "assessed"),
                                   Pair("timers", "1")));
}

TEST(PublicViewsTest, IdsAreShownAsTheyStandInNames) {
  storage::v1::Event event;
  const std::string id(16, '\x01');
  event.mutable_code_rejected()->set_verification_id(id);
  event.mutable_code_rejected()->set_attempts_left(4);

  EXPECT_THAT(PublicEvent(event, /*was_verified=*/true).details(),
              UnorderedElementsAre(Pair("verification_id", Id128::FromBytes(id)->ToString()),
                                   Pair("attempts_left", "4")));
}

TEST(PublicViewsTest, APersonalFieldIsNeverADetail) {
  storage::v1::Event event;
  event.mutable_request_withdrawn()->set_reason("because I say so");

  EXPECT_TRUE(PublicEvent(event, /*was_verified=*/true).details().empty());
}

}  // namespace
}  // namespace dsr
