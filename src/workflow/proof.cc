#include "workflow/proof.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "workflow/children.h"
#include "workflow/machine.h"
#include "workflow/proof_words.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::RequestState;
using v1::MissingProof;
using v1::Verification;

bool IsBefore(const Circumstances& at, const v1::Date& end) {
  return at.now() < absl::FromCivil(ToCivilDay(end), at.rulebook.zone);
}

bool ShowsChild(const Circumstances& at, const RequestState& state) {
  const v1::SubjectStatus& status = state.request().subject_status();
  return status.has_child_until() && IsBefore(at, status.child_until());
}

// Known as one by this request or another of the subject, such as its guardian's.
bool IsChild(const Circumstances& at) {
  const auto& siblings = at.facts().siblings;
  return ShowsChild(at, at.state) ||
         std::any_of(siblings.begin(), siblings.end(),
                     [&](const RequestState& sibling) { return ShowsChild(at, sibling); });
}

bool IsFor(const Verification& proof, v1::VerificationPurpose purpose) {
  return PurposeOf(proof) == purpose;
}

// What was begun with proof is ended with it, however long that takes: half a correction, or an
// account closed and not erased, would be worse than what was asked for.
bool IsCarriedOn(const RequestState& state) {
  if (state.point_of_no_return()) return true;
  if (state.request().phase() != v1::PHASE_WORK) return false;
  for (const v1::TaskKind kind : {v1::TASK_KIND_CORRECT, v1::TASK_KIND_RESTRICT,
                                  v1::TASK_KIND_STOP_PROCESSING, v1::TASK_KIND_APPLY_REMEDY}) {
    if (FindRound(state, kind) != nullptr) return true;
  }
  return false;
}

bool HasPassed(const Circumstances& at, const Verification& proof) {
  if (proof.state() != Verification::STATE_PASSED) return false;
  return IsCarriedOn(at.state) || at.now() < FromTimestamp(proof.expire_time());
}

bool IdentityProved(const Circumstances& at, v1::AssuranceLevel level) {
  const auto& proofs = at.state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const Verification& proof) {
    return IsFor(proof, v1::VERIFICATION_PURPOSE_IDENTITY) && proof.level() >= level &&
           HasPassed(at, proof);
  });
}

// True when the subject itself proved its identity after that day was over.
bool ProvedAfter(const RequestState& state, absl::Time end) {
  if (state.request().requester().relation() != v1::RELATION_SUBJECT) return false;
  const auto& proofs = state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const Verification& proof) {
    return IsFor(proof, v1::VERIFICATION_PURPOSE_IDENTITY) &&
           proof.state() == Verification::STATE_PASSED && FromTimestamp(proof.decide_time()) >= end;
  });
}

bool ShowsDeath(const RequestState& state) {
  const auto& proofs = state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const Verification& proof) {
    if (!IsFor(proof, v1::VERIFICATION_PURPOSE_REPRESENTATION) ||
        proof.state() != Verification::STATE_PASSED) {
      return false;
    }
    return std::any_of(proof.evidence().begin(), proof.evidence().end(), [&](const auto& evidence) {
      return evidence.kind() == v1::EVIDENCE_KIND_DEATH && evidence.accepted();
    });
  });
}

bool Covers(const google::protobuf::RepeatedPtrField<std::string>& scope, const std::string& what) {
  return scope.empty() || std::find(scope.begin(), scope.end(), what) != scope.end();
}

bool CoversRequest(const v1::Evidence& power, const v1::Request& request) {
  return Covers(power.types(), request.type()) &&
         std::all_of(request.categories().begin(), request.categories().end(),
                     [&](const std::string& name) { return Covers(power.categories(), name); });
}

bool ShowsCourtOrder(const RequestState& state) {
  const auto& proofs = state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [](const Verification& proof) {
    return std::any_of(proof.evidence().begin(), proof.evidence().end(), [](const auto& evidence) {
      return evidence.kind() == v1::EVIDENCE_KIND_COURT_ORDER_AGAINST && evidence.accepted();
    });
  });
}

