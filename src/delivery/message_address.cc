#include "delivery/message_address.h"

#include <algorithm>

#include "dsr/base/proto_time.h"
#include "workflow/proof.h"

namespace dsr {
namespace {

// Tells whether a verification of `level` or above passed and was not taken back. Whether it has
// expired is not asked: what is told was decided while it counted, and the answer must not be lost
// because a mail server was down.
bool HasPassed(const storage::v1::RequestState& state, v1::AssuranceLevel level) {
  return std::any_of(state.verifications().begin(), state.verifications().end(),
                     [&](const v1::Verification& verification) {
                       return PurposeOf(verification) == v1::VERIFICATION_PURPOSE_IDENTITY &&
                              verification.state() == v1::Verification::STATE_PASSED &&
                              verification.level() >= level;
                     });
}

// The same of the authority to act for the subject. A court's order against it ends it too.
bool HasAuthorityPassed(const storage::v1::RequestState& state) {
  bool has_passed = false;
  for (const v1::Verification& verification : state.verifications()) {
    for (const v1::Evidence& evidence : verification.evidence()) {
      if (evidence.kind() == v1::EVIDENCE_KIND_COURT_ORDER_AGAINST && evidence.accepted())
        return false;
    }
    has_passed |= PurposeOf(verification) == v1::VERIFICATION_PURPOSE_REPRESENTATION &&
                  verification.state() == v1::Verification::STATE_PASSED;
  }
  return has_passed;
}

const v1::Contact* Usable(const v1::Contact& contact) {
  return contact.channel().empty() || contact.address().empty() ? nullptr : &contact;
}

const v1::Contact* FirstAddress(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                                const v1::Message& message) {
  const v1::Request& request = record.state().request();
  if (message.audience() == v1::Message::AUDIENCE_SUBJECT) {
    // Who asks without being verified is answered where he said; whom the company tells of its own
    // accord, where it knows him.
    if (rulebook.workflow.initiation() == v1::INITIATION_UNVERIFIED)
      return Usable(request.requester().reply_to());
    if (rulebook.workflow.initiation() == v1::INITIATION_COMPANY) return Usable(request.contact());
    if (!IsCodeMessage(message) && !HasPassed(record.state(), rulebook.workflow.least_level()))
      return nullptr;
    return Usable(request.contact());
  }
  if (message.audience() == v1::Message::AUDIENCE_REPRESENTATIVE) {
    // A power that was revoked, or fraud that was found, stops the answer at once (LAW.md case 6).
    const v1::AssuranceLevel level = rulebook.workflow.least_level();
    const bool is_known =
        level == v1::ASSURANCE_LEVEL_UNSPECIFIED || HasPassed(record.state(), level);
    return is_known && HasAuthorityPassed(record.state()) ? Usable(request.requester().reply_to())
                                                          : nullptr;
  }
  if (const v1::Contact* reply_to = Usable(request.requester().reply_to())) return reply_to;
  return HasPassed(record.state(), v1::ASSURANCE_LEVEL_SESSION) ? Usable(request.contact())
                                                                : nullptr;
}

// The other address of the same person: only the subject itself, once verified, has two.
const v1::Contact* SecondAddress(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                                 const v1::Contact* first) {
  const v1::Request& request = record.state().request();
  if (request.requester().relation() != v1::RELATION_SUBJECT ||
      !HasPassed(record.state(),
                 std::max(v1::ASSURANCE_LEVEL_SESSION, rulebook.workflow.least_level()))) {
    return nullptr;
  }
  const v1::Contact* contact = Usable(request.contact());
  const v1::Contact* reply_to = Usable(request.requester().reply_to());
  return first == contact ? reply_to : contact;
}

}  // namespace

const v1::Contact* AddressOf(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                             const v1::Message& message) {
  const v1::Contact* first = FirstAddress(rulebook, record, message);
  return message.second_channel() ? SecondAddress(rulebook, record, first) : first;
}

const v1::Verification* VerificationOfCode(const storage::v1::RequestRecord& record,
                                           const v1::Message& message, absl::Time now) {
  for (const v1::Verification& verification : record.state().verifications()) {
    if (verification.name() != message.verification()) continue;
    const bool counts = verification.state() == v1::Verification::STATE_PENDING &&
                        verification.sends() == message.send_number() &&
                        now < FromTimestamp(verification.expire_time());
    return counts ? &verification : nullptr;
  }
  return nullptr;
}

}  // namespace dsr
