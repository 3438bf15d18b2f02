// What is proved of a request: the requester's identity and, where one acts for another, the
// authority to do so (policy 4(7), PIPL 49, Minors' Online Protection 34).
#ifndef DSR_WORKFLOW_PROOF_H_
#define DSR_WORKFLOW_PROOF_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/verification.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// One request at one moment, as guards see it. Borrows all of it.
struct Circumstances {
  const Rulebook& rulebook;
  const storage::v1::RequestState& state;
  const DecisionContext& context;

  const v1::Request& request() const { return state.request(); }
  absl::Time now() const { return context.now; }
  const Actor& actor() const { return context.actor; }
  const Facts& facts() const { return *context.facts; }
};

// The purpose of a verification; those of before representations were known are of identity.
v1::VerificationPurpose PurposeOf(const v1::Verification& verification);

// The level that identity must be proved at: `least`, or more where a category asks for it.
v1::AssuranceLevel NeededLevel(const Circumstances& at, v1::AssuranceLevel least);

// True while the subject is a minor, by what is known from this request or others of the subject,
// or while a guardian asks and nothing shows that its ward is an adult.
bool IsMinor(const Circumstances& at);

// True when the subject is known to have died: from the company, or by accepted evidence in one of
// its requests.
bool IsDeceased(const Circumstances& at);

// True when the subject itself proved its identity after that day was over, here or by another of
// its requests.
bool WasAliveAfter(const Circumstances& at, const v1::Date& death_day);

// True when the authority to act must be proved: somebody acts for the subject, or it is a child.
bool NeedsRepresentation(const Circumstances& at);

// True when somebody other than the subject asks and its authority is in force at this moment.
bool HasAuthority(const Circumstances& at);

// What the guard VERIFIED asks: identity at `least` or what the categories need, and the authority
// where one is needed. After the point of no return an authority that has only ended still counts,
// one that was revoked does not: what was begun with authority is carried to its end, and the
// answer goes to the subject's contact on file.
bool IsProved(const Circumstances& at, v1::AssuranceLevel least);

// True where identity, and authority, are proved and nothing but the subject's death ends the
// requester's role. Whoever has proved nothing is not told of a death.
bool HasEndedRole(const Circumstances& at);

// Why IsProved is false: NOT_VERIFIED or REPRESENTATION_MISSING.
absl::Status NotProved(const Circumstances& at, v1::AssuranceLevel least);

// What is still missing for the workflow's least level.
std::vector<v1::MissingProof> MissingProofs(const Circumstances& at);
// What a pending verification lacks to be passed: evidence that its purpose asks for.
std::vector<v1::MissingProof> MissingEvidence(const Circumstances& at,
                                              const v1::Verification& verification);

// When the evidence of a representation ends: at a power's end, or when the ward comes of age.
absl::Time EndOfEvidence(const Circumstances& at, const v1::Verification& verification);

// FAILED_PRECONDITION with `missing` in the metadata; the reason fits what is missing.
absl::Status ProofMissing(const v1::Request& request, const std::vector<v1::MissingProof>& missing);

}  // namespace dsr

#endif  // DSR_WORKFLOW_PROOF_H_