// The death that a request shows is that of somebody who has proved to be alive since.
bool IsContradicted(const Circumstances& at, const RequestState& state) {
  const auto& proofs = state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const Verification& proof) {
    if (proof.state() != Verification::STATE_PASSED) return false;
    return std::any_of(proof.evidence().begin(), proof.evidence().end(), [&](const auto& evidence) {
      return evidence.kind() == v1::EVIDENCE_KIND_DEATH && evidence.accepted() &&
             WasAliveAfter(at, evidence.death_day());
    });
  });
}

// Somebody is said to be dead, and shows to be alive: until a person takes one of the proofs back,
// nothing is done for either.
bool IsDeathInDoubt(const Circumstances& at) {
  const auto& siblings = at.facts().siblings;
  return IsContradicted(at, at.state) ||
         std::any_of(siblings.begin(), siblings.end(),
                     [&](const RequestState& sibling) { return IsContradicted(at, sibling); });
}

// What speaks against this requester, whatever else it shows: also what is on file of its other
// requests (LAW.md case 3).
bool IsOpposed(const Circumstances& at) {
  const v1::Relation relation = at.request().requester().relation();
  if (relation == v1::RELATION_CLOSE_RELATIVE &&
      at.request().subject_status().contrary_arrangement()) {
    return true;
  }
  if (relation == v1::RELATION_CLOSE_RELATIVE && !at.state.point_of_no_return() &&
      IsDeathInDoubt(at)) {
    return true;
  }
  if (ShowsCourtOrder(at.state)) return true;
  const auto& siblings = at.facts().siblings;
  return std::any_of(siblings.begin(), siblings.end(), [&](const RequestState& sibling) {
    return sibling.request().requester().relation() == relation &&
           !sibling.requester_key().empty() &&
           sibling.requester_key() == at.state.requester_key() && ShowsCourtOrder(sibling);
  });
}

// What was seen stays seen, whatever became of the verification it was shown for.
bool ShowsMinor(const Circumstances& at, const RequestState& state) {
  const v1::SubjectStatus& status = state.request().subject_status();
  if ((status.has_minor_until() && IsBefore(at, status.minor_until())) ||
      (status.has_child_until() && IsBefore(at, status.child_until()))) {
    return true;
  }
  const auto& proofs = state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const Verification& proof) {
    return std::any_of(proof.evidence().begin(), proof.evidence().end(),
                       [&](const v1::Evidence& evidence) {
                         return evidence.accepted() && evidence.has_minor_until() &&
                                IsBefore(at, evidence.minor_until());
                       });
  });
}

// Known as a minor by this request or another of the subject.
bool IsKnownMinor(const Circumstances& at) {
  const auto& siblings = at.facts().siblings;
  return ShowsMinor(at, at.state) ||
         std::any_of(siblings.begin(), siblings.end(),
                     [&](const RequestState& sibling) { return ShowsMinor(at, sibling); });
}

// Known as of age: by the company's record, or by the ruling that an adult needs a guardian.
bool IsKnownAdult(const Circumstances& at) {
  const v1::SubjectStatus& status = at.request().subject_status();
  if (status.adult_ward() || (status.has_minor_until() && !IsBefore(at, status.minor_until())))
    return true;
  const auto& proofs = at.state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [](const Verification& proof) {
    return std::any_of(proof.evidence().begin(), proof.evidence().end(), [](const auto& evidence) {
      return evidence.kind() == v1::EVIDENCE_KIND_CAPACITY_RULING && evidence.accepted();
    });
  });
}

bool RepresentationProved(const Circumstances& at) {
  if (IsOpposed(at)) return false;
  const auto& proofs = at.state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const Verification& proof) {
    return IsFor(proof, v1::VERIFICATION_PURPOSE_REPRESENTATION) && HasPassed(at, proof) &&
           MissingEvidence(at, proof).empty();
  });
}

// A child's own request needs what a guardian's would.
v1::Relation RelationToShow(const Circumstances& at) {
  const v1::Relation relation = at.request().requester().relation();
  return relation == v1::RELATION_SUBJECT ? v1::RELATION_GUARDIAN : relation;
}

// True when the ward is an adult by the evidence of this verification, and by what is known.
bool ConcernsAdult(const Circumstances& at, const Verification& proof) {
  if (IsKnownMinor(at)) return false;
  return std::none_of(proof.evidence().begin(), proof.evidence().end(), [](const auto& evidence) {
    return evidence.accepted() && evidence.has_minor_until();
  });
}

