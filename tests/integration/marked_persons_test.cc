// Persons whose every piece of data carries a mark: it stands in no log, error, audit record or
// file name. That the other tests of this program leave none either, leak_watch.h sees to.
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/log.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "integration/leak_watch.h"
#include "integration/personal_forms.h"
#include "integration/raw_call.h"
#include "integration/shop.h"
#include "integration/standard_error_tap.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Audit = v1::AuditService;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::HasSubstr;

// As a customer could be: name, telephone, identity card, address, and words of its own.
constexpr char kMarkedText[] =
    "墨钧标记甲 🦑🪁🧿 qx7MarkedPerson, 13800138000, 330106199001011234, "
    "杭州市文一西路969号";

// A value of every text of `message`, at any depth; lists get one entry.
void MarkAll(Message& message, int depth = 0) {
  if (depth > 4) return;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.is_map()) continue;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      field.is_repeated() ? reflection.AddString(&message, &field, kMarkedText)
                          : reflection.SetString(&message, &field, kMarkedText);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      MarkAll(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                  : *reflection.MutableMessage(&message, &field),
              depth + 1);
    }
  }
}

// As MarkAll, but for what a call must have to be looked at further.
void MarkAllBut(Message& message, const v1::Request& request) {
  MarkAll(message);
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const auto set = [&](const char* name, const std::string& value) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
        !field->is_repeated()) {
      reflection.SetString(&message, field, value);
    }
  };
  set("idempotency_key", FreshKey());
  set("name", request.name());
  set("parent", request.name());
  set("etag", request.etag());
  set("page_token", "");
}

TEST(MarkedPersons, TheWatchKnowsAMarkInEveryForm) {
  const std::string person = absl::StrCat("Dear ", kMarkedText, "!");
  for (const size_t before : {0, 1, 2}) {
    const std::string text = absl::StrCat(std::string(before, '-'), person);
    EXPECT_NONFATAL_FAILURE(ExpectNothingPersonal("a text", text), "personal");
    EXPECT_NONFATAL_FAILURE(ExpectNothingPersonal("a text", Base64Encode(text)), "personal");
    EXPECT_NONFATAL_FAILURE(ExpectNothingPersonal("a text", absl::WebSafeBase64Escape(text)),
                            "personal");
    EXPECT_NONFATAL_FAILURE(ExpectNothingPersonal("a text", HexEncode(text)), "personal");
  }
  EXPECT_NONFATAL_FAILURE(
      ExpectNothingPersonal("a line", FormatLogEvent(LogFormat::kText, "e", {{"k", kMarkInEmoji}})),
      "personal");
  EXPECT_NONFATAL_FAILURE(ExpectNothingPersonal("a line", FormatLogEvent(LogFormat::kJson, "e",
                                                                         {{"k", kMarkInChinese}})),
                          "personal");
  EXPECT_NONFATAL_FAILURE(ExpectNothingPersonal("a text",
                                                "%E5%A2%A8%E9%92%A7%E6%A0%87%E8%AE%B0"
                                                "%E7%94%B2"),
                          "personal");
  EXPECT_NONFATAL_FAILURE(ExpectNothingPersonal("a text", absl::CEscape(kMarkInChinese)),
                          "personal");
  ExpectNothingPersonal("a text", "request=01kjj5zzzz0000000000000000 phase=WORK");
}

TEST(MarkedPersons, TheWatchSeesWhatIsWrittenToStandardErrorAndPassesItOn) {
  StandardErrorTap outer;
  std::string inside;
  {
    StandardErrorTap inner;
    Log(LogLevel::kError, "seen_by_both");
    inside = inner.Take();
  }
  EXPECT_THAT(inside, HasSubstr("seen_by_both"));
  EXPECT_THAT(outer.Take(), HasSubstr("seen_by_both"));
}

TEST(MarkedPersons, TheWatchKnowsWhatACallSent) {
  v1::CreateRequestRequest call = DeletionCall("another-account-of-someone");
  RememberPersonal(call);

  EXPECT_NONFATAL_FAILURE(ExpectNothingPersonal("a text", "for another-account-of-someone"),
                          "another-account-of-someone");
  ExpectNothingPersonal("a text", "for another-account");
}

TEST(MarkedPersons, NoMethodTellsBackWhatItWasTold) {
  TestServer server;
  int refused = 0;
  for (const auto* method : AllMethods()) {
    if (method->name() == "DrainServer") continue;
    const auto request = RequestOf(*method);
    MarkAll(*request);
    // The error is looked at on its way.
    if (!CallRaw(server, CallerOf(method->name()), *method, *request).ok()) ++refused;
  }
  EXPECT_GT(refused, 50);
}

TEST(MarkedPersons, NoMethodTellsBackWhatItWasToldAboutARequest) {
  TestServer server;
  Shop shop(server);
  shop.Register();
  const std::string name = shop.File().name();
  shop.Verify(name);
  for (const auto* method : AllMethods()) {
    if (method->name() == "DrainServer") continue;
    const auto request = RequestOf(*method);
    MarkAllBut(*request, shop.Get(name));
    CallRaw(server, CallerOf(method->name()), *method, *request).IgnoreError();
  }
  EXPECT_FALSE(shop.Get(name).name().empty());
}

class MarkedCaseTest : public ::testing::Test {
 protected:
  // All of a deletion, from the filing to the recipient's completion.
  void SetUp() override {
    shop_.Register();
    shop_.ConfirmDeletion();
    shop_.Work("browsing", [](const v1::Task&) { return RecordsOf("browsing", 3); });
  }

  TestServer server_;
  Shop shop_{server_};
};

TEST_F(MarkedCaseTest, TheAuditLogHasNothingPersonal) {
  v1::ListAuditEventsRequest in;
  int events = 0;
  do {
    const auto page = server_.Call<Audit>("auditor-1", &Audit::Stub::ListAuditEvents, in);
    ASSERT_THAT(page, IsOk());
    events += page->audit_events_size();
    ExpectNothingPersonal("the audit log", page->SerializeAsString());
    in.set_page_token(page->next_page_token());
  } while (!in.page_token().empty());
  EXPECT_GT(events, 10);
}

TEST_F(MarkedCaseTest, NoFileIsNamedAfterAPerson) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(server_.data_dir())) {
    ExpectNothingPersonal("a file's name", entry.path().string());
    ++files;
  }
  EXPECT_GT(files, 10);
}

}  // namespace
}  // namespace dsr
