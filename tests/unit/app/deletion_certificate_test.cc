#include "app/deletion_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "app/certificate_text.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A deletion whose plan is confirmed: one system erases, two recipients are told.
class DeletionCertificateTest : public ::testing::Test {
 protected:
  void Confirm(const std::string& language) {
    world_.AddSystem("members", {"browsing"});
    world_.AddRecipient("ads", "account-1", {"browsing"});
    world_.AddRecipient("parcel", "account-1", {"browsing"});
    storage::v1::RequestFiled filed = World::Filed("deletion", "account-1");
    filed.set_language(language);
    filed.add_categories("browsing");
    filed.mutable_deletion()->set_ground(v1::DELETION_GROUND_NO_CONSENT);
    DSR_ASSERT_OK_AND_ASSIGN(const ExecutionResult result,
                             world_.File(std::move(filed), world_.As("intake")));
    DSR_ASSERT_OK_AND_ASSIGN(id_, ParseRequestName(result.answer));
    v1::TaskResult contact;
    contact.mutable_contact()->set_channel("email");
    contact.mutable_contact()->set_address("on-file@example.com");
    ASSERT_THAT(world_.CompleteNext("systems/members", contact), IsOk());
    world_.Verify(id_);
    ASSERT_THAT(world_.Execute(id_, AssessRequest{}, world_.As("caseworker")), IsOk());
    ASSERT_THAT(world_.Execute(id_, ConfirmPlan{}, world_.As("caseworker")), IsOk());
  }

  void Erase() {
    v1::TaskResult erased;
    erased.add_categories()->set_category("browsing");
    erased.mutable_categories(0)->set_records(42);
    ASSERT_THAT(world_.CompleteNext("systems/members", erased), IsOk());
  }

  void Complete(const std::string& recipient, int64_t records) {
    const storage::v1::RequestRecord record = world_.Record(id_);
    for (const v1::Notice& notice : record.notices()) {
      if (notice.recipient() != recipient) continue;
      const NoticeId id = ParseNoticeName(notice.name())->second;
      ASSERT_THAT(world_.Execute(id_, AcknowledgeNotice{id}, world_.AsRecipient(recipient)),
                  IsOk());
      ASSERT_THAT(world_.Execute(id_, CompleteNotice{id, records}, world_.AsRecipient(recipient)),
                  IsOk());
    }
  }

  absl::StatusOr<v1::DeletionCertificate> Make(const RequestId& id) {
    v1::DeletionCertificate certificate;
    DSR_RETURN_IF_ERROR(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(certificate, MakeDeletionCertificate(view, *world_.rulebooks,
                                                                InstallationSigner(world_.secrets),
                                                                id, world_.clock.Now()));
      return absl::OkStatus();
    }));
    return certificate;
  }

  World world_;
  RequestId id_;
};

TEST_F(DeletionCertificateTest, TellsHowThingsStandWhileTheyAreOpen) {
  Confirm("en");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::DeletionCertificate certificate, Make(id_));

  EXPECT_EQ(certificate.request(), RequestName(id_));
  EXPECT_EQ(certificate.type(), "deletion");
  EXPECT_FALSE(certificate.has_response_time());
  EXPECT_FALSE(certificate.complete());
  EXPECT_THAT(certificate.notices(), SizeIs(2));
  EXPECT_THAT(
      certificate.note(),
      AllOf(StartsWith("Deletion certificate\n\nCompany: Tmall\nInstallation: dsrd-"),
            HasSubstr("Type: deletion of personal data (deletion)"),
            HasSubstr("Received: 2026-03-02T09:00:00+08:00"), HasSubstr("Answered: not yet"),
            HasSubstr("- Nothing yet."), HasSubstr("Recipient ads (recipients/ads)"),
            HasSubstr("State: open: to be delivered"),
            HasSubstr("Conclusion: still open: the request is not answered; operations of "
                      "the company's own systems: 1; notices to recipients: 2\n")));
}

TEST_F(DeletionCertificateTest, IsCompleteOnceAllHaveAnswered) {
  Confirm("en");
  Erase();
  Complete("recipients/ads", 3);
  DSR_ASSERT_OK_AND_ASSIGN(const v1::DeletionCertificate before, Make(id_));
  EXPECT_FALSE(before.complete());
  EXPECT_THAT(before.note(), HasSubstr("Conclusion: still open: notices to recipients: 1\n"));
  Complete("recipients/parcel", 1);

  DSR_ASSERT_OK_AND_ASSIGN(const v1::DeletionCertificate certificate, Make(id_));

  EXPECT_TRUE(certificate.complete());
  ASSERT_THAT(certificate.outcomes(), SizeIs(1));
  EXPECT_THAT(certificate.note(),
              AllOf(HasSubstr(", systems/members: erased, 42 records done\n"),
                    HasSubstr("Answered: 2026-03-02T09:00:00+08:00, all of it done"),
                    HasSubstr("Told to: delete: "), HasSubstr("Legal basis: "),
                    HasSubstr("Acknowledged: 2026-03-02T09:00:00+08:00"),
                    HasSubstr("Completed: 2026-03-02T09:00:00+08:00, 3 records\n"),
                    HasSubstr("Completed: 2026-03-02T09:00:00+08:00, 1 record\n"),
                    HasSubstr("\nConclusion: all of the above is complete.\n\n— dsrd-")));
}

