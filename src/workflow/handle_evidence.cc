#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/deadline.h"
#include "workflow/children.h"
#include "workflow/documents.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/machine.h"
#include "workflow/proof.h"
#include "workflow/siblings.h"
#include "workflow/transitions.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

constexpr char kProofEnd[] = "proof-end";
constexpr int kUsualDocumentDays = 15;

absl::Status CheckPending(const Deciding& deciding, const v1::Verification* verification) {
  if (!IsUnanswered(deciding.request().phase())) return AlreadyEnded(deciding.request().name());
  if (verification == nullptr) return ChildNotFound("verification");
  const bool is_pending = verification->state() == v1::Verification::STATE_PENDING &&
                          deciding.now() < FromTimestamp(verification->expire_time());
  return is_pending ? absl::OkStatus() : AlreadyEnded(verification->name());
}

bool Belongs(v1::EvidenceKind kind, const v1::Verification& verification, v1::Relation relation) {
  switch (kind) {
    case v1::EVIDENCE_KIND_SIGNED_REQUEST:
    case v1::EVIDENCE_KIND_IDENTITY_DOCUMENT:
      return verification.method() == v1::VERIFICATION_METHOD_WRITTEN_REQUEST;
    case v1::EVIDENCE_KIND_GUARDIANSHIP:
      return verification.method() == v1::VERIFICATION_METHOD_DOCUMENTS &&
             (relation == v1::RELATION_GUARDIAN || relation == v1::RELATION_SUBJECT);
    case v1::EVIDENCE_KIND_CAPACITY_RULING:
      return verification.method() == v1::VERIFICATION_METHOD_DOCUMENTS &&
             relation == v1::RELATION_GUARDIAN;
    case v1::EVIDENCE_KIND_DEATH:
    case v1::EVIDENCE_KIND_KINSHIP:
    case v1::EVIDENCE_KIND_OWN_INTEREST:
    case v1::EVIDENCE_KIND_NO_CONTRARY_ARRANGEMENT:
      return verification.method() == v1::VERIFICATION_METHOD_DOCUMENTS &&
             relation == v1::RELATION_CLOSE_RELATIVE;
    case v1::EVIDENCE_KIND_POWER_OF_ATTORNEY:
      return verification.method() == v1::VERIFICATION_METHOD_DOCUMENTS &&
             relation == v1::RELATION_AUTHORISED_AGENT;
    case v1::EVIDENCE_KIND_COURT_ORDER_AGAINST:
      return verification.method() == v1::VERIFICATION_METHOD_DOCUMENTS;
    default:
      return false;
  }
}

void CheckDeath(const Deciding& deciding, const v1::Evidence& evidence, FieldErrors& errors) {
  if (!evidence.has_death_day()) {
    return errors.AddMissing("evidence.death_day", "is required for DEATH");
  }
  const absl::CivilDay day = ToCivilDay(evidence.death_day());
  if (day > DayOf(deciding.now(), deciding.rulebook().zone)) {
    errors.AddInvalid("evidence.death_day", "must not be in the future");
  } else if (WasAliveAfter(deciding.circumstances(), evidence.death_day())) {
    errors.AddInvalid("evidence.death_day",
                      "the subject proved its identity after that day; record it as not accepted, "
                      "or revoke that verification first");
  }
}

void CheckPower(const Deciding& deciding, const v1::Evidence& evidence, FieldErrors& errors) {
  if (!evidence.has_expire_time()) {
    errors.AddMissing("evidence.expire_time", "is required for POWER_OF_ATTORNEY");
  }
  const v1::Request& request = deciding.request();
  const auto covers = [](const auto& scope, const std::string& what) {
    return scope.empty() || std::find(scope.begin(), scope.end(), what) != scope.end();
  };
  if (!covers(evidence.types(), request.type())) {
    errors.AddInvalid("evidence.types",
                      absl::StrCat("the power does not cover `", request.type(),
                                   "`; record it as not accepted and ask for a wider one"));
  }
  const bool all_covered = std::all_of(
      request.categories().begin(), request.categories().end(),
      [&](const std::string& category) { return covers(evidence.categories(), category); });
  if (!all_covered) {
    errors.AddInvalid("evidence.categories",
                      "the power does not cover all categories of the request; record it as not "
                      "accepted and ask for a wider one");
  }
}

