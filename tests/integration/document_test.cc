// Documents handed in as evidence, and the case files of minors, through real gRPC: who opens them,
// how they are kept, and when they are destroyed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "integration/evidence_desk.h"
#include "integration/kept_bytes.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Requests = v1::RequestService;

constexpr char kDocument[] = "%PDF the document-canary of page 3";
constexpr size_t kMaxDocument = 2 * 1024 * 1024;

class DocumentTest : public EvidenceTest {
 protected:
  void SetUp() override {
    EvidenceTest::SetUp();
    request_ = shop_.File().name();
    proof_ = Start(request_, v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  }

  std::string RecordOne(const std::string& document = kDocument) {
    return RecordDocument(proof_, v1::EVIDENCE_KIND_SIGNED_REQUEST, document);
  }
  void Pass() {
    ASSERT_THAT(Record(proof_, Good(v1::EVIDENCE_KIND_IDENTITY_DOCUMENT)), IsOk());
    ASSERT_THAT(Decide(proof_), IsOk());
  }

  std::string request_;
  std::string proof_;
};

TEST_F(DocumentTest, IsGivenBackByteForByteToVerifiersAndPrivacyOfficersOnly) {
  const std::string bytes("any\0bytes\xff\xfe of any kind", 25);

  const std::string evidence = RecordOne(bytes);

  for (const char* reader : {"verifier-1", "officer-1"}) {
    const auto document = GetDocument(proof_, evidence, reader);
    ASSERT_THAT(document, IsOk()) << reader;
    EXPECT_TRUE(*document == bytes) << reader;
  }
  for (const char* other :
       {"intake-tool", "session-tool", "authority-1", "caseworker-1", "reviewer-1", "children-1",
        "auditor-1", "operator-1", "registrar-1", "system-browsing", "recipient-ad-partner"}) {
    EXPECT_THAT(GetDocument(proof_, evidence, other),
                AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                      ReasonIs(v1::ERROR_REASON_ROLE_MISSING)))
        << other;
  }
  EXPECT_THAT(shop_.AuditedKinds("caseworker-1"), ElementsAre("call_refused"));
  const v1::Verification recorded = GetVerification(proof_);
  ASSERT_THAT(recorded.evidence(), SizeIs(1));
  EXPECT_EQ(recorded.evidence(0).document_sha256(), HexEncode(Sha256(bytes)));
  EXPECT_FALSE(recorded.evidence(0).document_purged());
}

TEST_F(DocumentTest, HasAtMostTwoMebibytes) {
  const v1::Evidence evidence = Good(v1::EVIDENCE_KIND_SIGNED_REQUEST);
  const std::string largest(kMaxDocument, 'd');

  EXPECT_EQ(WrongField(RecordCall(proof_, evidence, largest + "d")), "document");
  EXPECT_THAT(Record(proof_, evidence, largest + largest + largest),
              AllOf(StatusIs(absl::StatusCode::kResourceExhausted),
                    ReasonIs(v1::ERROR_REASON_MESSAGE_TOO_LARGE)));
  EXPECT_THAT(GetVerification(proof_).evidence(), IsEmpty());

  const auto document = GetDocument(proof_, RecordOne(largest));
  ASSERT_THAT(document, IsOk());
  EXPECT_TRUE(*document == largest);
}

TEST_F(DocumentTest, IsKeptOnlySealedAndNeverLogged) {
  LogCapture log;
  const std::string evidence = RecordOne();
  ASSERT_THAT(GetDocument(proof_, evidence), IsOk());

  const std::string kept = BytesOfFiles(server_.data_dir());
  // A call's line is written after its answer, but not after the server has ended.
  server_.Restart();
  const std::string logged = log.Text();

  // As booleans: what was found must not stand in the test's own output.
  EXPECT_FALSE(absl::StrContains(kept, "document-canary"));
  EXPECT_TRUE(absl::StrContains(logged, "GetDocument"));
  EXPECT_FALSE(absl::StrContains(logged, "document-canary"));
  EXPECT_FALSE(absl::StrContains(BytesOfFiles(server_.data_dir()), "document-canary"));
  EXPECT_THAT(GetDocument(proof_, evidence), IsOkAndHolds(kDocument));
}

