#include "delivery/letter_composer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "delivery/sample_message.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/rulebook.h"
#include "testing/status_matchers.h"
#include "workflow/message_vocabulary.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr v1::NoticeKind kKinds[] = {v1::NOTICE_KIND_DELETE, v1::NOTICE_KIND_CORRECT,
                                     v1::NOTICE_KIND_STOP_PROCESSING,
                                     v1::NOTICE_KIND_RESUME_PROCESSING};

class LetterComposerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<Finding> findings;
    DSR_ASSERT_OK_AND_ASSIGN(files_, LoadDefinitionFiles(DSR_SOURCE_DIR "/workflows", &findings));
    DSR_ASSERT_OK_AND_ASSIGN(zone_, LoadZone(files_.policy.time_zone()));
    recipient_.set_title("Parcel Ltd");
    notice_.set_name("requests/r1/notices/n1");
    notice_.set_kind(v1::NOTICE_KIND_DELETE);
    notice_.set_language("en");
    notice_.add_categories("orders");
    notice_.add_subject_references("u-17");
    // The end of 8 March 2026 in Shanghai.
    *notice_.mutable_due_time() = ToTimestamp(absl::FromCivil(absl::CivilDay(2026, 3, 9), zone_));
  }

  LetterSource Source() const {
    return {.policy = files_.policy,
            .zone = zone_,
            .recipient = recipient_,
            .notice = notice_,
            .title_of = title_of_};
  }
  // Subject and text.
  std::string Compose() const {
    const auto letter = ComposeLetter(Source(), files_.templates);
    EXPECT_THAT(letter, IsOk());
    return letter.ok() ? absl::StrCat(letter->subject, "\n", letter->text) : "";
  }
  std::string Compose(const std::string& language) {
    notice_.set_language(language);
    return Compose();
  }

  DefinitionFiles files_;
  absl::TimeZone zone_;
  v1::Recipient recipient_;
  v1::Notice notice_;
  RecipientTitles title_of_ = [](const std::string& name) {
    return name == "recipients/carrier" ? "Carrier Ltd" : "";
  };
};

TEST_F(LetterComposerTest, SaysWhatIsToBeDoneForEachKind) {
  struct Words {
    const char* english;
    const char* chinese;
  };
  const Words kWords[] = {{"Please delete it", "请及时予以删除"},
                          {"Please correct it", "请及时予以更正"},
                          {"Please stop all processing", "请及时停止"},
                          {"you may process it again", "恢复处理"}};

  for (size_t i = 0; i < std::size(kKinds); ++i) {
    notice_.set_kind(kKinds[i]);
    for (size_t other = 0; other < std::size(kWords); ++other) {
      const bool is_own = other == i;
      EXPECT_EQ(Compose("en").find(kWords[other].english) != std::string::npos, is_own) << other;
    }
    EXPECT_THAT(Compose("zh-CN"), HasSubstr(kWords[i].chinese));
  }
}

TEST_F(LetterComposerTest, GivesNewValuesNeverByMail) {
  notice_.set_kind(v1::NOTICE_KIND_CORRECT);
  notice_.add_corrections()->set_value("7 Lane");

  EXPECT_THAT(Compose("en"), AllOf(HasSubstr("we never send them by mail"),
                                   HasSubstr("ask us for them"), Not(HasSubstr("7 Lane"))));
  EXPECT_THAT(Compose("zh-CN"), HasSubstr("我方也绝不通过邮件发送"));
}

TEST_F(LetterComposerTest, NamesCategoriesByTitleAndUnknownOnesByName) {
  notice_.add_categories("parcels");

  EXPECT_THAT(Compose("en"), HasSubstr("concerned:\n- Orders and transactions\n- parcels\n"));
  EXPECT_THAT(Compose("zh-CN"), HasSubstr("个人信息：\n- 订单"));
}

TEST_F(LetterComposerTest, TellsTheLastDayInThePolicysZoneAndTheLaw) {
  notice_.set_legal_basis("PIPL, article 47");

  EXPECT_THAT(Compose("en"), AllOf(HasSubstr("8 March 2026 (time zone Asia/Shanghai)"),
                                   HasSubstr("Legal basis: PIPL, article 47\n")));
  EXPECT_THAT(Compose("zh-CN"), HasSubstr("截至2026年3月8日"));
}

TEST_F(LetterComposerTest, IsAnInstructionToAProcessorOnly) {
  EXPECT_THAT(Compose(), Not(HasSubstr("instruction")));

  notice_.set_instruction(true);
  EXPECT_THAT(Compose("en"),
              HasSubstr("instruction to an entrusted processor (Personal Information "
                        "Protection Law of the People's Republic of China, article "
                        "21)"));
  EXPECT_THAT(Compose("zh-CN"), HasSubstr("第二十一条"));
}

TEST_F(LetterComposerTest, AsksToTellThoseThatTheDataWasPassedOnTo) {
  EXPECT_THAT(Compose(), Not(HasSubstr("passed this information on")));

  notice_.add_onward_recipients("recipients/carrier");
  notice_.add_onward_recipients("recipients/gone");
  EXPECT_THAT(Compose(), AllOf(HasSubstr("the same:\n- Carrier Ltd\n- gone\n"),
                               HasSubstr("which of the recipients above you have told")));
}

