// What colleagues write for each other: shown to those who work on a request, and to nobody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "integration/evidence_desk.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Requests = v1::RequestService;
using Stub = v1::RequestService::Stub;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CaseNotesTest : public EvidenceTest {
 protected:
  // The notes as `author action: text`.
  std::vector<std::string> Notes(const std::string& request, absl::string_view principal,
                                 v1::RequestView view = v1::REQUEST_VIEW_FULL) {
    v1::GetRequestRequest in;
    in.set_name(request);
    in.set_view(view);
    const auto found = server_.Call<Requests>(principal, &Stub::GetRequest, in);
    EXPECT_THAT(found, IsOk());
    std::vector<std::string> notes;
    if (!found.ok()) return notes;
    for (const v1::Note& note : found->notes()) {
      EXPECT_EQ(FromTimestamp(note.create_time()), server_.clock().Now());
      notes.push_back(absl::StrCat(note.author(), " ", note.action(), ": ", note.text()));
    }
    return notes;
  }

  static v1::ProposeRefusalRequest Refusal() {
    v1::ProposeRefusalRequest refusal;
    refusal.set_ground(v1::REFUSAL_GROUND_REPEATED);
    refusal.set_reason("asked four times this month");
    refusal.set_internal_note("see the calls of Tuesday");
    return refusal;
  }
};

TEST_F(CaseNotesTest, WhoApprovesARefusalReadsTheProposersNoteAndTheProposerWhyItWasRejected) {
  const std::string request = shop_.File().name();
  shop_.Verify(request);
  ASSERT_THAT(shop_.Act("caseworker-1", &Stub::ProposeRefusal, Refusal(), request), IsOk());
  EXPECT_THAT(Notes(request, "officer-1"),
              ElementsAre("caseworker-1 ProposeRefusal: see the calls of Tuesday"));
  v1::RejectRefusalRequest rejection;
  rejection.set_reason("three of them were ours");

  ASSERT_THAT(shop_.Act("officer-1", &Stub::RejectRefusal, rejection, request), IsOk());

  EXPECT_THAT(Notes(request, "caseworker-1"),
              ElementsAre("caseworker-1 ProposeRefusal: see the calls of Tuesday",
                          "officer-1 RejectRefusal: three of them were ours"));
}

TEST_F(CaseNotesTest, EveryNoteAndReasonThatIsToldNobodyIsKeptForColleagues) {
  const std::string request = shop_.File().name();
  const std::string proof = ProveIdentity(request);
  v1::AssessRequestRequest assessment;
  assessment.set_internal_note("an old customer");
  ASSERT_THAT(shop_.Act("caseworker-1", &Stub::AssessRequest, assessment, request), IsOk());
  ASSERT_THAT(Revoke(proof), IsOk());
  v1::WithdrawRequestRequest withdrawal;
  withdrawal.set_reason("he changed his mind");

  ASSERT_THAT(shop_.Act("intake-tool", &Stub::WithdrawRequest, withdrawal, request), IsOk());

  EXPECT_THAT(Notes(request, "reviewer-1"),
              ElementsAre("caseworker-1 AssessRequest: an old customer",
                          "officer-1 RevokeVerification: the power was withdrawn",
                          "intake-tool WithdrawRequest: he changed his mind"));
}

TEST_F(CaseNotesTest, NotesAreInNoOtherAnswerAndInNoMessage) {
  const std::string request = shop_.File().name();
  shop_.Verify(request);
  ASSERT_THAT(shop_.Act("caseworker-1", &Stub::ProposeRefusal, Refusal(), request), IsOk());
  const auto approved =
      shop_.Act("officer-1", &Stub::ApproveRefusal, v1::ApproveRefusalRequest(), request);

  ASSERT_THAT(approved, IsOk());
  EXPECT_THAT(approved->notes(), IsEmpty());
  EXPECT_THAT(Notes(request, "caseworker-1", v1::REQUEST_VIEW_BASIC), IsEmpty());
  EXPECT_THAT(shop_.ReadMail(request, "refused"),
              AllOf(HasSubstr("asked four times this month"), Not(HasSubstr("Tuesday"))));
  for (const char* outsider : {"intake-tool", "auditor-1", "verifier-1"}) {
    v1::GetRequestRequest in;
    in.set_name(request);
    in.set_view(v1::REQUEST_VIEW_FULL);
    EXPECT_THAT(server_.Call<Requests>(outsider, &Stub::GetRequest, in),
                ReasonIs(v1::ERROR_REASON_ROLE_MISSING))
        << outsider;
  }
}

}  // namespace
}  // namespace dsr