std::vector<v1::EvidenceKind> NeededEvidence(const Circumstances& at, const Verification& proof) {
  std::vector<v1::EvidenceKind> needed;
  if (IsFor(proof, v1::VERIFICATION_PURPOSE_IDENTITY)) {
    if (proof.method() == v1::VERIFICATION_METHOD_WRITTEN_REQUEST) {
      needed = {v1::EVIDENCE_KIND_SIGNED_REQUEST, v1::EVIDENCE_KIND_IDENTITY_DOCUMENT};
    }
    return needed;
  }
  for (const v1::RepresentationRule& rule : at.rulebook.policy.representations()) {
    if (rule.relation() != RelationToShow(at)) continue;
    for (const int kind : rule.needs()) needed.push_back(static_cast<v1::EvidenceKind>(kind));
    if (!ConcernsAdult(at, proof)) continue;
    for (const int kind : rule.needs_for_adults()) {
      needed.push_back(static_cast<v1::EvidenceKind>(kind));
    }
  }
  return needed;
}

// Why this kind of evidence is missing; UNSPECIFIED when it is not.
MissingProof::Reason WhyMissing(const Circumstances& at, const Verification& proof,
                                v1::EvidenceKind kind) {
  MissingProof::Reason reason = MissingProof::REASON_NOT_GIVEN;
  for (const v1::Evidence& evidence : proof.evidence()) {
    if (evidence.kind() != kind) continue;
    if (!evidence.accepted()) {
      reason = MissingProof::REASON_NOT_ACCEPTED;
    } else if (evidence.has_expire_time() && !at.state.point_of_no_return() &&
               FromTimestamp(evidence.expire_time()) <= at.now()) {
      reason = MissingProof::REASON_EXPIRED;
    } else if (!CoversRequest(evidence, at.request())) {
      reason = MissingProof::REASON_OUT_OF_SCOPE;
    } else {
      return MissingProof::REASON_UNSPECIFIED;
    }
  }
  return reason;
}

MissingProof Missing(v1::VerificationPurpose purpose, MissingProof::Reason reason) {
  MissingProof missing;
  missing.set_purpose(purpose);
  missing.set_reason(reason);
  return missing;
}

const Verification* Latest(const RequestState& state, v1::VerificationPurpose purpose) {
  const auto& proofs = state.verifications();
  for (auto it = proofs.rbegin(); it != proofs.rend(); ++it) {
    if (IsFor(*it, purpose) && it->state() != Verification::STATE_SUPERSEDED) return &*it;
  }
  return nullptr;
}

MissingProof::Reason WhyNotPassed(const Circumstances& at, const Verification* proof) {
  if (proof == nullptr) return MissingProof::REASON_NOT_GIVEN;
  switch (proof->state()) {
    case Verification::STATE_PENDING:
      return at.now() < FromTimestamp(proof->expire_time()) ? MissingProof::REASON_NOT_DECIDED
                                                            : MissingProof::REASON_EXPIRED;
    case Verification::STATE_PASSED:
      return MissingProof::REASON_EXPIRED;
    case Verification::STATE_REVOKED:
      return MissingProof::REASON_REVOKED;
    default:
      return MissingProof::REASON_NOT_ACCEPTED;
  }
}

void AddIdentity(const Circumstances& at, v1::AssuranceLevel level,
                 std::vector<MissingProof>& missing) {
  if (IdentityProved(at, level)) return;
  const Verification* latest = Latest(at.state, v1::VERIFICATION_PURPOSE_IDENTITY);
  MissingProof::Reason reason = WhyNotPassed(at, latest);
  if (latest != nullptr && HasPassed(at, *latest)) reason = MissingProof::REASON_NOT_ACCEPTED;
  MissingProof& one = missing.emplace_back(Missing(v1::VERIFICATION_PURPOSE_IDENTITY, reason));
  one.set_level(level);
  if (latest == nullptr || latest->state() != Verification::STATE_PENDING) return;
  for (MissingProof& evidence : MissingEvidence(at, *latest)) {
    missing.push_back(std::move(evidence));
  }
}