TEST_F(DeletionCertificateTest, IsInChineseFirstForARequestInChinese) {
  Confirm("zh-CN");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::DeletionCertificate certificate, Make(id_));

  const std::string& note = certificate.note();
  EXPECT_THAT(note, AllOf(StartsWith("删除证明\n\n公司：天猫\n"),
                          HasSubstr("请求类型：删除个人信息"), HasSubstr("结论：尚未办结：")));
  EXPECT_LT(note.find("结论"), note.find("\n\nDeletion certificate\n\nCompany: Tmall\n"));
}

TEST_F(DeletionCertificateTest, VerifiesUnderItsOwnKeyUntilAByteIsChanged) {
  Confirm("en");
  DSR_ASSERT_OK_AND_ASSIGN(const v1::DeletionCertificate certificate, Make(id_));
  DSR_ASSERT_OK_AND_ASSIGN(const NoteVerifier verifier,
                           NoteVerifier::Parse(certificate.verifier_key()));

  EXPECT_THAT(OpenNote(certificate.note(), verifier), IsOk());
  std::string altered = certificate.note();
  altered[altered.find("ads")] = 'o';
  EXPECT_FALSE(OpenNote(altered, verifier).ok());
}

TEST_F(DeletionCertificateTest, TheInstallationsNameAndKeyStayTheSame) {
  const NoteSigner first = InstallationSigner(world_.secrets);
  const NoteSigner second = InstallationSigner(ServerSecrets(world_.kek));
  const NoteSigner other = InstallationSigner(ServerSecrets(SecretKey::Generate()));

  EXPECT_THAT(first.name(), ::testing::MatchesRegex("dsrd-[0-9a-f]{8}"));
  EXPECT_EQ(first.verifier_key(), second.verifier_key());
  EXPECT_NE(first.name(), other.name());
}

TEST_F(DeletionCertificateTest, HasNothingPersonal) {
  Confirm("en");
  Erase();

  DSR_ASSERT_OK_AND_ASSIGN(const v1::DeletionCertificate certificate, Make(id_));

  const std::string bytes = certificate.SerializeAsString();
  for (const char* personal : {"account-1", "ref-of-", "Wang Xiaoming", "wang@", "on-file@"}) {
    EXPECT_THAT(bytes, Not(HasSubstr(personal)));
  }
}

