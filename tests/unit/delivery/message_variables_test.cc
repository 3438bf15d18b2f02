#include "delivery/message_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "dsr/workflow/definitions.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kDefinitions[] = DSR_SOURCE_DIR "/workflows";

class MessageVariablesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<Finding> findings;
    DSR_ASSERT_OK_AND_ASSIGN(files_, LoadDefinitionFiles(kDefinitions, &findings));
    UseWorkflow("deletion");
    request().set_name("requests/01kjp4c5805wcawvfxj5t92ns7");
    request().mutable_last_day()->set_year(2026);
    request().mutable_last_day()->set_month(3);
    request().mutable_last_day()->set_day(17);
    // 00:30 on 3 March in the policy's zone.
    request().mutable_received_time()->set_seconds(1772469000);
    for (const char* name : {"ads", "logistics"}) {
      v1::Recipient& recipient = recipients_.emplace_back();
      recipient.set_name(std::string("recipients/") + name);
      recipient.set_title(std::string("Company ") + name);
    }
  }

  void UseWorkflow(const std::string& type) {
    DSR_ASSERT_OK_AND_ASSIGN(rulebook_,
                             MakeRulebook(v1::Pins(), files_.workflows.at(type), files_.policy,
                                          files_.calendar, files_.templates));
  }
  v1::Request& request() { return *record_.mutable_state()->mutable_request(); }

  void AddOutcome(const std::string& category, const std::string& system,
                  v1::Disposition disposition, int records) {
    v1::CategoryOutcome& outcome = *request().add_outcomes();
    outcome.set_category(category);
    outcome.set_system(system);
    outcome.set_disposition(disposition);
    outcome.set_records(records);
  }
  v1::Notice& AddNotice(const std::string& recipient, v1::Notice::State state) {
    v1::Notice& notice = *record_.add_notices();
    notice.set_recipient(recipient);
    notice.set_state(state);
    notice.add_categories("orders");
    return notice;
  }

  std::string Render(const std::string& template_id, const std::string& language = "en") {
    v1::Message message;
    message.set_template_(template_id);
    message.set_language(language);
    const auto rendered =
        RenderTemplate(*rulebook_->FindTemplate(template_id, language),
                       SubjectVariables({*rulebook_, message, record_, recipients_, disclosures_}));
    EXPECT_THAT(rendered, IsOk());
    return rendered->text;
  }

  DefinitionFiles files_;
  std::shared_ptr<const Rulebook> rulebook_;
  storage::v1::RequestRecord record_;
  std::vector<v1::Recipient> recipients_;
  std::vector<v1::Disclosure> disclosures_;
};

TEST_F(MessageVariablesTest, TellsDaysInThePolicysZoneAndTheMessagesLanguage) {
  EXPECT_THAT(Render("request-received"), HasSubstr("on 3 March 2026"));
  EXPECT_THAT(Render("request-received", "zh-CN"), HasSubstr("2026年3月3日"));
  EXPECT_THAT(Render("request-received", "zh-CN"), HasSubstr("2026年3月17日"));
}

TEST_F(MessageVariablesTest, AddsUpACategoryOverAllDataSystems) {
  AddOutcome("orders", "systems/a", v1::DISPOSITION_ERASED, 3);
  AddOutcome("orders", "systems/b", v1::DISPOSITION_RESTRICTED, 4);
  v1::CategoryOutcome& kept = *request().mutable_outcomes(1);
  kept.set_retained_records(5);
  kept.set_law("E-Commerce Law, article 31");
  kept.mutable_retained_until()->set_year(2029);
  kept.mutable_retained_until()->set_month(1);
  kept.mutable_retained_until()->set_day(2);

  EXPECT_THAT(Render("response-deletion"),
              HasSubstr("7 records erased; 5 records are kept until 2 January 2029, because this "
                        "law requires it: E-Commerce Law, article 31;"));
}

TEST_F(MessageVariablesTest, CallsLawsAsTheMessagesLanguageDoesAndOthersAsTheyAreWritten) {
  AddOutcome("orders", "systems/a", v1::DISPOSITION_RESTRICTED, 0);
  request().mutable_outcomes(0)->set_retained_records(5);
  request().mutable_outcomes(0)->set_law("E-Commerce Law, article 31; a local rule");

  EXPECT_THAT(Render("response-deletion", "zh-CN"),
              HasSubstr("《中华人民共和国电子商务法》第三十一条、a local rule"));
  EXPECT_THAT(Render("response-deletion"), HasSubstr("E-Commerce Law, article 31, a local rule"));
}