void AddRepresentation(const Circumstances& at, std::vector<MissingProof>& missing) {
  if (!NeedsRepresentation(at) || RepresentationProved(at)) return;
  static const Verification& kNothing = *[] {
    auto* nothing = new Verification;
    nothing->set_purpose(v1::VERIFICATION_PURPOSE_REPRESENTATION);
    return nothing;
  }();
  const Verification* latest = Latest(at.state, v1::VERIFICATION_PURPOSE_REPRESENTATION);
  if (IsOpposed(at)) {
    missing.push_back(
        Missing(v1::VERIFICATION_PURPOSE_REPRESENTATION, MissingProof::REASON_OPPOSED));
    return;
  }
  const bool begins_anew = latest == nullptr || latest->state() != Verification::STATE_PENDING;
  std::vector<MissingProof> evidence = MissingEvidence(at, latest == nullptr ? kNothing : *latest);
  if (evidence.empty() || (begins_anew && latest != nullptr)) {
    missing.push_back(Missing(v1::VERIFICATION_PURPOSE_REPRESENTATION, WhyNotPassed(at, latest)));
  }
  for (MissingProof& one : evidence) missing.push_back(std::move(one));
}

}  // namespace

v1::VerificationPurpose PurposeOf(const Verification& verification) {
  return verification.purpose() == v1::VERIFICATION_PURPOSE_REPRESENTATION
             ? v1::VERIFICATION_PURPOSE_REPRESENTATION
             : v1::VERIFICATION_PURPOSE_IDENTITY;
}

v1::AssuranceLevel NeededLevel(const Circumstances& at, v1::AssuranceLevel least) {
  v1::AssuranceLevel level = std::max(least, at.rulebook.workflow.least_level());
  for (const std::string& name : at.request().categories()) {
    const v1::Category* category = at.rulebook.FindCategory(name);
    if (category != nullptr) level = std::max(level, category->least_level());
  }
  return level;
}

bool IsMinor(const Circumstances& at) {
  if (IsKnownMinor(at)) return true;
  // Whoever has a guardian is a minor until an adult is shown: a file that was opened stays seen.
  return at.request().requester().relation() == v1::RELATION_GUARDIAN && !IsKnownAdult(at);
}

bool WasAliveAfter(const Circumstances& at, const v1::Date& death_day) {
  const absl::Time end = EndOfDay(ToCivilDay(death_day), at.rulebook.zone);
  const auto& siblings = at.facts().siblings;
  return ProvedAfter(at.state, end) ||
         std::any_of(siblings.begin(), siblings.end(),
                     [&](const RequestState& sibling) { return ProvedAfter(sibling, end); });
}

bool IsDeceased(const Circumstances& at) {
  if (at.request().subject_status().deceased() || ShowsDeath(at.state)) return true;
  const auto& siblings = at.facts().siblings;
  return std::any_of(siblings.begin(), siblings.end(), ShowsDeath);
}

bool NeedsRepresentation(const Circumstances& at) {
  return at.request().requester().relation() != v1::RELATION_SUBJECT || IsChild(at);
}

bool HasAuthority(const Circumstances& at) {
  if (at.request().requester().relation() == v1::RELATION_SUBJECT || IsOpposed(at)) return false;
  const auto& proofs = at.state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const Verification& proof) {
    return IsFor(proof, v1::VERIFICATION_PURPOSE_REPRESENTATION) &&
           proof.state() == Verification::STATE_PASSED &&
           at.now() < FromTimestamp(proof.expire_time());
  });
}

// Identity, and authority where one is needed, whether or not the subject lives.
bool ShowsWho(const Circumstances& at, v1::AssuranceLevel least) {
  return IdentityProved(at, NeededLevel(at, least)) &&
         (!NeedsRepresentation(at) || RepresentationProved(at));
}

// With the subject's death every role but its relatives' ends (LAW.md case 2).
bool EndsWithDeath(const Circumstances& at) {
  return !at.state.point_of_no_return() &&
         at.request().requester().relation() != v1::RELATION_CLOSE_RELATIVE && IsDeceased(at);
}

bool IsProved(const Circumstances& at, v1::AssuranceLevel least) {
  return ShowsWho(at, least) && !EndsWithDeath(at);
}

bool HasEndedRole(const Circumstances& at) {
  return EndsWithDeath(at) && !IsDeathInDoubt(at) &&
         ShowsWho(at, at.rulebook.workflow.least_level());
}

