// A thousand persons whose every personal field carries a mark, and where the mark is found
// (RELIABILITY.md section 6): nowhere in what the server keeps, be it searched as it is written, in
// base64 or percent-encoded; and when their content period is over nobody can read it any more,
// whatever comes back from a backup.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "integration/kept_bytes.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using Admin = v1::AdminService;
using Audit = v1::AuditService;
using Registry = v1::RegistryService;
using Reports = v1::ReportService;
using Requests = v1::RequestService;
using Tasks = v1::TaskService;
using ::testing::IsEmpty;

constexpr int kPersons = 1000;
// Of these, as many go the whole way to an answer.
constexpr int kAnswered = 12;
constexpr int kPolls = 20'000;
// Nothing else has it, and both halves are letters of several bytes for the encoded forms.
constexpr char kMark[] = "Kanarienvogel金丝雀🐤";

std::string Marked(absl::string_view field, int person) {
  return absl::StrCat(kMark, "-", field, "-", person);
}

// Mail addresses are of letters that every server knows.
std::string MarkedAddress(absl::string_view field, int person) {
  return absl::StrCat("Kanarienvogel-", field, "-", person, "@example.com");
}

std::string PercentEncoded(absl::string_view bytes) {
  std::string encoded;
  for (const char byte : bytes) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(byte))) {
      encoded += byte;
    } else {
      absl::StrAppend(&encoded, "%", absl::AsciiStrToUpper(HexEncode(std::string(1, byte))));
    }
  }
  return encoded;
}

// The forms in which the mark may stand somewhere.
std::vector<std::string> FormsOfMark() {
  const std::string mark = kMark;
  std::vector<std::string> forms = {mark,
                                    "Kanarienvogel",
                                    "金丝雀",
                                    PercentEncoded(mark),
                                    absl::AsciiStrToLower(PercentEncoded("金丝雀")),
                                    HexEncode("Kanarienvogel"),
                                    absl::AsciiStrToUpper(HexEncode("Kanarienvogel"))};
  // Base64 of a part of a text depends on where the part begins; the letters that its neighbours
  // share are left out.
  for (size_t shift = 0; shift < 3; ++shift) {
    const std::string encoded = Base64Encode(std::string(shift, 'x') + mark);
    forms.push_back(encoded.substr(shift == 0 ? 0 : 4, 16));
  }
  return forms;
}

// Which forms stand in `bytes`.
std::vector<std::string> Hits(const std::string& bytes) {
  std::vector<std::string> hits;
  for (const std::string& form : FormsOfMark()) {
    if (absl::StrContains(bytes, form)) hits.push_back(form);
  }
  return hits;
}

class CanaryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.RegisterSystem("profile", {}, {v1::TASK_KIND_RESOLVE_CONTACT});
    shop_.RegisterSystem("browsing", {"browsing"}, {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE});
    shop_.RegisterRecipient("ad-partner", "browsing");
  }

  static v1::CreateRequestRequest CallOf(int person) {
    constexpr const char* kTypes[] = {"deletion", "copy", "correction", "policy-question"};
    const std::string type = kTypes[person % 4];
    v1::CreateRequestRequest call = FilingCall(type);
    v1::Request& request = *call.mutable_request();
    request.set_subject_account(Marked("account", person));
    request.mutable_requester()->set_display_name(Marked("name", person));
    request.mutable_requester()->mutable_reply_to()->set_address(MarkedAddress("reply", person));
    if (type == "deletion") {
      request.add_categories("browsing");
      request.mutable_deletion();
    } else if (type == "copy") {
      request.add_categories("browsing");
    } else if (type == "correction") {
      v1::FieldCorrection& field = *request.mutable_correction()->add_fields();
      field.set_category("browsing");
      field.set_field("name");
      field.set_present_value(Marked("present", person));
      field.set_proposed_value(Marked("proposed", person));
      field.set_evidence(Marked("evidence", person));
    } else {
      request.mutable_text()->set_text(Marked("question", person));
    }
    return call;
  }

  void RecordDisclosures() {
    for (int person = 0; person < kPersons;) {
      v1::BatchCreateDisclosuresRequest batch;
      batch.set_idempotency_key(FreshKey());
      for (int i = 0; i < 100 && person < kPersons; ++i, ++person) {
        v1::Disclosure& disclosure = *batch.add_disclosures();
        disclosure.set_subject_account(Marked("account", person));
        disclosure.set_recipient("recipients/ad-partner");
        disclosure.add_categories("browsing");
        *disclosure.mutable_disclose_time() =
            ToTimestamp(absl::FromCivil(absl::CivilDay(2025, 6, 1), absl::UTCTimeZone()));
        disclosure.set_purpose("advertising");
        disclosure.set_method("sdk");
        disclosure.set_basis("separate-consent");
        disclosure.set_recipient_reference(Marked("reference", person));
      }
      ASSERT_THAT(
          server_.Call<Registry>("registrar-1", &Registry::Stub::BatchCreateDisclosures, batch),
          IsOk());
    }
  }

  void ResolveContact() {
    shop_.Work("profile", [](const v1::Task& task) {
      EXPECT_TRUE(absl::StrContains(task.subject_account(), kMark));
      v1::TaskResult result;
      result.mutable_contact()->set_channel("email");
      result.mutable_contact()->set_address(MarkedAddress("on-file", 0));
      return result;
    });
  }

  void Answer(int person) {
    const std::string& name = requests_[static_cast<size_t>(person)];
    const v1::Verification verification = shop_.AskForCode(name);
    ASSERT_THAT(shop_.SubmitCode(verification.name(), shop_.ReadCode(name)), IsOk());
    ASSERT_THAT(shop_.Assess(name), IsOk());
    const bool is_deletion = person % 4 == 0;
    if (is_deletion) {
      ASSERT_THAT(
          shop_.Act("caseworker-1", &Requests::Stub::ConfirmPlan, v1::ConfirmPlanRequest(), name),
          IsOk());
    }
    shop_.Work("browsing", [&](const v1::Task& task) {
      if (!is_deletion)
        Upload(task, absl::StrCat("{\"seen\":\"", Marked("record", person), "\"}\n"));
      return RecordsOf("browsing", 1);
    });
    if (is_deletion) {
      for (const v1::Notice& notice : shop_.PullNotices("ad-partner"))
        shop_.EndNotice("ad-partner", notice.name());
    } else {
      shop_.AwaitState(name, "ready");
      v1::RespondToRequestRequest respond;
      respond.set_note(Marked("note", person));
      EXPECT_THAT(shop_.Act("caseworker-1", &Requests::Stub::RespondToRequest, respond, name),
                  IsOk());
    }
  }

  void Upload(const v1::Task& task, const std::string& data) {
    v1::UploadPartRequest in;
    in.set_name(task.name());
    in.set_lease_token(task.lease_token());
    in.set_category("browsing");
    in.set_data(data);
    EXPECT_THAT(server_.Call<Tasks>("system-browsing", &Tasks::Stub::UploadPart, in), IsOk());
  }

  // Files all requests, answers some, withdraws the others.
  void LiveThroughAYear() {
    RecordDisclosures();
    for (int person = 0; person < kPersons; ++person) {
      const v1::Request filed = shop_.File(CallOf(person));
      ASSERT_NE(filed.name(), "");
      requests_.push_back(filed.name());
      // A question is asked by whoever asks it; the others are looked up.
      if (person % 4 != 3) ResolveContact();
    }
    for (int person = 0, answered = 0; answered < kAnswered; ++person) {
      if (person % 4 > 1) continue;
      Answer(person);
      ++answered;
    }
    for (const std::string& name : requests_) {
      if (shop_.Get(name).phase() == v1::PHASE_CLOSED || shop_.Get(name).has_response()) continue;
      EXPECT_THAT(shop_.Act("caseworker-1", &Requests::Stub::WithdrawRequest,
                            v1::WithdrawRequestRequest(), name),
                  IsOk());
    }
  }

  absl::StatusOr<v1::Request> ReadInFull(const std::string& name) {
    v1::GetRequestRequest in;
    in.set_name(name);
    in.set_view(v1::REQUEST_VIEW_FULL);
    return server_.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in);
  }
  int Readable() {
    int readable = 0;
    for (const std::string& name : requests_) {
      const absl::StatusOr<v1::Request> request = ReadInFull(name);
      if (request.ok()) {
        readable += absl::StrContains(request->subject_account(), kMark) ? 1 : 0;
      } else {
        EXPECT_THAT(request, ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
      }
    }
    return readable;
  }

  // Everything the server keeps, but what it made for the tests and the mail it sent.
  std::string KeptBytes() { return BytesOfFiles(server_.data_dir()); }

  // What leaves the server for those who may see no persons.
  std::string Exports() {
    std::string all;
    v1::ListAuditEventsRequest audit;
    do {
      const auto page = server_.Call<Audit>("auditor-1", &Audit::Stub::ListAuditEvents, audit);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      all += page->SerializeAsString();
      audit.set_page_token(page->next_page_token());
    } while (!audit.page_token().empty());
    const auto report =
        server_.Call<Reports>("auditor-1", &Reports::Stub::GetSlaReport, v1::GetSlaReportRequest());
    EXPECT_THAT(report, IsOk());
    if (report.ok()) all += report->SerializeAsString();
    for (const std::string& name : requests_) {
      all += shop_.Get(name).SerializeAsString();
      v1::ListRequestEventsRequest events;
      events.set_parent(name);
      const auto history =
          server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequestEvents, events);
      if (history.ok()) all += history->SerializeAsString();
    }
    return all;
  }

  bool IsLogIntact() {
    const auto verified =
        server_.Call<Audit>("auditor-1", &Audit::Stub::VerifyLog, v1::VerifyLogRequest());
    EXPECT_THAT(verified, IsOk());
    return verified.ok() && verified->intact();
  }

  // Waits until so many keys are destroyed.
  int64_t AwaitDestroyed(int64_t keys) {
    int64_t destroyed = 0;
    for (int look = 0; look < kPolls && destroyed < keys; ++look) {
      const auto status =
          server_.Call<Admin>("operator-1", &Admin::Stub::GetKeyStatus, v1::GetKeyStatusRequest());
      if (status.ok()) destroyed = status->followed();
    }
    return destroyed;
  }

  TestServer server_;
  Shop shop_{server_};
  std::vector<std::string> requests_;
};