TEST_F(DocumentTest, ThatIsNotThereIsNotFound) {
  const std::string evidence = RecordOne();
  const auto without = Record(proof_, Good(v1::EVIDENCE_KIND_IDENTITY_DOCUMENT));
  ASSERT_THAT(without, IsOk());
  const std::string other_request = FileFor(v1::RELATION_AUTHORISED_AGENT, "access");
  const std::string other = Start(other_request, v1::VERIFICATION_METHOD_WRITTEN_REQUEST);

  for (const auto& [verification, id] :
       {std::pair(proof_, without->evidence(1).id()), std::pair(other, evidence),
        std::pair(proof_, std::string("01kjj5zzzz0000000000000000")),
        std::pair(request_ + "/verifications/01kjj5zzzz0000000000000000", evidence)}) {
    EXPECT_THAT(GetDocument(verification, id),
                AllOf(StatusIs(absl::StatusCode::kNotFound),
                      ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND)));
  }
  EXPECT_THAT(FieldsOf(GetDocument(proof_, "evidence-1").status()), ElementsAre("evidence"));
  EXPECT_THAT(FieldsOf(GetDocument("verification-1", evidence).status()),
              ElementsAre("verification"));
}

TEST_F(DocumentTest, IsDestroyedByItsTimerWhileTheRequestIsOpenAndItsHashStays) {
  const std::string evidence = RecordOne();
  Pass();
  const absl::Time recorded = server_.clock().Now();
  const v1::Verification before = GetVerification(proof_);
  EXPECT_EQ(FromTimestamp(before.evidence(0).document_purge_time()),
            recorded + absl::Hours(24 * 15));

  server_.clock().SetTime(recorded + absl::Hours(24 * 15) - absl::Seconds(1));
  EXPECT_THAT(GetDocument(proof_, evidence), IsOkAndHolds(kDocument));
  server_.clock().Advance(absl::Seconds(1));

  // Nobody asks for anything but to read; the timer fires by itself.
  v1::Verification after = GetVerification(proof_);
  for (int look = 0; look < 20'000 && !after.evidence(0).document_purged(); ++look) {
    after = GetVerification(proof_);
  }
  EXPECT_TRUE(after.evidence(0).document_purged());
  EXPECT_EQ(after.evidence(0).document_sha256(), HexEncode(Sha256(kDocument)));
  EXPECT_EQ(shop_.Get(request_).state(), "assessing");
  EXPECT_THAT(GetDocument(proof_, evidence), AllOf(StatusIs(absl::StatusCode::kNotFound),
                                                   ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND)));
}

TEST_F(DocumentTest, IsGoneInTheMomentItsTimeIsOverEvenBeforeATimerCame) {
  const std::string evidence = RecordOne();
  Pass();
  server_.clock().Advance(absl::Hours(24 * 15));

  EXPECT_THAT(GetDocument(proof_, evidence), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DocumentTest, IsDestroyedWhenTheRequestEnds) {
  const std::string evidence = RecordOne();
  ASSERT_THAT(shop_.Act("intake-tool", &Requests::Stub::WithdrawRequest,
                        v1::WithdrawRequestRequest(), request_),
              IsOk());

  EXPECT_TRUE(GetVerification(proof_).evidence(0).document_purged());
  EXPECT_THAT(GetDocument(proof_, evidence), StatusIs(absl::StatusCode::kNotFound));
}

// The case files of minors

class MinorsFileTest : public EvidenceTest {
 protected:
  void SetUp() override {
    EvidenceTest::SetUp();
    request_ = shop_.File().name();
    v1::SubjectStatus minor;
    *minor.mutable_minor_until() = DateOf(2028, 1, 1);
    ResolveContact(minor);
    proof_ = Start(request_, v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
    evidence_ = RecordDocument(proof_, v1::EVIDENCE_KIND_SIGNED_REQUEST, kDocument);
  }

  absl::StatusOr<v1::Request> Approve(const std::string& principal, int hours = 0,
                                      absl::string_view approver = "officer-1",
                                      const std::string& reason = "the request is to be decided") {
    v1::ApproveFileAccessRequest in;
    in.set_principal(principal);
    in.set_reason(reason);
    in.set_hours(hours);
    return shop_.Act(approver, &Requests::Stub::ApproveFileAccess, in, request_);
  }
  absl::Status Open(absl::string_view principal) {
    v1::GetRequestRequest in;
    in.set_name(request_);
    in.set_view(v1::REQUEST_VIEW_FULL);
    return server_.Call<Requests>(principal, &Requests::Stub::GetRequest, in).status();
  }

  std::string request_;
  std::string proof_;
  std::string evidence_;
};

TEST_F(MinorsFileTest, IsGivenToNobodyWhoIsKnownToLackTheChildrensRole) {
  const auto assign = [this](const std::string& assignee) {
    v1::AssignRequestRequest in;
    in.set_assignee(assignee);
    return shop_.Act("officer-1", &Requests::Stub::AssignRequest, in, request_).status();
  };

  EXPECT_THAT(assign("caseworker-1"),
              AllOf(StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("children_privacy")),
                    ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED)));
  EXPECT_EQ(shop_.Get(request_).assignee(), "");

  EXPECT_THAT(assign("children-1"), IsOk());
  // Only the tool of the caller knows this one.
  EXPECT_THAT(assign("wang-of-the-hotline"), IsOk());
  EXPECT_THAT(assign(""), IsOk());
}

