#include <algorithm>

#include "dsr/base/crypto.h"
#include "dsr/base/ids.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/evolve_children.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestRecord;

bool IsOfRepresentation(v1::VerificationPurpose purpose) {
  return purpose == v1::VERIFICATION_PURPOSE_REPRESENTATION;
}

void Start(RequestRecord& record, const Event& event,
           const storage::v1::VerificationStarted& started) {
  v1::Verification* verification = FindVerification(record, started.verification_id());
  if (verification == nullptr) {
    for (v1::Verification& other : *record.mutable_state()->mutable_verifications()) {
      if (other.state() == v1::Verification::STATE_PENDING &&
          IsOfRepresentation(other.purpose()) == IsOfRepresentation(started.purpose()))
        other.set_state(v1::Verification::STATE_SUPERSEDED);
    }
    verification = record.mutable_state()->add_verifications();
    const auto id = VerificationId::FromBytes(started.verification_id());
    if (id.ok()) verification->set_name(VerificationName(IdOf(record), *id));
    *verification->mutable_create_time() = event.time();
  }
  verification->set_purpose(started.purpose());
  verification->set_state(v1::Verification::STATE_PENDING);
  verification->set_method(started.method());
  verification->set_level(started.level());
  *verification->mutable_expire_time() = started.expire_time();
  verification->set_attempts_left(started.attempts_left());
  verification->set_sends(started.send_number());
}

// What accepted evidence shows about the subject.
void LearnStatus(const v1::Verification& verification, v1::Request& request) {
  for (const v1::Evidence& evidence : verification.evidence()) {
    if (!evidence.accepted()) continue;
    v1::SubjectStatus& status = *request.mutable_subject_status();
    if (evidence.has_minor_until()) *status.mutable_minor_until() = evidence.minor_until();
    if (evidence.has_child_until()) *status.mutable_child_until() = evidence.child_until();
    if (evidence.kind() == v1::EVIDENCE_KIND_CAPACITY_RULING) status.set_adult_ward(true);
  }
}

void SetVerifiedLevel(storage::v1::RequestState& state) {
  v1::AssuranceLevel level = v1::ASSURANCE_LEVEL_UNSPECIFIED;
  for (const v1::Verification& proof : state.verifications()) {
    if (proof.state() != v1::Verification::STATE_PASSED || IsOfRepresentation(proof.purpose()))
      continue;
    level = std::max(level, proof.level());
  }
  state.mutable_request()->set_verified_level(level);
}

void Record(RequestRecord& record, const Event& event,
            const storage::v1::EvidenceRecorded& recorded) {
  v1::Verification* verification = FindVerification(record, recorded.verification_id());
  const auto id = Id128::FromBytes(recorded.evidence_id());
  if (verification == nullptr || !id.ok()) return;
  v1::Evidence& evidence = *verification->add_evidence();
  evidence = recorded.evidence();
  evidence.set_id(id->ToString());
  evidence.set_seen_by(event.actor());
  *evidence.mutable_record_time() = event.time();
  if (recorded.document_sha256().empty()) return;
  evidence.set_document_sha256(HexEncode(recorded.document_sha256()));
  *evidence.mutable_document_purge_time() = recorded.purge_time();
}

void Purge(RequestRecord& record, const storage::v1::EvidencePurged& purged) {
  const auto id = Id128::FromBytes(purged.evidence_id());
  if (!id.ok()) return;
  for (v1::Verification& verification : *record.mutable_state()->mutable_verifications()) {
    for (v1::Evidence& evidence : *verification.mutable_evidence()) {
      if (evidence.id() == id->ToString()) evidence.set_document_purged(true);
    }
  }
}

void Revoke(RequestRecord& record, const storage::v1::VerificationRevoked& revoked) {
  v1::Verification* verification = FindVerification(record, revoked.verification_id());
  if (verification == nullptr) return;
  verification->set_state(v1::Verification::STATE_REVOKED);
  SetVerifiedLevel(*record.mutable_state());
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
      verification->set_wrong_codes(verification->wrong_codes() + 1);
    }
  } else if (event.has_verification_passed()) {
    const auto& passed = event.verification_passed();
    if (auto* verification = FindVerification(record, passed.verification_id())) {
      Decide(*verification, event, v1::Verification::STATE_PASSED);
      verification->set_level(passed.level());
      *verification->mutable_expire_time() = passed.expire_time();
      if (IsOfRepresentation(verification->purpose())) {
        LearnStatus(*verification, *record.mutable_state()->mutable_request());
      }
      SetVerifiedLevel(*record.mutable_state());
    }
  } else if (event.has_evidence_recorded()) {
    Record(record, event, event.evidence_recorded());
  } else if (event.has_evidence_purged()) {
    Purge(record, event.evidence_purged());
  } else if (event.has_verification_revoked()) {
    Revoke(record, event.verification_revoked());
  } else if (event.has_verification_failed()) {
    if (auto* verification =
            FindVerification(record, event.verification_failed().verification_id())) {
      Decide(*verification, event, v1::Verification::STATE_FAILED);
    }
  }
}

}  // namespace dsr
