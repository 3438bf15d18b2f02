// What people were told, and what they would be, through real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Messages = v1::MessageService;
using Requests = v1::RequestService;

constexpr char kNote[] = "colleagues think the account was shared";

// The one that is no message to a person.
constexpr char kLetter[] = "notice-letter";

std::vector<std::string> TemplateIds() {
  std::vector<std::string> ids;
  for (const auto& file :
       std::filesystem::directory_iterator(DSR_SOURCE_DIR "/workflows/messages/en")) {
    const std::string id = file.path().stem();
    if (id != "layout" && id != kLetter) ids.push_back(id);
  }
  return ids;
}

class MessageTest : public ::testing::Test {
 protected:
  void SetUp() override { shop_.Register(); }

  // The one message made from that template.
  std::string NameOf(const std::string& request, absl::string_view template_id) {
    v1::ListMessagesRequest in;
    in.set_parent(request);
    const auto list = server_.Call<Messages>("officer-1", &Messages::Stub::ListMessages, in);
    EXPECT_THAT(list, IsOk());
    for (const v1::Message& message : list->messages()) {
      if (message.template_() == template_id) return message.name();
    }
    ADD_FAILURE() << "no message from " << template_id;
    return "";
  }

  absl::StatusOr<v1::Message> Get(const std::string& name, v1::MessageView view,
                                  absl::string_view principal = "caseworker-1") {
    v1::GetMessageRequest in;
    in.set_name(name);
    in.set_view(view);
    return server_.Call<Messages>(principal, &Messages::Stub::GetMessage, in);
  }

  absl::StatusOr<v1::PreviewMessageResponse> Preview(const std::string& request,
                                                     const std::string& template_id,
                                                     const std::string& language) {
    v1::PreviewMessageRequest in;
    in.set_name(request);
    in.set_template_(template_id);
    in.set_language(language);
    return server_.Call<Messages>("caseworker-1", &Messages::Stub::PreviewMessage, in);
  }

  // The mail as it left, with the line ends of a text.
  std::string Mail(const std::string& message) {
    const std::string id = message.substr(message.rfind('/') + 1);
    const auto mail = ReadFile(absl::StrCat(server_.data_dir(), "/dev/spool/", id, ".eml"));
    EXPECT_THAT(mail, IsOk());
    return absl::StrReplaceAll(mail.value_or(""), {{"\r\n", "\n"}});
  }

  TestServer server_;
  Shop shop_{server_};
};

TEST_F(MessageTest, ASentMessageIsShownAgainByteForByteWithItsCodeMasked) {
  const std::string request = shop_.File().name();
  shop_.ResolveContact();
  shop_.AskForCode(request);
  const std::string code = shop_.ReadCode(request);
  const std::string name = NameOf(request, "verification-code");

  const auto shown = Get(name, v1::MESSAGE_VIEW_FULL, "officer-1");

  ASSERT_THAT(shown, IsOk());
  EXPECT_THAT(shown->text(), AllOf(HasSubstr("******"), Not(HasSubstr(code))));
  EXPECT_THAT(shown->html(), AllOf(HasSubstr("******"), Not(HasSubstr(code))));
  const std::string masked = absl::StrReplaceAll(Mail(name), {{code, "******"}});
  EXPECT_THAT(masked, HasSubstr("\n\n" + shown->text() + "--=_"));
  EXPECT_THAT(masked, HasSubstr("\n\n" + shown->html() + "--=_"));
}

TEST_F(MessageTest, ASentMessageStaysAsItWasWhateverBecomesOfTheRequest) {
  const std::string request = shop_.File().name();
  shop_.ReadMail(request, "request-received");
  const std::string name = NameOf(request, "request-received");
  const auto before = Get(name, v1::MESSAGE_VIEW_FULL);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(before->text(), Not(IsEmpty()));

  ASSERT_THAT(shop_.Act("intake-tool", &Requests::Stub::WithdrawRequest,
                        v1::WithdrawRequestRequest(), request),
              IsOk());

  const auto after = Get(name, v1::MESSAGE_VIEW_FULL);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->SerializeAsString(), before->SerializeAsString());
}

TEST_F(MessageTest, WhatAMessageSaidIsShownOnlyInFullAndOnlyToWhoMaySeePersonalFields) {
  const std::string request = shop_.File().name();
  shop_.ReadMail(request, "request-received");
  const std::string name = NameOf(request, "request-received");

  const auto basic = Get(name, v1::MESSAGE_VIEW_BASIC, "intake-tool");
  ASSERT_THAT(basic, IsOk());
  EXPECT_EQ(basic->template_(), "request-received");
  EXPECT_THAT(basic->subject() + basic->text() + basic->html(), IsEmpty());
  EXPECT_THAT(Get(name, v1::MESSAGE_VIEW_FULL, "intake-tool"),
              AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                    ReasonIs(v1::ERROR_REASON_ROLE_MISSING)));
}