bool IsOfAge(const v1::SubjectStatus& status, absl::CivilDay today) {
  return status.adult_ward() ||
         (status.has_minor_until() && ToCivilDay(status.minor_until()) <= today);
}

void CheckWard(const Deciding& deciding, const v1::Evidence& evidence, FieldErrors& errors) {
  if (!evidence.has_minor_until()) return;
  const absl::CivilDay today = DayOf(deciding.now(), deciding.rulebook().zone);
  const absl::CivilDay adult = ToCivilDay(evidence.minor_until());
  if (adult <= today) {
    errors.AddInvalid("ward_birth_day",
                      "the ward is 18 or older and acts alone, unless a court decided that it "
                      "lacks capacity: then leave it out and record CAPACITY_RULING");
  } else if (absl::CivilDay(adult.year() - 18, adult.month(), adult.day()) > today) {
    errors.AddInvalid("ward_birth_day", "must not be in the future");
  } else if (IsOfAge(deciding.request().subject_status(), today)) {
    errors.AddInvalid("ward_birth_day",
                      "by the company's record the ward is of age: leave it out and record "
                      "CAPACITY_RULING, or have the record corrected first");
  }
}

absl::Status CheckEvidence(const Deciding& deciding, const v1::Verification& verification,
                           const v1::Evidence& evidence) {
  const v1::Relation relation = deciding.request().requester().relation();
  if (!Belongs(evidence.kind(), verification, relation)) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "evidence.kind",
                          "does not belong to this verification's method and the requester's "
                          "relation to the subject");
  }
  // What is not accepted proves nothing, so it may be as wrong as it is.
  if (!evidence.accepted()) return absl::OkStatus();
  FieldErrors errors;
  if (evidence.has_expire_time() && FromTimestamp(evidence.expire_time()) <= deciding.now()) {
    errors.AddInvalid("evidence.expire_time", "has passed; record it as not accepted");
  }
  switch (evidence.kind()) {
    case v1::EVIDENCE_KIND_GUARDIANSHIP:
      CheckWard(deciding, evidence, errors);
      break;
    case v1::EVIDENCE_KIND_DEATH:
      CheckDeath(deciding, evidence, errors);
      break;
    case v1::EVIDENCE_KIND_KINSHIP:
      if (evidence.kinship() == v1::KINSHIP_UNSPECIFIED ||
          !v1::Kinship_IsValid(evidence.kinship())) {
        errors.AddInvalid("evidence.kinship", "must be one of Civil Code 1045 to be accepted");
      }
      break;
    case v1::EVIDENCE_KIND_POWER_OF_ATTORNEY:
      CheckPower(deciding, evidence, errors);
      break;
    default:
      break;
  }
  return errors.ToStatus();
}

absl::Status CheckDecider(const Deciding& deciding, const v1::Verification& verification) {
  switch (verification.method()) {
    case v1::VERIFICATION_METHOD_WRITTEN_REQUEST:
    case v1::VERIFICATION_METHOD_DOCUMENTS:
      return deciding.context().actor.HasRole("verifier") ? absl::OkStatus()
                                                          : RoleMissing("DecideVerification");
    case v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY:
      return deciding.context().actor.HasRole("identity_authority")
                 ? absl::OkStatus()
                 : RoleMissing("DecideVerification");
    default:
      return ActionNotAllowed(deciding.request(), "DecideVerification",
                              "a session or a code decides itself");
  }
}

void EndProofTimer(Deciding& deciding) {
  Event event;
  event.mutable_timer_ended()->set_name(kProofEnd);
  deciding.Emit(std::move(event));
}

