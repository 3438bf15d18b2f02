// Certificates that are checked without the server, and ledgers, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dsr/base/proto_time.h"
#include "dsr/base/signed_note.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Notices = v1::NoticeService;
using Requests = v1::RequestService;

// A deletion that is done but for its recipients, ad-partner and logistics.
class CertificateFlowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    shop_.RegisterRecipient("logistics", "browsing");
    request_ = shop_.ConfirmDeletion();
    before_erasure_ = server_.clock().Now();
    server_.clock().Advance(absl::Minutes(1));
    shop_.Work("browsing", [](const v1::Task&) { return RecordsOf("browsing", 42); });
  }

  void EndNoticeOf(const std::string& recipient) {
    const std::vector<v1::Notice> notices = shop_.PullNotices(recipient);
    ASSERT_THAT(notices, SizeIs(1));
    shop_.EndNotice(recipient, notices[0].name());
  }

  absl::StatusOr<v1::DeletionCertificate> Certify(absl::string_view principal) {
    v1::GetDeletionCertificateRequest in;
    in.set_name(request_);
    return server_.Call<Notices>(principal, &Notices::Stub::GetDeletionCertificate, in);
  }

  absl::StatusOr<std::vector<v1::LedgerEntry>> Export(absl::string_view principal, absl::Time since,
                                                      const std::string& holder = "") {
    grpc::ClientContext context;
    server_.Prepare(context, principal);
    v1::ExportLedgerRequest in;
    *in.mutable_since() = ToTimestamp(since);
    in.set_holder(holder);
    const auto stub = Notices::NewStub(server_.channel());
    const auto stream = stub->ExportLedger(&context, in);
    std::vector<v1::LedgerEntry> entries;
    v1::LedgerEntry entry;
    while (stream->Read(&entry)) entries.push_back(entry);
    if (const grpc::Status status = stream->Finish(); !status.ok()) return FromGrpc(status);
    return entries;
  }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
  absl::Time before_erasure_;
};

TEST_F(CertificateFlowTest, ACertificateVerifiesOfflineAndAChangedByteDoesNot) {
  EndNoticeOf("ad-partner");
  const auto open = Certify("auditor-1");
  ASSERT_THAT(open, IsOk());
  EXPECT_FALSE(open->complete());
  EndNoticeOf("logistics");

  const auto certificate = Certify("caseworker-1");

  ASSERT_THAT(certificate, IsOk());
  EXPECT_TRUE(certificate->complete());
  EXPECT_THAT(certificate->notices(), SizeIs(2));
  EXPECT_EQ(certificate->verifier_key(), open->verifier_key());
  EXPECT_THAT(certificate->note(),
              AllOf(HasSubstr("The recipient ad-partner (recipients/ad-partner)"),
                    HasSubstr("all of the above is complete")));
  const auto verifier = NoteVerifier::Parse(certificate->verifier_key());
  ASSERT_THAT(verifier, IsOk());
  EXPECT_THAT(OpenNote(certificate->note(), *verifier), IsOk());
  for (const size_t place :
       {size_t{0}, certificate->note().size() / 2, certificate->note().size() - 10}) {
    std::string altered = certificate->note();
    altered[place] = altered[place] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(OpenNote(altered, *verifier).ok()) << place;
  }
}

TEST_F(CertificateFlowTest, DsrctlPrintsWhatItThenChecksWithoutTheServer) {
  const std::string token = server_.data_dir() + "/caseworker.token";
  dsrctl::WriteText(token,
                    server_.Authorization("caseworker-1").substr(std::string("Bearer ").size()));

  const dsrctl::RunResult printed = dsrctl::RunDsrctlForTest(
      {"--server", server_.address(), "--token-file", token, "notice", "certificate", request_});

  ASSERT_EQ(printed.code, dsrctl::ExitCode::kOk) << printed.err;
  const auto certificate = Certify("caseworker-1");
  ASSERT_THAT(certificate, IsOk());
  const auto check = [&](const std::string& note) {
    return dsrctl::RunDsrctlForTest({"--server", "127.0.0.1:1", "notice", "check-certificate", "-",
                                     "--key", certificate->verifier_key()},
                                    note);
  };
  EXPECT_EQ(check(printed.out).code, dsrctl::ExitCode::kOk);
  EXPECT_THAT(printed.out, ::testing::StartsWith(check(printed.out).out));
  EXPECT_EQ(check("x" + printed.out).code, dsrctl::ExitCode::kFindings);
}

TEST_F(CertificateFlowTest, ACertificateHasNothingPersonalAndIsForNoRecipient) {
  const auto certificate = Certify("officer-1");
  ASSERT_THAT(certificate, IsOk());
  const std::string bytes = certificate->SerializeAsString();
  for (const char* personal : {kAccount, kAddress, kReference}) {
    EXPECT_THAT(bytes, Not(HasSubstr(personal)));
  }

  EXPECT_THAT(Certify("recipient-ad-partner"), ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  request_ = "requests/01jd2m8q7r5v9x3c6b4n1k0wte";
  EXPECT_THAT(Certify("caseworker-1"), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  request_ = "nothing";
  EXPECT_THAT(Certify("caseworker-1"), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(CertificateFlowTest, ARecipientsLedgerHasWhatItCompletedSinceAndNothingElse) {
  server_.clock().Advance(absl::Hours(1));
  EndNoticeOf("ad-partner");
  const absl::Time done = server_.clock().Now();

  const auto entries = Export("recipient-ad-partner", done);

  ASSERT_THAT(entries, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(entries->front().action(), "delete");
  EXPECT_EQ(entries->front().holder(), "recipients/ad-partner");
  EXPECT_THAT(entries->front().subject_references(), ElementsAre(kReference));
  EXPECT_THAT(Export("recipient-ad-partner", done + absl::Seconds(1)), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Export("recipient-logistics", absl::UnixEpoch()), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Export("recipient-logistics", absl::UnixEpoch(), "recipients/ad-partner"),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(CertificateFlowTest, ADataSystemsLedgerHasWhatItErasedWithTheAccount) {
  const auto entries = Export("system-browsing", before_erasure_);

  ASSERT_THAT(entries, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(entries->front().action(), "erase");
  EXPECT_THAT(entries->front().categories(), ElementsAre("browsing"));
  EXPECT_THAT(entries->front().subject_references(), ElementsAre(kAccount));
  EXPECT_THAT(Export("system-profile", absl::UnixEpoch()), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Export("system-profile", absl::UnixEpoch(), "systems/browsing"),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(CertificateFlowTest, APrivacyOfficerReadsAnyLedgerButNamesIt) {
  EXPECT_THAT(Export("officer-1", absl::UnixEpoch(), "systems/browsing"), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(Export("officer-1", absl::UnixEpoch(), "recipients/ad-partner"),
              IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Export("officer-1", absl::UnixEpoch()), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  EXPECT_THAT(Export("officer-1", absl::UnixEpoch(), "requests/x"),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(Export("officer-1", absl::UnixEpoch(), "recipients/mistyped"),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_THAT(Export("caseworker-1", absl::UnixEpoch(), "systems/browsing"),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
}

}  // namespace
}  // namespace dsr
