#include <algorithm>

#include "absl/strings/str_cat.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/names.h"
#include "testing/request_driver.h"
#include "testing/shop_facts.h"
#include "unit/workflow/model_moves.h"
#include "unit/workflow/model_rules.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

constexpr auto kIdentity = v1::VERIFICATION_PURPOSE_IDENTITY;
constexpr auto kAuthority = v1::VERIFICATION_PURPOSE_REPRESENTATION;

// A power and a wardship end before the answer is due.
constexpr int kShortProofDays = 8;

class ProofMoves {
 public:
  ProofMoves(const Situation& at, Aspect aspect, const Rulebook& rulebook, MoveList& moves)
      : at_(at), state_(at.record.state()), aspect_(aspect), rulebook_(rulebook), moves_(moves) {}

  void AddAll() {
    if (aspect_ == Aspect::kLevels) {
      // What is proved beyond what is needed changes nothing.
      if (IsIdentified(state_, rulebook_, at_.now)) return;
      AddMethods();
    } else if (IsRepresentative(aspect_)) {
      AddAsRepresentative();
    } else if (!IsUnderWay(kIdentity)) {
      Start("start", v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY, Intake());
    }
    for (const v1::Verification& proof : state_.verifications()) {
      if (proof.state() == v1::Verification::STATE_PENDING) AddPending(proof);
      if (proof.state() == v1::Verification::STATE_PASSED) AddRevoking(proof);
    }
  }

 private:
  bool Counts(const v1::Verification& proof) const {
    return at_.now < FromTimestamp(proof.expire_time());
  }

  template <class Matches>
  bool IsUnderWay(Matches matches) const {
    const auto& proofs = state_.verifications();
    return std::any_of(proofs.begin(), proofs.end(), [&](const v1::Verification& proof) {
      return matches(proof) && Counts(proof) &&
             (proof.state() == v1::Verification::STATE_PASSED ||
              proof.state() == v1::Verification::STATE_PENDING);
    });
  }

  bool IsUnderWay(v1::VerificationPurpose purpose) const {
    return IsUnderWay([purpose](const auto& proof) { return proof.purpose() == purpose; });
  }

  bool IsUnderWay(v1::VerificationMethod method) const {
    return IsUnderWay([method](const auto& proof) { return proof.method() == method; });
  }

  StartVerification Starting(v1::VerificationMethod method) const {
    return StartVerification{VerificationId::Derive(at_.now, {absl::StrCat(state_.version())}),
                             method,
                             method == v1::VERIFICATION_METHOD_DOCUMENTS ? kAuthority : kIdentity};
  }

  void Start(const char* name, v1::VerificationMethod method, const Actor& actor) {
    moves_.Add(name, Starting(method), actor);
  }

  void AddMethods() {
    if (!IsUnderWay(v1::VERIFICATION_METHOD_ACCOUNT_SESSION)) {
      Start("session", v1::VERIFICATION_METHOD_ACCOUNT_SESSION, SessionTool());
      moves_.AddForbidden("I2", "session by nobody's tool",
                          Starting(v1::VERIFICATION_METHOD_ACCOUNT_SESSION), Intake());
    }
    const bool is_asked_elsewhere = IsUnderWay(v1::VERIFICATION_METHOD_WRITTEN_REQUEST) ||
                                    IsUnderWay(v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY);
    if (is_asked_elsewhere) return;
    Start("code", v1::VERIFICATION_METHOD_ONE_TIME_CODE, Intake());
    Start("in-writing", v1::VERIFICATION_METHOD_WRITTEN_REQUEST, Intake());
    Start("by-authority", v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY, Intake());
  }

  void AddAsRepresentative() {
    if (!IsUnderWay(kIdentity))
      Start("start", v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY, Intake());
    if (!IsUnderWay(kAuthority)) Start("documents", v1::VERIFICATION_METHOD_DOCUMENTS, Intake());
    // What proves the subject proves nobody who acts for it.
    moves_.AddForbidden("I2", "the subject's session",
                        Starting(v1::VERIFICATION_METHOD_ACCOUNT_SESSION), SessionTool());
    moves_.AddForbidden("I2", "the subject's code", Starting(v1::VERIFICATION_METHOD_ONE_TIME_CODE),
                        Intake());
  }

  void AddRevoking(const v1::Verification& proof) {
    RevokeVerification revoke;
    revoke.revoked.set_verification_id(std::string(IdIn<VerificationId>(proof.name()).bytes()));
    revoke.revoked.set_fraud(aspect_ == Aspect::kWork);
    moves_.Add("revoke", revoke, Verifier());
  }

  void AddPending(const v1::Verification& proof) {
    const VerificationId id = IdIn<VerificationId>(proof.name());
    if (proof.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE) {
      AddCodes(proof, id);
      return;
    }
    const bool by_people = proof.method() == v1::VERIFICATION_METHOD_WRITTEN_REQUEST ||
                           proof.method() == v1::VERIFICATION_METHOD_DOCUMENTS;
    const Actor decider = by_people ? Verifier() : IdentityAuthority();
    const DecideVerification pass{.id = id, .passed = true};
    moves_.AddForbidden("I2", "pass by whoever", pass, Intake());
    if (IsEnough(proof)) {
      moves_.Add("pass", pass, decider);
    } else {
      moves_.AddForbidden("I2", "pass without evidence", pass, decider);
    }
    moves_.Add("fail", DecideVerification{.id = id}, decider);
    if (proof.method() == v1::VERIFICATION_METHOD_WRITTEN_REQUEST) {
      Show(proof, v1::EVIDENCE_KIND_SIGNED_REQUEST);
      Show(proof, v1::EVIDENCE_KIND_IDENTITY_DOCUMENT);
    }
    if (proof.method() == v1::VERIFICATION_METHOD_DOCUMENTS) AddDocuments(proof);
  }

