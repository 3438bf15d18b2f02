#include "delivery/message_address.h"

#include <gtest/gtest.h>

#include <string>

namespace dsr {
namespace {

constexpr char kAgent[] = "agent@example.org";

// An answer to a representative whose identity and authority had passed when it was decided.
class RepresentativesAddressTest : public ::testing::Test {
 protected:
  RepresentativesAddressTest() {
    rulebook_.workflow.set_least_level(v1::ASSURANCE_LEVEL_CONTACT);
    v1::Requester& requester = *state().mutable_request()->mutable_requester();
    requester.set_relation(v1::RELATION_AUTHORISED_AGENT);
    requester.mutable_reply_to()->set_channel("email");
    requester.mutable_reply_to()->set_address(kAgent);
    v1::Contact& on_file = *state().mutable_request()->mutable_contact();
    on_file.set_channel("email");
    on_file.set_address("subject@example.com");
    identity().set_level(v1::ASSURANCE_LEVEL_CONTACT);
    authority().set_purpose(v1::VERIFICATION_PURPOSE_REPRESENTATION);
    for (v1::Verification* proof : {&identity(), &authority()})
      proof->set_state(v1::Verification::STATE_PASSED);
    message_.set_template_("response-access");
    message_.set_audience(v1::Message::AUDIENCE_REPRESENTATIVE);
  }

  storage::v1::RequestState& state() { return *record_.mutable_state(); }
  v1::Verification& identity() { return Verification(0); }
  v1::Verification& authority() { return Verification(1); }

  std::string Address() const {
    const v1::Contact* contact = AddressOf(rulebook_, record_, message_);
    return contact == nullptr ? "" : contact->address();
  }

  Rulebook rulebook_;
  storage::v1::RequestRecord record_;
  v1::Message message_;

 private:
  v1::Verification& Verification(int index) {
    while (state().verifications_size() <= index) state().add_verifications();
    return *state().mutable_verifications(index);
  }
};

TEST_F(RepresentativesAddressTest, IsTheReplyAddressOfWhoProvedIdentityAndAuthority) {
  EXPECT_EQ(Address(), kAgent);
}

TEST_F(RepresentativesAddressTest, StaysWhereTheAuthorityHasOnlyEndedSinceTheAnswer) {
  authority().mutable_expire_time()->set_seconds(1);

  EXPECT_EQ(Address(), kAgent);
}

TEST_F(RepresentativesAddressTest, IsNoneOnceTheAuthorityWasRevoked) {
  authority().set_state(v1::Verification::STATE_REVOKED);

  EXPECT_EQ(Address(), "");
}

TEST_F(RepresentativesAddressTest, IsNoneOnceTheIdentityTurnedOutToBeFraud) {
  identity().set_state(v1::Verification::STATE_REVOKED);

  EXPECT_EQ(Address(), "");
}

TEST_F(RepresentativesAddressTest, IsNoneWhereACourtsOrderSpeaksAgainstIt) {
  v1::Evidence& order = *authority().add_evidence();
  order.set_kind(v1::EVIDENCE_KIND_COURT_ORDER_AGAINST);
  order.set_accepted(true);

  EXPECT_EQ(Address(), "");
}

TEST_F(RepresentativesAddressTest, IsThereAgainAfterTheAuthorityWasProvedAnew) {
  authority().set_state(v1::Verification::STATE_REVOKED);
  v1::Verification& anew = *state().add_verifications();
  anew.set_purpose(v1::VERIFICATION_PURPOSE_REPRESENTATION);
  anew.set_state(v1::Verification::STATE_PASSED);

  EXPECT_EQ(Address(), kAgent);
}

}  // namespace
}  // namespace dsr