// Most proofs outlive the answer; only where one ends before it, or the subject comes of age, a
// timer is worth its row.
void KeepProofTimer(Deciding& deciding) {
  absl::Time end = FromTimestamp(deciding.request().due_time());
  const absl::Time due = end;
  for (const v1::Verification& proof : deciding.state().verifications()) {
    if (proof.state() != v1::Verification::STATE_PASSED) continue;
    const absl::Time expires = FromTimestamp(proof.expire_time());
    if (expires > deciding.now()) end = std::min(end, expires);
  }
  // With a birthday another may ask, or alone.
  const v1::SubjectStatus& status = deciding.request().subject_status();
  for (const v1::Date& birthday : {status.child_until(), status.minor_until()}) {
    if (birthday.year() == 0) continue;
    const absl::Time begin = absl::FromCivil(ToCivilDay(birthday), deciding.rulebook().zone);
    if (begin > deciding.now()) end = std::min(end, begin);
  }
  const auto& timers = deciding.state().timers();
  const auto present = std::find_if(
      timers.begin(), timers.end(),
      [](const storage::v1::PendingTimer& timer) { return timer.name() == kProofEnd; });
  if (end >= due) {
    if (present != timers.end()) EndProofTimer(deciding);
    return;
  }
  if (present != timers.end() && FromTimestamp(present->due_time()) == end) return;
  Event event;
  event.mutable_timer_set()->set_name(kProofEnd);
  *event.mutable_timer_set()->mutable_due_time() = ToTimestamp(end);
  event.mutable_timer_set()->set_ends_at_response(true);
  deciding.Emit(std::move(event));
}

bool HadEffect(const storage::v1::RequestState& state) {
  return state.point_of_no_return() ||
         state.request().response().outcome() == v1::OUTCOME_FULFILLED ||
         state.request().response().outcome() == v1::OUTCOME_PARTLY_FULFILLED ||
         FindRound(state, v1::TASK_KIND_CORRECT) != nullptr ||
         FindRound(state, v1::TASK_KIND_APPLY_REMEDY) != nullptr;
}

// What has only grown old while the answer was overdue is not lost: the delay is the company's. It
// must be proved again before the next step, though, and the request waits for that.
bool WasProvedInTime(const Deciding& deciding, v1::AssuranceLevel least) {
  DecisionContext context = deciding.context();
  const absl::Time due = FromTimestamp(deciding.request().due_time());
  context.now = std::min(context.now, due - absl::Microseconds(1));
  return IsProved(
      Circumstances{.rulebook = deciding.rulebook(), .state = deciding.state(), .context = context},
      least);
}

// All is proved that the type needs. Where the same is asked for by a request that is open and
// proved, this one waits for that one's answer: linked before, it would tell whoever claims to be
// the subject that the subject has asked, and an unproved one would hold a proved one up.
void GoOn(Deciding& deciding) {
  const storage::v1::RequestState* same = FindSame(deciding.circumstances());
  if (same == nullptr) {
    TakeTransition(deciding, v1::TRIGGER_IDENTITY_VERIFIED);
    return;
  }
  LinkTo(deciding, same->request());
  TakeTransition(deciding, v1::TRIGGER_DUPLICATE_FILED);
}

// Fraud: nothing more is done for whoever it was, and what can be undone is (LAW.md case 14).
void StopForFraud(Deciding& deciding) {
  Event incident;
  incident.mutable_incident_raised()->set_kind(v1::Incident::KIND_VERIFICATION_FRAUD);
  incident.mutable_incident_raised()->set_effective(HadEffect(deciding.state()));
  deciding.Emit(std::move(incident));
  // Another proof may stand.
  if (IsProved(deciding.circumstances(), deciding.rulebook().workflow.least_level())) return;
  CancelTasks(deciding, /*spares_lookup=*/true);
  CancelNotices(deciding);
  ReleaseRetained(deciding);
}

}  // namespace

void PassVerification(Deciding& deciding, const std::string& id, v1::AssuranceLevel level,
                      bool with_content) {
  const v1::Verification* verification = FindVerification(deciding.mutable_record(), id);
  if (verification == nullptr) return;
  Event event;
  storage::v1::VerificationPassed& passed = *event.mutable_verification_passed();
  passed.set_verification_id(id);
  passed.set_level(level);
  const absl::Duration valid =
      absl::Seconds(deciding.rulebook().policy.verification().valid_seconds());
  *passed.mutable_expire_time() = ToTimestamp(
      std::min(deciding.now() + valid, EndOfEvidence(deciding.circumstances(), *verification)));
  if (with_content) {
    deciding.EmitContent(std::move(event));
  } else {
    deciding.Emit(std::move(event));
  }
  if (deciding.request().phase() == v1::PHASE_VERIFICATION &&
      IsProved(deciding.circumstances(), deciding.rulebook().workflow.least_level())) {
    GoOn(deciding);
  }
}