  void AddCodes(const v1::Verification& proof, const VerificationId& id) {
    const SubmitCode right{.id = id, .matched_send = proof.sends()};
    if (!Counts(proof)) {
      moves_.AddForbidden("I2", "late code", right, Intake());
    } else if (!state_.account_known()) {
      moves_.AddForbidden("I2", "code that was sent to nobody", right, Intake());
    } else {
      moves_.Add("right code", right, Intake());
    }
    moves_.AddForbidden("I2", "wrong code", SubmitCode{.id = id}, Intake());
    if (proof.sends() > 1) {
      moves_.AddForbidden("I2", "old code", SubmitCode{.id = id, .matched_send = proof.sends() - 1},
                          Intake());
    }
  }

  // After the point of no return a power that has only ended is carried on.
  bool Has(const v1::Verification& proof, v1::EvidenceKind kind) const {
    const auto& all = proof.evidence();
    return std::any_of(all.begin(), all.end(), [&](const v1::Evidence& one) {
      return one.kind() == kind && one.accepted() &&
             (state_.point_of_no_return() || !one.has_expire_time() ||
              at_.now < FromTimestamp(one.expire_time()));
    });
  }

  // Told apart from the engine's own list: what must have been seen, at least.
  bool IsEnough(const v1::Verification& proof) const {
    if (proof.method() == v1::VERIFICATION_METHOD_WRITTEN_REQUEST) {
      return Has(proof, v1::EVIDENCE_KIND_SIGNED_REQUEST) &&
             Has(proof, v1::EVIDENCE_KIND_IDENTITY_DOCUMENT);
    }
    if (proof.method() != v1::VERIFICATION_METHOD_DOCUMENTS) return true;
    return Has(proof, aspect_ == Aspect::kAgent ? v1::EVIDENCE_KIND_POWER_OF_ATTORNEY
                                                : v1::EVIDENCE_KIND_GUARDIANSHIP);
  }

  void AddDocuments(const v1::Verification& proof) {
    if (aspect_ == Aspect::kAgent) {
      Show(proof, v1::EVIDENCE_KIND_POWER_OF_ATTORNEY);
      if (!Has(proof, v1::EVIDENCE_KIND_POWER_OF_ATTORNEY)) {
        RecordEvidence other = Recording(proof, v1::EVIDENCE_KIND_POWER_OF_ATTORNEY, true);
        other.recorded.mutable_evidence()->add_types("some-other-right");
        moves_.AddForbidden("I2", "show a power for something else", other, Verifier());
      }
    } else {
      Show(proof, v1::EVIDENCE_KIND_GUARDIANSHIP);
      Show(proof, v1::EVIDENCE_KIND_CAPACITY_RULING);
      if (!Has(proof, v1::EVIDENCE_KIND_GUARDIANSHIP)) {
        RecordEvidence minor = Recording(proof, v1::EVIDENCE_KIND_GUARDIANSHIP, true);
        *minor.recorded.mutable_evidence()->mutable_minor_until() =
            ToDate(DayOf(at_.now, rulebook_.zone) + kShortProofDays);
        moves_.Add("show GUARDIANSHIP of a minor", minor, Verifier());
      }
    }
    Show(proof, v1::EVIDENCE_KIND_COURT_ORDER_AGAINST);
  }

  RecordEvidence Recording(const v1::Verification& proof, v1::EvidenceKind kind,
                           bool accepted) const {
    RecordEvidence show;
    show.recorded.set_verification_id(std::string(IdIn<VerificationId>(proof.name()).bytes()));
    show.recorded.set_evidence_id(std::string(
        EvidenceId::Derive(at_.now, {"evidence", absl::StrCat(state_.version())}).bytes()));
    v1::Evidence& evidence = *show.recorded.mutable_evidence();
    evidence.set_kind(kind);
    evidence.set_accepted(accepted);
    if (kind == v1::EVIDENCE_KIND_POWER_OF_ATTORNEY)
      *evidence.mutable_expire_time() = ToTimestamp(at_.now + absl::Hours(24 * kShortProofDays));
    return show;
  }

  // Not again what was accepted; in vain only first, where it leaves the request as it is.
  void Show(const v1::Verification& proof, v1::EvidenceKind kind) {
    if (Has(proof, kind)) return;
    const std::string what = absl::StrCat("show ", v1::EvidenceKind_Name(kind));
    moves_.Add(what, Recording(proof, kind, true), Verifier());
    if (proof.evidence().empty())
      moves_.Add(what + " in vain", Recording(proof, kind, false), Verifier());
  }

  const Situation& at_;
  const RequestState& state_;
  const Aspect aspect_;
  const Rulebook& rulebook_;
  MoveList& moves_;
};

}  // namespace

void AddProofs(const Situation& at, Aspect aspect, const Rulebook& rulebook, MoveList& moves) {
  ProofMoves(at, aspect, rulebook, moves).AddAll();
}

}  // namespace dsr