TEST_F(MessageVariablesTest, TellsApartWhatIsErasedAndWhatIsNotHeld) {
  AddOutcome("recommendation", "systems/a", v1::DISPOSITION_ERASED, 3);
  AddOutcome("decisions", "systems/a", v1::DISPOSITION_NOT_HELD, 0);

  const std::string text = Render("response-deletion");

  EXPECT_THAT(text, HasSubstr("Recommendation profile: 3 records erased"));
  EXPECT_THAT(text, HasSubstr("Records of automated decisions: we hold nothing"));
}

TEST_F(MessageVariablesTest, SaysThatARecipientWasToldOnlyWhenItWas) {
  AddNotice("recipients/ads", v1::Notice::STATE_ACKNOWLEDGED);
  AddNotice("recipients/logistics", v1::Notice::STATE_PENDING);

  const std::string text = Render("response-deletion");

  EXPECT_THAT(text, HasSubstr("Company ads (Orders and transactions): has been told to act"));
  EXPECT_THAT(text, HasSubstr("Company logistics (Orders and transactions): not reached yet"));
}

TEST_F(MessageVariablesTest, NamesTheLawOfAnObjectionAndKeepsTheProofOfAnAuthorisationToItself) {
  AddNotice("recipients/ads", v1::Notice::STATE_OBJECTED)
      .mutable_objection()
      ->set_law("Accounting Law, article 23");
  v1::Notice& exempt = AddNotice("recipients/logistics", v1::Notice::STATE_EXEMPT);
  exempt.mutable_exemption()->set_code(v1::Exemption::CODE_OWN_AUTHORISATION);
  exempt.mutable_exemption()->set_proof("authorisation 4711");

  const std::string text = Render("response-deletion");

  EXPECT_THAT(text, HasSubstr("objected, relying on: Accounting Law, article 23"));
  EXPECT_THAT(text, HasSubstr("Company logistics (Orders and transactions): not told"));
  EXPECT_THAT(text, Not(HasSubstr("4711")));
}

TEST_F(MessageVariablesTest, ListsWhoReceivedTheAskedCategoriesInAnAccessAnswer) {
  UseWorkflow("access");
  request().add_categories("orders");
  v1::Disclosure& asked = disclosures_.emplace_back();
  asked.set_recipient("recipients/ads");
  asked.add_categories("orders");
  asked.add_categories("account");
  asked.set_purpose("advertising");
  v1::Disclosure& other = disclosures_.emplace_back();
  other.set_recipient("recipients/logistics");
  other.add_categories("account");
  other.set_purpose("delivery");

  const std::string text = Render("response-access");

  EXPECT_THAT(text, HasSubstr("Company ads: Orders and transactions; purpose: advertising"));
  EXPECT_THAT(text, Not(HasSubstr("Company logistics")));
}

TEST_F(MessageVariablesTest, HasWordsForEveryGroundInBothLanguages) {
  for (int ground = 1; ground <= v1::RefusalGround_MAX; ++ground) {
    request().mutable_refusal()->set_ground(static_cast<v1::RefusalGround>(ground));
    EXPECT_THAT(Render("refused"), Not(HasSubstr("Ground: \n"))) << ground;
    EXPECT_THAT(Render("refused", "zh-CN"), Not(HasSubstr("依据：\n"))) << ground;
  }
}

TEST_F(MessageVariablesTest, ListsOnlyBlockersThatAreNotResolved) {
  v1::Blocker& open = *request().add_blockers();
  open.set_kind("balance");
  open.set_description("Withdraw 12 yuan.");
  v1::Blocker& done = *request().add_blockers();
  done.set_kind("open-order");
  done.set_resolved(true);

  const std::string text = Render("blocked");

  EXPECT_THAT(text, HasSubstr("balance: Withdraw 12 yuan."));
  EXPECT_THAT(text, Not(HasSubstr("open-order")));
}

TEST_F(MessageVariablesTest, KeepsWhatIsTheSubjectsOutOfThePublicVariables) {
  request().set_subject_account("account-1");
  request().mutable_response()->set_note("a note");
  request().mutable_requester()->set_display_name("Li");
  v1::Message message;
  message.set_language("en");

  const TemplateVariables variables =
      PublicVariables({*rulebook_, message, record_, recipients_, disclosures_});

  std::vector<std::string> names;
  for (const auto& [name, value] : variables) names.push_back(name);
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("company", "request", "type_title", "name",
                                                     "received_day", "last_day", "remedies",
                                                     "first", "rules"));
}

}  // namespace
}  // namespace dsr