TEST_F(MinorsFileTest, ShowsWhatWasSeenOnlyWithAnApprovalAndRecordsIt) {
  EXPECT_THAT(ShowVerification(proof_, v1::VERIFICATION_VIEW_FULL, "verifier-1"),
              ReasonIs(v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED));
  EXPECT_THAT(ShowVerification(proof_, v1::VERIFICATION_VIEW_BASIC, "verifier-1"), IsOk());
  ASSERT_THAT(Approve("verifier-1"), IsOk());

  const auto shown = ShowVerification(proof_, v1::VERIFICATION_VIEW_FULL, "verifier-1");

  ASSERT_THAT(shown, IsOk());
  EXPECT_EQ(shown->evidence(0).seen(), "page 3 of what was shown");
  EXPECT_THAT(shop_.AuditedKinds("verifier-1"), Contains("file_opened"));
}

TEST_F(MinorsFileTest, OpensToNobodyWithoutAnApproval) {
  for (const char* reader : {"caseworker-1", "children-1", "reviewer-1", "officer-1"}) {
    EXPECT_THAT(Open(reader), AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                                    ReasonIs(v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED)))
        << reader;
  }
  // Not even to the one who handed the document in.
  for (const char* reader : {"verifier-1", "officer-1"}) {
    EXPECT_THAT(GetDocument(proof_, evidence_, reader),
                AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                      ReasonIs(v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED)))
        << reader;
  }
  // What holds no personal field is no file.
  EXPECT_EQ(shop_.Get(request_).name(), request_);
}

TEST_F(MinorsFileTest, ARefusedOpeningIsInTheAuditLog) {
  EXPECT_THAT(Open("caseworker-1"), ReasonIs(v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED));

  EXPECT_THAT(shop_.AuditedKinds("caseworker-1"), Contains("call_refused").Times(1));
}

TEST_F(EvidenceTest, AFileIsAMinorsFromTheMomentThatItIsShownWhateverIsDecidedThen) {
  const std::string request = FileFor(v1::RELATION_GUARDIAN);
  const std::string authority = Start(request, v1::VERIFICATION_METHOD_DOCUMENTS);
  v1::RecordEvidenceRequest call =
      RecordCall(authority, Good(v1::EVIDENCE_KIND_GUARDIANSHIP), kDocument);
  call.set_ward_birth_day("2015-05-01");
  const auto recorded = Record(call);
  ASSERT_THAT(recorded, IsOk());

  EXPECT_THAT(GetDocument(authority, recorded->evidence(0).id()),
              ReasonIs(v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED));
}

