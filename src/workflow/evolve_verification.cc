#include <algorithm>

#include "dsr/base/ids.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/evolve_children.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestRecord;

void Start(RequestRecord& record, const Event& event,
           const storage::v1::VerificationStarted& started) {
  v1::Verification* verification = FindVerification(record, started.verification_id());
  if (verification == nullptr) {
    for (v1::Verification& other : *record.mutable_state()->mutable_verifications()) {
      if (other.state() == v1::Verification::STATE_PENDING)
        other.set_state(v1::Verification::STATE_SUPERSEDED);
    }
    verification = record.mutable_state()->add_verifications();
    const auto id = VerificationId::FromBytes(started.verification_id());
    if (id.ok()) verification->set_name(VerificationName(IdOf(record), *id));
    *verification->mutable_create_time() = event.time();
  }
  verification->set_state(v1::Verification::STATE_PENDING);
  verification->set_method(started.method());
  verification->set_level(started.level());
  *verification->mutable_expire_time() = started.expire_time();
  verification->set_attempts_left(started.attempts_left());
  verification->set_sends(started.send_number());
}

void Decide(v1::Verification& verification, const Event& event, v1::Verification::State state) {
  verification.set_state(state);
  verification.set_verified_by(event.actor());
  *verification.mutable_decide_time() = event.time();
}

}  // namespace

void EvolveVerification(RequestRecord& record, const Event& event) {
  if (event.has_verification_started()) {
    Start(record, event, event.verification_started());
  } else if (event.has_code_rejected()) {
    if (auto* verification = FindVerification(record, event.code_rejected().verification_id())) {
      verification->set_attempts_left(event.code_rejected().attempts_left());
    }
  } else if (event.has_verification_passed()) {
    const auto& passed = event.verification_passed();
    if (auto* verification = FindVerification(record, passed.verification_id())) {
      Decide(*verification, event, v1::Verification::STATE_PASSED);
      verification->set_level(passed.level());
      *verification->mutable_expire_time() = passed.expire_time();
      v1::Request& request = *record.mutable_state()->mutable_request();
      request.set_verified_level(std::max(request.verified_level(), passed.level()));
    }
  } else if (event.has_verification_failed()) {
    if (auto* verification =
            FindVerification(record, event.verification_failed().verification_id())) {
      Decide(*verification, event, v1::Verification::STATE_FAILED);
    }
  }
}

}  // namespace dsr