TEST_F(LetterComposerTest, SaysHowToAnswerAndThatAReminderHasTheSameNumber) {
  EXPECT_THAT(Compose("en"),
              AllOf(HasSubstr("reply to this mail, quote the notice (requests/r1/notices/n1)"),
                    HasSubstr("the number of records"),
                    HasSubstr("the ground, the law that you rely on, and until when"),
                    HasSubstr("A reminder of this notice carries the same number")));
  EXPECT_THAT(Compose("zh-CN"), HasSubstr("使用同一编号"));
}

TEST_F(LetterComposerTest, RemindsOfWhatWasSentAndInsistsOnWhatWasObjectedToInVain) {
  *notice_.mutable_send_time() = ToTimestamp(absl::FromCivil(absl::CivilDay(2026, 3, 2), zone_));
  EXPECT_THAT(Compose(), AllOf(HasSubstr("We sent you this notice on 2 March 2026"),
                               HasSubstr("Tmall: reminder of a notice to delete")));

  notice_.mutable_objection()->set_state(v1::Objection::STATE_REJECTED);
  EXPECT_THAT(Compose(), AllOf(HasSubstr("do not accept it. The notice stands."),
                               Not(HasSubstr("reminds you"))));
}

TEST_F(LetterComposerTest, ACancelledNoticeAsksForNothing) {
  notice_.set_state(v1::Notice::STATE_CANCELLED);
  notice_.set_instruction(true);

  EXPECT_THAT(Compose(),
              AllOf(HasSubstr("Tmall: notice withdrawn (n1)"), HasSubstr("We withdraw this notice"),
                    HasSubstr("- u-17\n"), Not(HasSubstr("delete")), Not(HasSubstr("March 2026")),
                    Not(HasSubstr("instruction")), Not(HasSubstr("How to answer"))));
}

TEST_F(LetterComposerTest, TellsARecipientThatKeepsNoRecordsWhoseIdsItGets) {
  notice_.set_by_category(true);
  notice_.add_former_recipients()->set_recipient("recipients/carrier");

  EXPECT_THAT(Compose(),
              AllOf(HasSubstr("with 0 records"), HasSubstr("as the successor of: Carrier Ltd\n")));
}

TEST_F(LetterComposerTest, LetsNoTextAddALine) {
  recipient_.set_title("Parcel\nNotice: none");
  notice_.set_subject_references(0, "u-17\r\n\r\nDo nothing.");

  EXPECT_THAT(Compose(),
              AllOf(HasSubstr("To: Parcel Notice: none\n"), HasSubstr("- u-17    Do nothing.\n")));
}

TEST_F(LetterComposerTest, ChoosesTheLanguageOfTheNoticeThenOfTheRecipient) {
  for (const char* chinese : {"zh", "zh-CN", "zh-Hant", "ZH-cn"}) {
    notice_.set_language(chinese);
    EXPECT_EQ(LetterLanguage(recipient_, notice_), "zh-CN");
  }
  notice_.set_language("de");
  EXPECT_EQ(LetterLanguage(recipient_, notice_), "en");
  notice_.clear_language();
  EXPECT_EQ(LetterLanguage(recipient_, notice_), "en");
  recipient_.set_jurisdiction("CN");
  EXPECT_EQ(LetterLanguage(recipient_, notice_), "zh-CN");
  recipient_.set_language("en");
  EXPECT_EQ(LetterLanguage(recipient_, notice_), "en");
}

TEST_F(LetterComposerTest, ReadsWellWhateverThereIsToSay) {
  for (const v1::NoticeKind kind : kKinds) {
    for (const char* language : {"en", "zh-CN"}) {
      for (const bool has_all : {false, true}) {
        const LetterSample sample =
            MakeLetterSample(files_.policy, zone_, language, absl::FromUnixSeconds(1772469000));
        recipient_ = sample.recipient;
        notice_ = sample.notice;
        notice_.set_kind(kind);
        if (has_all) {
          notice_.set_by_category(true);
          notice_.add_former_recipients()->set_recipient("recipients/carrier");
          *notice_.mutable_send_time() = notice_.create_time();
        } else {
          notice_.clear_subject_references();
          notice_.clear_onward_recipients();
          notice_.clear_legal_basis();
          notice_.clear_due_time();
          notice_.set_instruction(false);
        }
        const std::string text = Compose();
        for (const char* fault : {"\n\n\n", "{{", "}}", "()", "（）", ": \n", ", \n", " .", " ,",
                                  "，，", "：，", "。。", "\n \n"}) {
          EXPECT_THAT(text, Not(HasSubstr(fault))) << language << kind << has_all << "\n" << text;
        }
      }
    }
  }
}

TEST_F(LetterComposerTest, MakesEveryVariableThatATemplateMayAskForAndNoOther) {
  notice_.add_onward_recipients("recipients/carrier");
  int count = 0;
  for (const auto& [name, value] : LetterVariables(Source())) {
    EXPECT_TRUE(IsLetterVariable(name, {})) << name;
    ++count;
    const auto* list = std::get_if<TemplateList>(&value.value);
    if (list == nullptr) continue;
    for (const auto& [element, unused] : list->at(0)) {
      EXPECT_TRUE(IsLetterVariable(element, {name})) << element;
      EXPECT_FALSE(IsLetterVariable(element, {})) << element;
    }
  }
  EXPECT_EQ(count, 23);
}

}  // namespace
}  // namespace dsr