TEST_F(MessageTest, APreviewNeverHoldsAnotherPersonsDataOrAnInternalNote) {
  v1::CreateRequestRequest other = DeletionCall("account-2");
  other.mutable_request()->mutable_requester()->set_display_name("Other Person");
  other.mutable_request()->mutable_requester()->mutable_reply_to()->set_channel("email");
  other.mutable_request()->mutable_requester()->mutable_reply_to()->set_address(
      "other@example.org");
  v1::CreateRequestRequest own = DeletionCall();
  own.mutable_request()->mutable_requester()->set_display_name("Own Person");
  const std::string request = shop_.File(own).name();
  shop_.Verify(request);
  shop_.File(other);
  v1::ProposeRefusalRequest refusal;
  refusal.set_ground(v1::REFUSAL_GROUND_UNREALISTIC);
  refusal.set_reason("asked four times this month");
  refusal.set_internal_note(kNote);
  ASSERT_THAT(shop_.Act("caseworker-1", &Requests::Stub::ProposeRefusal, refusal, request), IsOk());
  v1::RejectRefusalRequest rejection;
  rejection.set_reason(kNote);
  ASSERT_THAT(shop_.Act("officer-1", &Requests::Stub::RejectRefusal, rejection, request), IsOk());
  v1::AssessRequestRequest assessment;
  assessment.set_internal_note(kNote);
  ASSERT_THAT(shop_.Act("caseworker-1", &Requests::Stub::AssessRequest, assessment, request),
              IsOk());

  bool names_the_request = false;
  for (const std::string& id : TemplateIds()) {
    for (const char* language : {"en", "zh-CN"}) {
      const auto preview = Preview(request, id, language);
      ASSERT_THAT(preview, IsOk()) << id;
      const std::string all = absl::StrCat(preview->subject(), preview->text(), preview->html());
      for (const char* foreign : {"Other Person", "other@example.org", "account-2", kAccount,
                                  kAddress, kReference, kNote, "sample"}) {
        EXPECT_FALSE(absl::StrContains(all, foreign)) << id << " " << language << ": " << foreign;
      }
      names_the_request |= absl::StrContains(all, request.substr(request.find("/") + 1));
      EXPECT_EQ(preview->language(), language);
      EXPECT_THAT(preview->html(), HasSubstr("<html")) << id;
    }
  }
  EXPECT_TRUE(names_the_request);
}

TEST_F(MessageTest, ATemplateCanBeReadWithoutARequest) {
  for (const std::string& id : TemplateIds()) {
    for (const char* language : {"en", "zh-CN"}) {
      const auto preview = Preview("", id, language);
      ASSERT_THAT(preview, IsOk()) << id;
      EXPECT_THAT(preview->subject(), Not(IsEmpty())) << id;
      EXPECT_THAT(preview->text(), Not(HasSubstr("{{"))) << id;
      EXPECT_THAT(preview->html(), AllOf(HasSubstr("<html"), HasSubstr("</html>"))) << id;
    }
  }
}

TEST_F(MessageTest, ALetterToARecipientCanBeReadAboutNobodyOnly) {
  const auto english = Preview("", kLetter, "en");
  ASSERT_THAT(english, IsOk());
  EXPECT_THAT(english->subject(), HasSubstr("notice to delete personal information"));
  EXPECT_THAT(english->text(),
              AllOf(HasSubstr("(sample recipient 1)"), HasSubstr("(sample reference)"),
                    HasSubstr("instruction"), HasSubstr("(sample recipient 2)"),
                    HasSubstr("Legal basis: "), Not(HasSubstr("{{"))));
  EXPECT_THAT(english->html(), IsEmpty());
  const auto chinese = Preview("", kLetter, "");
  ASSERT_THAT(chinese, IsOk());
  EXPECT_EQ(chinese->language(), "zh-CN");
  EXPECT_THAT(chinese->text(), HasSubstr("（示例标识）"));

  const std::string request = shop_.File(DeletionCall()).name();
  EXPECT_THAT(Preview(request, kLetter, "en"),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("name")),
                    ReasonIs(v1::ERROR_REASON_FIELD_INVALID)));
}

TEST_F(MessageTest, APreviewNamesTheFieldThatIsWrong) {
  EXPECT_THAT(Preview("", "no-such-template", "en"),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("template")),
                    ReasonIs(v1::ERROR_REASON_FIELD_INVALID)));
  EXPECT_THAT(Preview("", "refused", "fr"),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("language")),
                    ReasonIs(v1::ERROR_REASON_FIELD_INVALID)));
  EXPECT_THAT(Preview("", "", "en"),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("template")),
                    ReasonIs(v1::ERROR_REASON_FIELD_MISSING)));
  EXPECT_THAT(Preview("requests/01jd2m8q7r5v9x3c6b4n1k0wte", "refused", "en"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace dsr