TEST_F(MinorsFileTest, OpensToTheOneApprovedAndEveryOpeningIsInTheAuditLog) {
  const auto approved = Approve("verifier-1");
  ASSERT_THAT(approved, IsOk());
  ASSERT_THAT(approved->file_access(), SizeIs(1));
  EXPECT_EQ(approved->file_access(0).principal(), "verifier-1");
  EXPECT_EQ(approved->file_access(0).approver(), "officer-1");
  EXPECT_EQ(FromTimestamp(approved->file_access(0).expire_time()),
            server_.clock().Now() + absl::Hours(24));
  EXPECT_THAT(shop_.AuditedKinds("officer-1"), Contains("file_access_approved"));
  EXPECT_THAT(shop_.AuditedKinds("verifier-1"), Not(Contains("file_opened")));

  EXPECT_THAT(GetDocument(proof_, evidence_), IsOkAndHolds(kDocument));
  EXPECT_THAT(GetDocument(proof_, evidence_), IsOkAndHolds(kDocument));

  EXPECT_THAT(shop_.AuditedKinds("verifier-1"), Contains("file_opened").Times(2));
  EXPECT_THAT(Open("caseworker-1"), ReasonIs(v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED));
  ASSERT_THAT(Approve("caseworker-1"), IsOk());
  EXPECT_THAT(Open("caseworker-1"), IsOk());
  EXPECT_THAT(shop_.AuditedKinds("caseworker-1"), Contains("file_opened").Times(1));
}

TEST_F(MinorsFileTest, IsClosedAgainWhenTheApprovalEnds) {
  ASSERT_THAT(Approve("verifier-1", 2), IsOk());

  server_.clock().Advance(absl::Hours(2) - absl::Seconds(1));
  EXPECT_THAT(GetDocument(proof_, evidence_), IsOk());
  server_.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(GetDocument(proof_, evidence_), ReasonIs(v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED));
}

TEST_F(MinorsFileTest, IsApprovedByAPrivacyOfficerAndForAnotherPerson) {
  EXPECT_THAT(Approve("officer-1"), AllOf(StatusIs(absl::StatusCode::kFailedPrecondition),
                                          ReasonIs(v1::ERROR_REASON_SECOND_PERSON_NEEDED)));
  for (const char* other : {"verifier-1", "caseworker-1", "children-1", "reviewer-1"}) {
    EXPECT_THAT(Approve("caseworker-2", 0, other), ReasonIs(v1::ERROR_REASON_ROLE_MISSING))
        << other;
  }
  EXPECT_THAT(shop_.Get(request_).file_access(), IsEmpty());
}

TEST_F(MinorsFileTest, IsNotApprovedForNobodyOrForNoReasonOrForLong) {
  EXPECT_THAT(FieldsOf(Approve("").status()), ElementsAre("principal"));
  EXPECT_THAT(FieldsOf(Approve("verifier-1", 0, "officer-1", "").status()), ElementsAre("reason"));
  EXPECT_THAT(FieldsOf(Approve("verifier-1", 721).status()), ElementsAre("hours"));
  EXPECT_THAT(FieldsOf(Approve("verifier-1", -1).status()), ElementsAre("hours"));
  EXPECT_THAT(shop_.Get(request_).file_access(), IsEmpty());
}

TEST_F(MinorsFileTest, TheReasonOfAnApprovalIsKeptOnlySealed) {
  ASSERT_THAT(Approve("verifier-1", 0, "officer-1", "the approval-canary"), IsOk());

  EXPECT_FALSE(absl::StrContains(BytesOfFiles(server_.data_dir()), "approval-canary"));
}

TEST_F(EvidenceTest, AnAdultsFileNeedsNoApprovalAndGetsNone) {
  const std::string request = shop_.File().name();
  shop_.ResolveContact();
  v1::ApproveFileAccessRequest in;
  in.set_principal("caseworker-1");
  in.set_reason("to be sure");

  EXPECT_THAT(shop_.Act("officer-1", &Requests::Stub::ApproveFileAccess, in, request),
              AllOf(StatusIs(absl::StatusCode::kFailedPrecondition),
                    ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED)));
  EXPECT_EQ(shop_.Get(request, v1::REQUEST_VIEW_FULL).subject_account(), kAccount);
}

}  // namespace
}  // namespace dsr
