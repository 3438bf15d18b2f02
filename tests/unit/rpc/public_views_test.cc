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

  const v1::RequestEvent shown = PublicEvent(event);

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

  EXPECT_THAT(PublicEvent(event).details(),
              UnorderedElementsAre(Pair("verification_id", Id128::FromBytes(id)->ToString()),
                                   Pair("attempts_left", "4")));
}

TEST(PublicViewsTest, APersonalFieldIsNeverADetail) {
  storage::v1::Event event;
  event.mutable_request_withdrawn()->set_reason("because I say so");

  EXPECT_TRUE(PublicEvent(event).details().empty());
}

}  // namespace
}  // namespace dsr