void ReviewProof(Deciding& deciding) {
  const v1::AssuranceLevel least = deciding.rulebook().workflow.least_level();
  const v1::Phase phase = deciding.request().phase();
  if (least == v1::ASSURANCE_LEVEL_UNSPECIFIED || !IsUnanswered(phase)) return;
  // A death ends the role, which is another thing than proof that is lost, and is answered so.
  if (phase != v1::PHASE_VERIFICATION && HasEndedRole(deciding.circumstances())) return;
  if (phase != v1::PHASE_VERIFICATION && !WasProvedInTime(deciding, least)) {
    TakeTransition(deciding, v1::TRIGGER_PROOF_LOST);
  } else if (phase == v1::PHASE_VERIFICATION && IsProved(deciding.circumstances(), least)) {
    // What was missing may have come from elsewhere: a revoked death, a first request that lapsed.
    if (deciding.request().duplicate_of().empty()) {
      GoOn(deciding);
    } else {
      TakeTransition(deciding, v1::TRIGGER_IDENTITY_VERIFIED);
    }
  }
  if (IsUnanswered(deciding.request().phase())) KeepProofTimer(deciding);
}

absl::Status Handle(Deciding& deciding, const RecordEvidence& command) {
  const std::string& id = command.recorded.verification_id();
  const v1::Verification* verification = FindVerification(deciding.mutable_record(), id);
  DSR_RETURN_IF_ERROR(CheckPending(deciding, verification));
  DSR_RETURN_IF_ERROR(CheckEvidence(deciding, *verification, command.recorded.evidence()));
  Event event;
  storage::v1::EvidenceRecorded& recorded = *event.mutable_evidence_recorded();
  recorded = command.recorded;
  absl::Time purge = absl::InfiniteFuture();
  if (!recorded.document_sha256().empty()) {
    const int days = deciding.rulebook().policy.verification().document_days();
    purge = deciding.now() + absl::Hours(24) * (days == 0 ? kUsualDocumentDays : days);
    *recorded.mutable_purge_time() = ToTimestamp(purge);
  }
  const std::string evidence_id = recorded.evidence_id();
  deciding.EmitContent(std::move(event));
  if (purge != absl::InfiniteFuture()) BeginPurgeTimer(deciding, evidence_id, purge);
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const DecideVerification& command) {
  const v1::Verification* found = FindVerification(deciding.mutable_record(), command.id.bytes());
  DSR_RETURN_IF_ERROR(CheckPending(deciding, found));
  const v1::Verification verification = *found;
  DSR_RETURN_IF_ERROR(CheckDecider(deciding, verification));
  const std::string id(command.id.bytes());
  if (!command.passed) {
    Event event;
    event.mutable_verification_failed()->set_verification_id(id);
    deciding.Emit(std::move(event));
    if (verification.method() == v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY)
      TakeTransition(deciding, v1::TRIGGER_IDENTITY_REFUSED);
    return absl::OkStatus();
  }
  const std::vector<v1::MissingProof> missing =
      MissingEvidence(deciding.circumstances(), verification);
  if (!missing.empty()) return ProofMissing(deciding.request(), missing);
  PassVerification(deciding, id, verification.level(), /*with_content=*/false);
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RevokeVerification& command) {
  const v1::Verification* verification =
      FindVerification(deciding.mutable_record(), command.revoked.verification_id());
  if (verification == nullptr) return ChildNotFound("verification");
  if (verification->state() != v1::Verification::STATE_PASSED) {
    return ActionNotAllowed(deciding.request(), "RevokeVerification",
                            "the verification has not passed, or was revoked before");
  }
  Event event;
  *event.mutable_verification_revoked() = command.revoked;
  deciding.EmitContent(std::move(event));
  if (command.revoked.fraud()) StopForFraud(deciding);
  return absl::OkStatus();
}

}  // namespace dsr