absl::Status NotProved(const Circumstances& at, v1::AssuranceLevel least) {
  const v1::AssuranceLevel level = NeededLevel(at, least);
  if (!IdentityProved(at, level)) return NotVerified(at.request(), level);
  std::vector<MissingProof> missing;
  AddRepresentation(at, missing);
  if (missing.empty()) {
    missing.push_back(
        Missing(v1::VERIFICATION_PURPOSE_REPRESENTATION, MissingProof::REASON_OPPOSED));
  }
  return ProofMissing(at.request(), missing);
}

std::vector<MissingProof> MissingProofs(const Circumstances& at) {
  std::vector<MissingProof> missing;
  const v1::AssuranceLevel least = at.rulebook.workflow.least_level();
  if (!IsUnanswered(at.request().phase()) || least == v1::ASSURANCE_LEVEL_UNSPECIFIED ||
      IsProved(at, least)) {
    return missing;
  }
  const v1::AssuranceLevel level = NeededLevel(at, least);
  AddIdentity(at, level, missing);
  // That a child of that account needs its guardian is told to nobody who has not shown to be it.
  if (at.request().requester().relation() != v1::RELATION_SUBJECT || IdentityProved(at, level))
    AddRepresentation(at, missing);
  if (missing.empty()) {
    missing.push_back(
        Missing(v1::VERIFICATION_PURPOSE_REPRESENTATION, MissingProof::REASON_OPPOSED));
  }
  for (MissingProof& one : missing) one.set_explanation(ExplainMissing(one));
  return missing;
}

std::vector<MissingProof> MissingEvidence(const Circumstances& at, const Verification& proof) {
  std::vector<MissingProof> missing;
  for (const v1::EvidenceKind kind : NeededEvidence(at, proof)) {
    const MissingProof::Reason reason = WhyMissing(at, proof, kind);
    if (reason == MissingProof::REASON_UNSPECIFIED) continue;
    MissingProof& one = missing.emplace_back(Missing(PurposeOf(proof), reason));
    one.set_evidence(kind);
    one.set_explanation(ExplainMissing(one));
  }
  return missing;
}

absl::Time EndOfEvidence(const Circumstances& at, const Verification& verification) {
  absl::Time end = absl::InfiniteFuture();
  for (const v1::Evidence& evidence : verification.evidence()) {
    if (!evidence.accepted()) continue;
    if (evidence.has_expire_time()) end = std::min(end, FromTimestamp(evidence.expire_time()));
    if (evidence.has_minor_until()) {
      end = std::min(end, absl::FromCivil(ToCivilDay(evidence.minor_until()), at.rulebook.zone));
    }
  }
  // What somebody proved of himself is not a guardian's to lose.
  if (!IsFor(verification, v1::VERIFICATION_PURPOSE_REPRESENTATION)) return end;
  const v1::SubjectStatus& status = at.request().subject_status();
  if (status.has_minor_until() && !status.adult_ward() &&
      RelationToShow(at) == v1::RELATION_GUARDIAN && IsKnownMinor(at)) {
    end = std::min(end, absl::FromCivil(ToCivilDay(status.minor_until()), at.rulebook.zone));
  }
  return end;
}

absl::Status ProofMissing(const v1::Request& request, const std::vector<MissingProof>& missing) {
  std::vector<std::string> kinds;
  for (const MissingProof& one : missing) {
    if (one.evidence() == v1::EVIDENCE_KIND_UNSPECIFIED) continue;
    kinds.push_back(
        std::string(absl::StripPrefix(v1::EvidenceKind_Name(one.evidence()), "EVIDENCE_KIND_")));
  }
  const std::string list = absl::StrJoin(kinds, ",");
  const bool is_of_identity = std::all_of(
      missing.begin(), missing.end(),
      [](const MissingProof& one) { return one.purpose() == v1::VERIFICATION_PURPOSE_IDENTITY; });
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      is_of_identity ? v1::ERROR_REASON_NOT_VERIFIED : v1::ERROR_REASON_REPRESENTATION_MISSING,
      absl::StrCat("what must be shown for ", request.name(),
                   " is not: ", list.empty() ? "the authority to act for the subject" : list,
                   "; ListAllowedActions tells what is missing and why"),
      {{"missing", list}});
}

}  // namespace dsr