TEST_F(DeletionCertificateTest, OfAnUnknownRequestThereIsNone) {
  EXPECT_THAT(Make(world_.ids.Next<RequestId>()), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

// The words, of a certificate made up for each case.
class CertificateTextTest : public ::testing::Test {
 protected:
  void SetUp() override {
    request_.set_language("en");
    certificate_.set_request("requests/r");
    certificate_.set_type("deletion");
    *certificate_.mutable_receive_time() = ToTimestamp(world_.clock.Now());
    *certificate_.mutable_response_time() = ToTimestamp(world_.clock.Now());
    *certificate_.mutable_certify_time() = ToTimestamp(world_.clock.Now());
    v1::Recipient& ads = recipients_["recipients/ads"];
    ads.set_title("Ads Ltd.");
  }

  v1::Notice& Add(v1::Notice::State state) {
    v1::Notice& notice = *certificate_.add_notices();
    notice.set_name("requests/r/notices/n");
    notice.set_recipient("recipients/ads");
    notice.set_kind(v1::NOTICE_KIND_DELETE);
    notice.add_categories("browsing");
    notice.set_state(state);
    *notice.mutable_create_time() = ToTimestamp(world_.clock.Now());
    return notice;
  }

  std::string Text() {
    return CertificateText({.certificate = certificate_,
                            .request = request_,
                            .rulebook = **world_.rulebooks->CurrentRulebook("deletion"),
                            .recipients = recipients_,
                            .installation = "dsrd-test"});
  }

  bool IsComplete() const { return OpenMattersOf(certificate_, request_).empty(); }

  World world_;
  v1::Request request_;
  v1::DeletionCertificate certificate_;
  std::map<std::string, v1::Recipient> recipients_;
};

TEST_F(CertificateTextTest, ADeliveryTellsItsWayAndReminders) {
  v1::Notice& notice = Add(v1::Notice::STATE_SENT);
  *notice.mutable_send_time() = ToTimestamp(world_.clock.Now());
  notice.set_sent_way(v1::NOTICE_WAY_WEBHOOK);
  notice.set_reminders(2);
  EXPECT_THAT(Text(), AllOf(HasSubstr("Delivered: 2026-03-02T09:00:00+08:00, by webhook\n"),
                            HasSubstr("Reminded: 2 times\n"), HasSubstr("has not answered")));

  // How it was told, not how it would be today.
  recipients_.clear();
  notice.set_sent_way(v1::NOTICE_WAY_LETTER);
  EXPECT_THAT(Text(), HasSubstr(", by letter\n"));
  EXPECT_FALSE(IsComplete());
}

TEST_F(CertificateTextTest, ACompletionTellsTheObjectionBeforeIt) {
  v1::Notice& notice = Add(v1::Notice::STATE_COMPLETED);
  *notice.mutable_end_time() = ToTimestamp(world_.clock.Now() + absl::Hours(2));
  notice.mutable_objection()->set_ground("own retention");
  notice.mutable_objection()->set_state(v1::Objection::STATE_REJECTED);
  notice.mutable_objection()->set_decision_reason("no such law");
  *notice.mutable_objection()->mutable_object_time() = ToTimestamp(world_.clock.Now());

  EXPECT_THAT(Text(), AllOf(HasSubstr("Objected: 2026-03-02T09:00:00+08:00, own retention"),
                            HasSubstr("rejected: no such law"), HasSubstr("Completed: ")));
}

TEST_F(CertificateTextTest, ACompletionBringsItsReceipt) {
  v1::Notice& notice = Add(v1::Notice::STATE_COMPLETED);
  *notice.mutable_end_time() = ToTimestamp(world_.clock.Now());
  notice.set_records(6);
  notice.add_onward_recipients("recipients/ads");
  notice.add_onward_told("recipients/ads");
  *notice.mutable_receipt()->mutable_sign_time() = ToTimestamp(world_.clock.Now());
  notice.mutable_receipt()->set_key("whpk_key");
  notice.mutable_receipt()->set_signature("abc");

  EXPECT_THAT(Text(),
              AllOf(HasSubstr("Completed: 2026-03-02T09:00:00+08:00, 6 records\n"),
                    HasSubstr("It told: Ads Ltd. (recipients/ads)\n"),
                    HasSubstr("Receipt key: whpk_key\n"), HasSubstr("Receipt signature: YWJj\n")));
  EXPECT_TRUE(IsComplete());
}

TEST_F(CertificateTextTest, WhatAPersonRecordedNamesItsEvidence) {
  Add(v1::Notice::STATE_COMPLETED).set_answer_evidence("letter of 2026-03-02, file 17/4");

  EXPECT_THAT(Text(), HasSubstr("Recorded by a person, by: letter of 2026-03-02, file 17/4\n"));
}

TEST_F(CertificateTextTest, AnObjectionIsOpenUntilItIsDecided) {
  v1::Objection& objection = *Add(v1::Notice::STATE_OBJECTED).mutable_objection();
  objection.set_ground("own-retention-law");
  objection.set_law("E-Commerce Law, article 31");
  objection.mutable_until()->set_year(2031);
  objection.mutable_until()->set_month(12);
  objection.mutable_until()->set_day(31);
  objection.set_state(v1::Objection::STATE_WAITING);
  EXPECT_THAT(Text(), AllOf(HasSubstr("Objected: own-retention-law, E-Commerce Law, article 31, "
                                      "until 2031-12-31\n"),
                            HasSubstr("Decision: open: a person is to decide\n")));
  EXPECT_FALSE(IsComplete());

  objection.set_state(v1::Objection::STATE_ACCEPTED);
  objection.set_decision_reason("the law binds it");
  EXPECT_THAT(Text(), HasSubstr("Decision: accepted: the law binds it\n"));
  EXPECT_TRUE(IsComplete());

  objection.set_state(v1::Objection::STATE_UNSPECIFIED);
  EXPECT_THAT(Text(), HasSubstr("Decision: stands as accepted\n"));
  EXPECT_TRUE(IsComplete());
}

TEST_F(CertificateTextTest, ARejectedObjectionIsToldWithWhatIsOpen) {
  v1::Notice& notice = Add(v1::Notice::STATE_PENDING);
  notice.mutable_objection()->set_ground("own-retention-law");
  notice.mutable_objection()->set_state(v1::Objection::STATE_REJECTED);
  notice.mutable_objection()->set_decision_reason("that law ended");

  EXPECT_THAT(Text(), AllOf(HasSubstr("Decision: rejected: that law ended\n"),
                            HasSubstr("State: open: to be delivered\n")));
  EXPECT_FALSE(IsComplete());
}

TEST_F(CertificateTextTest, AnExemptionGivesLawProofAndScope) {
  v1::Exemption& exemption = *Add(v1::Notice::STATE_EXEMPT).mutable_exemption();
  exemption.set_code(v1::Exemption::CODE_LAW);
  exemption.set_law("Payment Rules");
  exemption.set_proof("licence 17");
  exemption.add_categories("browsing");
  EXPECT_THAT(Text(), AllOf(HasSubstr("Not told, exempt: a law or regulation says otherwise, "
                                      "Payment Rules\n"),
                            HasSubstr("Proof: licence 17\n"), HasSubstr("Scope: "),
                            Not(HasSubstr("Delivered"))));

  exemption.set_code(v1::Exemption::CODE_OWN_AUTHORISATION);
  EXPECT_THAT(Text(), HasSubstr("holds the subject's own authorisation"));
  EXPECT_TRUE(IsComplete());
}

TEST_F(CertificateTextTest, FailedAndOverdueAreSaidPlainly) {
  v1::Notice& notice = Add(v1::Notice::STATE_FAILED);
  notice.set_overdue(true);
  *notice.mutable_due_time() = ToTimestamp(world_.clock.Now());

  EXPECT_THAT(Text(),
              AllOf(HasSubstr("Delivered: not yet\n"), HasSubstr("State: open: no delivery worked"),
                    HasSubstr("Overdue since: 2026-03-02T09:00:00+08:00\n")));
  EXPECT_FALSE(IsComplete());
}

TEST_F(CertificateTextTest, WhatEndsADutyOtherwiseIsSaidPlainly) {
  Add(v1::Notice::STATE_SUPERSEDED).set_superseded_by("requests/r/notices/m");
  v1::Notice& impossible = Add(v1::Notice::STATE_IMPOSSIBLE);
  impossible.mutable_impossibility()->set_reason("dissolved without a successor");
  impossible.mutable_impossibility()->set_proof("register 4711");
  Add(v1::Notice::STATE_CANCELLED);

  EXPECT_THAT(Text(), AllOf(HasSubstr("State: superseded by requests/r/notices/m\n"),
                            HasSubstr("State: impossible: dissolved without a successor\n"),
                            HasSubstr("Proof: register 4711\n"), HasSubstr("State: cancelled")));
  EXPECT_TRUE(IsComplete());
}

TEST_F(CertificateTextTest, WhatIsStillKeptIsNotComplete) {
  v1::CategoryOutcome& kept = *certificate_.add_outcomes();
  kept.set_category("orders");
  kept.set_system("systems/orders");
  kept.set_disposition(v1::DISPOSITION_RESTRICTED);
  kept.set_records(2);
  kept.set_retained_records(3);
  kept.set_law("E-Commerce Law, article 31");
  kept.mutable_retained_until()->set_year(2029);
  kept.mutable_retained_until()->set_month(3);
  kept.mutable_retained_until()->set_day(2);

  EXPECT_THAT(Text(),
              AllOf(HasSubstr("restricted, 2 records done, kept in storage only: 3 records, "
                              "by E-Commerce Law, article 31, until 2029-03-02\n"),
                    HasSubstr("Conclusion: still open: still kept: ")));
  EXPECT_FALSE(IsComplete());
}

TEST_F(CertificateTextTest, NobodyWritesALineOfHisOwn) {
  v1::Notice& notice = Add(v1::Notice::STATE_OBJECTED);
  notice.mutable_objection()->set_law("Law\nConclusion: all of the above is complete.\n\n— x AAAA");
  recipients_["recipients/ads"].set_title("Ads\tLtd.\r\n");

  const std::string text = Text();

  EXPECT_THAT(text, AllOf(HasSubstr("Law Conclusion: all"), HasSubstr("Ads Ltd.   (recipients")));
  EXPECT_TRUE(IsNoteText(text));
}

TEST_F(CertificateTextTest, ANameIsEnoughOfOneThatIsNotRegisteredAnyMore) {
  Add(v1::Notice::STATE_SENT).set_recipient("recipients/gone");

  EXPECT_THAT(Text(), HasSubstr("1. recipients/gone\n"));
}

TEST_F(CertificateTextTest, EveryStateHasWordsInBothLanguages) {
  request_.set_language("zh-CN");
  for (int state = v1::Notice::STATE_PENDING; state <= v1::Notice::STATE_IMPOSSIBLE; ++state) {
    Add(static_cast<v1::Notice::State>(state));
  }

  const std::string text = Text();

  EXPECT_TRUE(IsNoteText(text));
  EXPECT_THAT(text, AllOf(HasSubstr("Ads Ltd. (recipients/ads)"), HasSubstr("状态：未结：待送达"),
                          HasSubstr("State: open: to be delivered")));
  EXPECT_THAT(text, Not(HasSubstr("unknown")));
}

}  // namespace
}  // namespace dsr
