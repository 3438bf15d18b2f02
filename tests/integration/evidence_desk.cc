#include "integration/evidence_desk.h"

#include <vector>

namespace dsr {

v1::Evidence Good(v1::EvidenceKind kind) {
  v1::Evidence evidence;
  evidence.set_kind(kind);
  evidence.set_accepted(true);
  evidence.set_seen("page 3 of what was shown");
  return evidence;
}

std::string EvidenceTest::FileFor(v1::Relation relation, absl::string_view type) {
  v1::CreateRequestRequest call = type == "deletion" ? DeletionCall() : FilingCall(type);
  call.mutable_request()->mutable_requester()->set_relation(relation);
  return shop_.File(call).name();
}

void EvidenceTest::ResolveContact(const v1::SubjectStatus& status) {
  shop_.Work("profile", [&](const v1::Task&) {
    v1::TaskResult result;
    result.mutable_contact()->set_channel("email");
    result.mutable_contact()->set_address(kAddress);
    *result.mutable_subject_status() = status;
    return result;
  });
}

std::string EvidenceTest::Start(const std::string& request, v1::VerificationMethod method) {
  v1::StartVerificationRequest in;
  in.set_parent(request);
  in.set_idempotency_key(FreshKey());
  in.set_method(method);
  if (method == v1::VERIFICATION_METHOD_DOCUMENTS) {
    in.set_purpose(v1::VERIFICATION_PURPOSE_REPRESENTATION);
  }
  const auto begun =
      server_.Call<Verifications>("verifier-1", &Verifications::Stub::StartVerification, in);
  EXPECT_THAT(begun, IsOk());
  return begun.ok() ? begun->name() : "";
}

v1::RecordEvidenceRequest EvidenceTest::RecordCall(const std::string& verification,
                                                   const v1::Evidence& evidence,
                                                   const std::string& document) {
  v1::RecordEvidenceRequest in;
  in.set_name(verification);
  in.set_idempotency_key(FreshKey());
  *in.mutable_evidence() = evidence;
  in.set_document(document);
  return in;
}

absl::StatusOr<v1::Verification> EvidenceTest::Record(const v1::RecordEvidenceRequest& call,
                                                      absl::string_view principal) {
  return server_.Call<Verifications>(principal, &Verifications::Stub::RecordEvidence, call);
}

absl::StatusOr<v1::Verification> EvidenceTest::Record(const std::string& verification,
                                                      const v1::Evidence& evidence,
                                                      const std::string& document) {
  return Record(RecordCall(verification, evidence, document));
}

std::string EvidenceTest::RecordDocument(const std::string& verification, v1::EvidenceKind kind,
                                         const std::string& document) {
  const auto recorded = Record(verification, Good(kind), document);
  EXPECT_THAT(recorded, IsOk());
  if (!recorded.ok() || recorded->evidence().empty()) return "";
  return recorded->evidence().rbegin()->id();
}

absl::StatusOr<v1::Verification> EvidenceTest::Decide(const std::string& verification, bool passed,
                                                      absl::string_view principal) {
  v1::DecideVerificationRequest in;
  in.set_name(verification);
  in.set_idempotency_key(FreshKey());
  in.set_verdict(passed ? v1::DecideVerificationRequest::VERDICT_PASSED
                        : v1::DecideVerificationRequest::VERDICT_FAILED);
  return server_.Call<Verifications>(principal, &Verifications::Stub::DecideVerification, in);
}

absl::StatusOr<v1::Verification> EvidenceTest::Revoke(const std::string& verification, bool fraud,
                                                      absl::string_view principal) {
  v1::RevokeVerificationRequest in;
  in.set_name(verification);
  in.set_idempotency_key(FreshKey());
  in.set_reason("the power was withdrawn");
  in.set_fraud(fraud);
  return server_.Call<Verifications>(principal, &Verifications::Stub::RevokeVerification, in);
}

absl::StatusOr<v1::Verification> EvidenceTest::ShowVerification(const std::string& verification,
                                                                v1::VerificationView view,
                                                                absl::string_view principal) {
  v1::GetVerificationRequest in;
  in.set_name(verification);
  in.set_view(view);
  return server_.Call<Verifications>(principal, &Verifications::Stub::GetVerification, in);
}

v1::Verification EvidenceTest::GetVerification(const std::string& verification) {
  const auto found = ShowVerification(verification, v1::VERIFICATION_VIEW_BASIC, "auditor-1");
  EXPECT_THAT(found, IsOk());
  return found.ok() ? *found : v1::Verification();
}

absl::StatusOr<std::string> EvidenceTest::GetDocument(const std::string& verification,
                                                      const std::string& evidence,
                                                      absl::string_view principal) {
  v1::GetDocumentRequest in;
  in.set_verification(verification);
  in.set_evidence(evidence);
  const auto found = server_.Call<Verifications>(principal, &Verifications::Stub::GetDocument, in);
  if (!found.ok()) return found.status();
  return found->document();
}

std::string EvidenceTest::ProveIdentity(const std::string& request) {
  const std::string proof = Start(request, v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  EXPECT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)), IsOk());
  EXPECT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_IDENTITY_DOCUMENT)), IsOk());
  EXPECT_THAT(Decide(proof), IsOk());
  return proof;
}

std::string EvidenceTest::WrongField(const v1::RecordEvidenceRequest& call,
                                     v1::ErrorReason reason) {
  const absl::Status status = Record(call).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(reason));
  const std::vector<std::string> fields = FieldsOf(status);
  EXPECT_EQ(fields.size(), 1u) << status;
  return fields.empty() ? "" : fields.front();
}

std::string EvidenceTest::WrongField(const std::string& verification, const v1::Evidence& evidence,
                                     v1::ErrorReason reason) {
  return WrongField(RecordCall(verification, evidence), reason);
}

}  // namespace dsr
