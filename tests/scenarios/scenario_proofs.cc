// How a scenario's requesters prove who they are and for whom they act.
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "scenarios/scenario_runner.h"

namespace dsr {

absl::Status ScenarioRunner::Start(v1::VerificationMethod method) {
  StartVerification command{.id = world_.ids.Next<VerificationId>(), .method = method};
  if (method == v1::VERIFICATION_METHOD_DOCUMENTS)
    command.purpose = v1::VERIFICATION_PURPOSE_REPRESENTATION;
  return Execute(command);
}

absl::Status ScenarioRunner::Verify(v1::VerificationMethod method) {
  switch (method) {
    case v1::VERIFICATION_METHOD_ONE_TIME_CODE: {
      DSR_RETURN_IF_ERROR(
          Execute(StartVerification{world_.ids.Next<VerificationId>(), method}, Actor("ines")));
      int sends = 0;
      const storage::v1::RequestRecord present = Record();
      for (const v1::Verification& one : present.state().verifications()) sends = one.sends();
      return Execute(SubmitCode{.id = Pending(/*by_code=*/true), .matched_send = sends},
                     Actor("ines"));
    }
    case v1::VERIFICATION_METHOD_ACCOUNT_SESSION:
      return Execute(StartVerification{world_.ids.Next<VerificationId>(), method}, Actor("tool"));
    case v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY:
      DSR_RETURN_IF_ERROR(
          Execute(StartVerification{world_.ids.Next<VerificationId>(), method}, Actor("ines")));
      return Execute(DecideVerification{.id = Pending(/*by_code=*/false), .passed = true},
                     Actor("bureau"));
    default: {
      DSR_RETURN_IF_ERROR(Execute(StartVerification{world_.ids.Next<VerificationId>(),
                                                    v1::VERIFICATION_METHOD_WRITTEN_REQUEST},
                                  Actor("ines")));
      for (const v1::EvidenceKind kind :
           {v1::EVIDENCE_KIND_SIGNED_REQUEST, v1::EVIDENCE_KIND_IDENTITY_DOCUMENT}) {
        testing::v1::Evidence evidence;
        evidence.mutable_evidence()->set_kind(kind);
        DSR_RETURN_IF_ERROR(Show(evidence));
      }
      return Execute(DecideVerification{.id = Pending(/*by_code=*/false), .passed = true},
                     Actor("vera"));
    }
  }
}

absl::Status ScenarioRunner::Guess(bool right) {
  const VerificationId id = Pending(/*by_code=*/true);
  int sends = 0;
  const storage::v1::RequestRecord present = Record();
  for (const v1::Verification& one : present.state().verifications()) sends = one.sends();
  return Execute(SubmitCode{.id = id, .matched_send = right ? sends : 0});
}

absl::Status ScenarioRunner::Represent() {
  DSR_RETURN_IF_ERROR(Execute(
      StartVerification{world_.ids.Next<VerificationId>(), v1::VERIFICATION_METHOD_DOCUMENTS,
                        v1::VERIFICATION_PURPOSE_REPRESENTATION},
      Actor("ines")));
  const absl::CivilDay today = absl::ToCivilDay(world_.clock.Now(), Zone());
  std::vector<testing::v1::Evidence> all;
  const auto add = [&](v1::EvidenceKind kind) -> v1::Evidence& {
    v1::Evidence& evidence = *all.emplace_back().mutable_evidence();
    evidence.set_kind(kind);
    return evidence;
  };
  switch (Record().state().request().requester().relation()) {
    case v1::RELATION_CLOSE_RELATIVE: {
      v1::Date& died = *add(v1::EVIDENCE_KIND_DEATH).mutable_death_day();
      died.set_year(static_cast<int32_t>(today.year()) - 1);
      died.set_month(6);
      died.set_day(1);
      add(v1::EVIDENCE_KIND_KINSHIP).set_kinship(v1::KINSHIP_CHILD);
      add(v1::EVIDENCE_KIND_OWN_INTEREST);
      add(v1::EVIDENCE_KIND_NO_CONTRARY_ARRANGEMENT);
      break;
    }
    case v1::RELATION_AUTHORISED_AGENT:
      *add(v1::EVIDENCE_KIND_POWER_OF_ATTORNEY).mutable_expire_time() =
          ToTimestamp(world_.clock.Now() + absl::Hours(24 * 365));
      break;
    default: {
      v1::Date& of_age = *add(v1::EVIDENCE_KIND_GUARDIANSHIP).mutable_minor_until();
      of_age.set_year(static_cast<int32_t>(today.year()) + 6);
      of_age.set_month(6);
      of_age.set_day(1);
      break;
    }
  }
  for (const testing::v1::Evidence& evidence : all) DSR_RETURN_IF_ERROR(Show(evidence));
  return Execute(DecideVerification{.id = Pending(/*by_code=*/false), .passed = true},
                 Actor("vera"));
}

absl::Status ScenarioRunner::Show(const testing::v1::Evidence& shown) {
  PlannedCommand planned{.request = requests_[on_]};
  RecordEvidence command;
  command.recorded.set_verification_id(std::string(Pending(/*by_code=*/false).bytes()));
  const EvidenceId id = world_.ids.Next<EvidenceId>();
  command.recorded.set_evidence_id(std::string(id.bytes()));
  *command.recorded.mutable_evidence() = shown.evidence();
  command.recorded.mutable_evidence()->set_accepted(!shown.not_accepted());
  if (shown.document()) {
    command.recorded.set_document_sha256(std::string(32, 'd'));
    planned.document = "sealed";
  }
  planned.command = command;
  CallContext context{.principal = Actor("vera")};
  return world_.executor->ExecuteAndWait(std::move(planned), std::move(context)).status();
}

absl::Status ScenarioRunner::Revoke(bool is_fraud) {
  RevokeVerification command;
  const storage::v1::RequestRecord present = Record();
  for (const v1::Verification& one : present.state().verifications()) {
    if (one.state() != v1::Verification::STATE_PASSED) continue;
    command.revoked.set_verification_id(
        std::string(ParseVerificationName(one.name())->second.bytes()));
  }
  command.revoked.set_fraud(is_fraud);
  return Execute(command);
}

VerificationId ScenarioRunner::Pending(bool by_code) {
  VerificationId id = world_.ids.Next<VerificationId>();
  const storage::v1::RequestRecord present = Record();
  for (const v1::Verification& one : present.state().verifications()) {
    const bool is_code = one.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE;
    if (is_code != by_code) continue;
    if (one.state() == v1::Verification::STATE_PENDING || by_code)
      id = ParseVerificationName(one.name())->second;
  }
  return id;
}

}  // namespace dsr