TEST_F(CanaryTest, AThousandPersonsLeaveNoTraceAndEndUnreadable) {
  LogCapture log;
  LiveThroughAYear();
  server_.clock().Advance(absl::Hours(24 * 100));
  ASSERT_EQ(Readable(), kPersons);
  EXPECT_THAT(Hits(KeptBytes()), IsEmpty());
  EXPECT_THAT(Hits(Exports()), IsEmpty());
  for (const std::string& name : requests_)
    ASSERT_EQ(shop_.Get(name).phase(), v1::PHASE_CLOSED) << shop_.Get(name).ShortDebugString();

  const TempDir backup;
  server_.Restart([&] {
    for (const char* file : {"dsrd.db", "dsrd.keys"}) {
      std::filesystem::copy_file(absl::StrCat(server_.data_dir(), "/", file), backup.File(file));
    }
  });
  EXPECT_THAT(Hits(KeptBytes()), IsEmpty());
  server_.clock().Advance(absl::Hours(24 * 400));
  EXPECT_EQ(AwaitDestroyed(kPersons), kPersons);

  EXPECT_EQ(Readable(), 0);
  EXPECT_TRUE(IsLogIntact());
  EXPECT_THAT(Hits(KeptBytes()), IsEmpty());

  // The backup of before knows every key; the journal beside the key file knows better.
  server_.Restart([&] {
    for (const char* file : {"dsrd.db", "dsrd.keys"}) {
      std::filesystem::copy_file(backup.File(file), absl::StrCat(server_.data_dir(), "/", file),
                                 std::filesystem::copy_options::overwrite_existing);
    }
  });
  EXPECT_EQ(AwaitDestroyed(kPersons), kPersons);
  EXPECT_EQ(Readable(), 0);
  EXPECT_TRUE(IsLogIntact());
  EXPECT_THAT(Hits(Exports()), IsEmpty());
  EXPECT_THAT(Hits(log.Text()), IsEmpty());
}

TEST(MarkTest, IsFoundInEveryFormItIsLookedForIn) {
  const std::string text = absl::StrCat("some ", kMark, "-name-17 text");

  EXPECT_THAT(Hits(text), ::testing::SizeIs(3));
  for (size_t before = 0; before < 3; ++before)
    EXPECT_THAT(Hits(Base64Encode(text.substr(before))), ::testing::Not(IsEmpty())) << before;
  EXPECT_THAT(Hits(PercentEncoded(text)), ::testing::Not(IsEmpty()));
  EXPECT_THAT(Hits(HexEncode(text)), ::testing::Not(IsEmpty()));
  EXPECT_THAT(Hits("nobody"), IsEmpty());
}

}  // namespace
}  // namespace dsr
