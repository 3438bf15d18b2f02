#include "delivery/message_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "app/transfer_disclosure.h"
#include "delivery/sample_message.h"
#include "dsr/workflow/definitions.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void SetDay(v1::Date& date, int year, int month, int day) {
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
}

constexpr char kDefinitionFiles[] = DSR_SOURCE_DIR "/workflows";

class MessageVariablesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<Finding> findings;
    DSR_ASSERT_OK_AND_ASSIGN(files_, LoadDefinitionFiles(kDefinitionFiles, &findings));
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
  // A category of which one record is in storage only.
  v1::CategoryOutcome& AddKept(const std::string& category) {
    AddOutcome(category, "systems/a", v1::DISPOSITION_RESTRICTED, 0);
    v1::CategoryOutcome& kept = *request().mutable_outcomes()->rbegin();
    kept.set_retained_records(1);
    return kept;
  }
  void Refuse(const std::string& category) {
    v1::PartialRefusal& refusal = *request().add_partial_refusals();
    refusal.add_categories(category);
    refusal.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
    refusal.set_reason("they are those of another person");
    AddOutcome(category, "", v1::DISPOSITION_REFUSED, 0);
  }
  v1::PlanItem& AddPlanItem(const std::string& category, v1::RetentionAction action) {
    v1::PlanItem& item = *request().mutable_plan()->add_items();
    item.set_category(category);
    item.set_action(action);
    return item;
  }
  void AddRound(v1::TaskKind kind) { record_.mutable_state()->add_rounds()->set_kind(kind); }
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
    TemplateVariables variables =
        SubjectVariables({*rulebook_, message, record_, recipients_, disclosures_, consents_});
    // What the caller adds.
    variables.emplace("grant", "(grant)");
    const auto rendered =
        RenderTemplate(*rulebook_->FindTemplate(template_id, language), variables);
    EXPECT_THAT(rendered, IsOk());
    return rendered->text;
  }

  DefinitionFiles files_;
  std::shared_ptr<const Rulebook> rulebook_;
  storage::v1::RequestRecord record_;
  std::vector<v1::Recipient> recipients_;
  std::vector<v1::Disclosure> disclosures_;
  std::vector<v1::Consent> consents_;
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
              HasSubstr("7 records erased; 5 records kept until 2 January 2029, because this "
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

  EXPECT_THAT(text, HasSubstr("- Balance: Withdraw 12 yuan."));
  EXPECT_THAT(text, Not(HasSubstr("rder:")));
}

TEST_F(MessageVariablesTest, KeepsWhatIsTheSubjectsOutOfThePublicVariables) {
  request().set_subject_account("account-1");
  request().mutable_response()->set_note("a note");
  request().mutable_requester()->set_display_name("Li");
  v1::Message message;
  message.set_language("en");

  const TemplateVariables variables =
      PublicVariables({*rulebook_, message, record_, recipients_, disclosures_, consents_});

  std::vector<std::string> names;
  for (const auto& [name, value] : variables) names.push_back(name);
  EXPECT_THAT(
      names, ::testing::UnorderedElementsAre("company", "request", "type_title", "name",
                                             "received_day", "last_day", "remedies", "first",
                                             "verifies", "untouched", "rules", "extension_reason"));
}

TEST_F(MessageVariablesTest, TellsARefusedCategoryWithItsGroundAndReasonOnly) {
  AddOutcome("orders", "systems/a", v1::DISPOSITION_ERASED, 1);
  Refuse("payments");

  const std::string text = Render("response-deletion");

  EXPECT_THAT(text, HasSubstr("- Orders and transactions: 1 record erased"));
  EXPECT_THAT(text, Not(HasSubstr("- Payments")));
  EXPECT_THAT(text, HasSubstr("Not carried out: Payments\n"
                              "Ground: the request puts the lawful rights of others at risk\n"
                              "Reason: they are those of another person\n"));
}

TEST_F(MessageVariablesTest, TellsNoRecordsOfACategoryThatWasRefusedAfterItWasCollected) {
  UseWorkflow("access");
  AddOutcome("payments", "systems/a", v1::DISPOSITION_PROVIDED, 4);
  Refuse("payments");

  EXPECT_THAT(Render("response-access"), Not(HasSubstr("4 records")));
}

TEST_F(MessageVariablesTest, ListsNoRecipientOfARefusedCategory) {
  UseWorkflow("access");
  request().add_categories("orders");
  request().add_categories("payments");
  Refuse("payments");
  for (const char* category : {"orders", "payments"}) {
    v1::Disclosure& disclosure = disclosures_.emplace_back();
    disclosure.set_recipient("recipients/ads");
    disclosure.add_categories(category);
    disclosure.set_purpose(std::string("to use ") + category);
  }

  const std::string text = Render("response-access");

  EXPECT_THAT(text, HasSubstr("Company ads: Orders and transactions; purpose: to use orders\n"));
  EXPECT_THAT(text, Not(HasSubstr("to use payments")));
}

TEST_F(MessageVariablesTest, SaysOfAHoldWithoutDateThatItsEndIsNotKnown) {
  AddKept("orders").set_law("a court's order");

  for (const char* id : {"response-access", "response-copy", "response-correction"}) {
    EXPECT_THAT(Render(id),
                HasSubstr("1 record in storage only, for a time not known yet, because of a "
                          "court's order\n"))
        << id;
    EXPECT_THAT(Render(id, "zh-CN"),
                HasSubstr("1条仅作存储，期限尚未确定，依据：a court's order\n"))
        << id;
  }
  const std::string deleted = Render("response-deletion");
  EXPECT_THAT(deleted, HasSubstr("1 record kept, because this law requires it: a court's order; "));
  EXPECT_THAT(deleted, HasSubstr("erased as soon as this reason ends, on a day not known yet\n"));
  EXPECT_THAT(deleted, Not(HasSubstr("after that day")));
}

TEST_F(MessageVariablesTest, SaysWhyRecordsCannotBeErasedByTechnicalMeans) {
  AddKept("orders").set_hard_reason("backup tapes");

  for (const char* id : {"response-copy", "response-correction", "response-deletion"}) {
    EXPECT_THAT(Render(id),
                HasSubstr(", because erasing is technically not possible yet: backup tapes"))
        << id;
    EXPECT_THAT(Render(id, "zh-CN"), HasSubstr("技术上暂时难以删除：backup tapes")) << id;
  }
}

TEST_F(MessageVariablesTest, ShowsInThePlanWhatIsErasedAndUntilWhenTheRestIsKept) {
  v1::PlanItem& rule = AddPlanItem("orders", v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST);
  rule.set_law("E-Commerce Law, article 31");
  SetDay(*rule.mutable_erase_anchored_until(), 2023, 3, 2);

  EXPECT_THAT(Render("plan-ready"),
              HasSubstr("records of 2 March 2023 and earlier are erased; the others must be kept "
                        "because of E-Commerce Law, article 31, each until its term ends;"));
  rule.clear_erase_anchored_until();
  SetDay(*rule.mutable_kept_until(), 2029, 3, 2);
  EXPECT_THAT(Render("plan-ready"),
              HasSubstr("nothing is erased yet: all of it must be kept "
                        "because of E-Commerce Law, article 31, until 2 March "
                        "2029 at least;"));
}

TEST_F(MessageVariablesTest, NeverPromisesInThePlanToEraseWhatALegalHoldKeeps) {
  v1::PlanItem& hold = AddPlanItem("orders", v1::RETENTION_ACTION_RESTRICT);
  hold.set_law("a court's order");

  const std::string without_date = Render("plan-ready");
  SetDay(*hold.mutable_held_until(), 2027, 1, 31);
  const std::string with_date = Render("plan-ready");

  EXPECT_THAT(without_date, HasSubstr("nothing is erased for now: all of it must be kept because "
                                      "of a court's order, for a time not known yet;"));
  EXPECT_THAT(with_date, HasSubstr("because of a court's order, until 31 January 2027;"));
  EXPECT_THAT(with_date, Not(HasSubstr("earlier are erased")));
}

TEST_F(MessageVariablesTest, TellsOfARestrictionWhatItIsOfWhatWasRefusedAndWhoWasTold) {
  UseWorkflow("restriction");
  request().add_categories("orders");
  request().add_categories("payments");
  Refuse("payments");
  AddNotice("recipients/ads", v1::Notice::STATE_PENDING);
  AddNotice("recipients/logistics", v1::Notice::STATE_EXEMPT);

  const std::string text = Render("response-restriction");

  EXPECT_THAT(text, HasSubstr("process it no further: Orders and transactions\n"));
  EXPECT_THAT(text, HasSubstr("Company ads (Orders and transactions): not reached yet"));
  EXPECT_THAT(text, HasSubstr("Company logistics (Orders and transactions): not told"));
  EXPECT_THAT(text, HasSubstr("Not carried out: Payments\n"));
  EXPECT_THAT(text, HasSubstr("Reason: they are those of another person\n"));
}

TEST_F(MessageVariablesTest, TellsOfATransferWhatThePackageHoldsAndWhatWasRefused) {
  UseWorkflow("transfer");
  request().mutable_transfer()->set_recipient("recipients/logistics");
  AddOutcome("orders", "systems/a", v1::DISPOSITION_PROVIDED, 2);
  Refuse("payments");

  const std::string text = Render("response-transfer");

  EXPECT_THAT(text, HasSubstr("The handler that you named (Company logistics) can fetch it"));
  EXPECT_THAT(text, HasSubstr("- Orders and transactions: 2 records\n"));
  EXPECT_THAT(text, HasSubstr("Not carried out: Payments\n"));
}

TEST_F(MessageVariablesTest, TellsWhichConsentEndedForWhatAndWhatItStaysFor) {
  UseWorkflow("consent-change");
  v1::Consent& consent = consents_.emplace_back();
  consent.set_name("consents/1");
  consent.set_purpose("personalised-ads");
  request().mutable_consent_change()->set_consent("consents/1");
  request().mutable_consent_change()->add_keep_categories("orders");
  record_.add_tasks()->add_categories("browsing");
  AddNotice("recipients/ads", v1::Notice::STATE_EXEMPT).set_categories(0, "search");

  const std::string text = Render("response-consent");

  EXPECT_THAT(text, HasSubstr("your consent for “personalised-ads” is narrowed as you asked, and "
                              "stays for Orders and transactions."));
  EXPECT_THAT(text, HasSubstr("Browsing history, Search history\n"));
  EXPECT_THAT(text, HasSubstr("Company ads (Search history): not told"));
  EXPECT_THAT(Render("response-consent", "zh-CN"), HasSubstr("自身份核验通过之时起"));
}

TEST_F(MessageVariablesTest, SaysThatNothingWasDoneOnlyWhereNothingWas) {
  const std::string claim = "have disclosed, changed and deleted nothing";
  AddRound(v1::TASK_KIND_RESOLVE_CONTACT);
  AddRound(v1::TASK_KIND_COLLECT);
  EXPECT_THAT(Render("not-verified"), HasSubstr(claim));

  AddRound(v1::TASK_KIND_CORRECT);

  EXPECT_THAT(Render("not-verified"), Not(HasSubstr(claim)));
  EXPECT_THAT(Render("not-verified"), HasSubstr("stays as it is"));
}

TEST_F(MessageVariablesTest, NamesTheLastDayOnWhichPayingCounts) {
  UseWorkflow("copy");
  // The end of 17 March in the policy's zone.
  request().mutable_due_time()->set_seconds(1773763200);

  EXPECT_THAT(Render("fee-quoted"), HasSubstr("the last day for paying is 16 March 2026."));
  EXPECT_THAT(Render("fee-quoted"), HasSubstr("which ends with 17 March 2026"));
  EXPECT_THAT(Render("fee-quoted", "zh-CN"), HasSubstr("最迟于2026年3月16日二十四时前支付"));

  // Another workflow's timer may count from the quote.
  storage::v1::PendingTimer& timer = *record_.mutable_state()->add_timers();
  timer.set_name("fee-cutoff");
  timer.mutable_due_time()->set_seconds(1773763200 - 5 * 86400);
  EXPECT_THAT(Render("fee-quoted"), HasSubstr("the last day for paying is 12 March 2026."));
}

TEST_F(MessageVariablesTest, SpeaksOfVerificationOnlyWhereThereIsOne) {
  EXPECT_THAT(Render("request-received"), HasSubstr("we verify identity first"));
  for (const char* type : {"complaint", "policy-question", "rules-explanation"}) {
    UseWorkflow(type);
    EXPECT_THAT(Render("request-received"), Not(HasSubstr("verify"))) << type;
    EXPECT_THAT(Render("request-received", "zh-CN"), Not(HasSubstr("核验"))) << type;
  }
}

TEST_F(MessageVariablesTest, TellsOfACompanyDeletionWhyWhatUntilWhenAndByWhichLaw) {
  UseWorkflow("company-deletion");
  request().mutable_company_deletion()->set_ground(v1::COMPANY_DELETION_GROUND_SERVICE_ENDED);
  AddOutcome("browsing", "systems/a", v1::DISPOSITION_ERASED, 9);
  v1::CategoryOutcome& kept = AddKept("orders");
  kept.set_law("E-Commerce Law, article 31");
  SetDay(*kept.mutable_retained_until(), 2029, 1, 2);

  const std::string text = Render("company-deletion");

  EXPECT_THAT(text, HasSubstr("because the service that it was kept for has ended."));
  EXPECT_THAT(text, HasSubstr("- Browsing history: 9 records erased\n"));
  EXPECT_THAT(text, HasSubstr("1 record kept until 2 January 2029, because this law requires it: "
                              "E-Commerce Law, article 31;"));
  EXPECT_THAT(text, HasSubstr("received your personal information from us:\n- none\n"));
  EXPECT_THAT(text, Not(HasSubstr("this answer")));
  AddNotice("recipients/ads", v1::Notice::STATE_SENT);
  EXPECT_THAT(Render("company-deletion"), HasSubstr("Company ads (Orders and transactions): has"));
}

TEST_F(MessageVariablesTest, HasWordsForEveryGroundOfTheCompanyInBothLanguages) {
  UseWorkflow("company-deletion");
  for (int ground = 1; ground <= v1::CompanyDeletionGround_MAX; ++ground) {
    request().mutable_company_deletion()->set_ground(
        static_cast<v1::CompanyDeletionGround>(ground));
    EXPECT_THAT(Render("company-deletion"), HasSubstr(", because ")) << ground;
    EXPECT_THAT(Render("company-deletion", "zh-CN"), HasSubstr("，原因：")) << ground;
  }
}

TEST_F(MessageVariablesTest, TellsABlockerInWordsAndOneOfAnUnknownKindByItsDescription) {
  for (const char* kind : {"open-order", "points"}) {
    v1::Blocker& blocker = *request().add_blockers();
    blocker.set_kind(kind);
    blocker.set_description("See your account.");
  }

  EXPECT_THAT(Render("blocked"),
              HasSubstr("- Open order: See your account.\n- See your account.\n"));
  EXPECT_THAT(Render("blocked", "zh-CN"), HasSubstr("- 未完成的订单：See your account.\n"));
}

TEST_F(MessageVariablesTest, NamesACorrectedFieldInQuotesWithItsCategory) {
  UseWorkflow("correction");
  v1::FieldCorrection& field = *request().mutable_correction()->add_fields();
  field.set_category("account");
  field.set_field("mobile_no");
  field.set_decision(v1::FIELD_DECISION_ACCEPTED);

  EXPECT_THAT(Render("response-correction"), HasSubstr("- “mobile_no” (Account): corrected\n"));
  EXPECT_THAT(Render("response-correction", "zh-CN"),
              HasSubstr("- “mobile_no”（账户信息）：已更正\n"));
}

TEST_F(MessageVariablesTest, TellsATransferToAnotherHandlerInTheReadersLanguage) {
  UseWorkflow("access");
  request().add_categories("orders");
  v1::Disclosure& disclosure = disclosures_.emplace_back();
  disclosure.set_recipient("recipients/ads");
  disclosure.add_categories("orders");
  disclosure.set_purpose(kTransferPurpose);

  EXPECT_THAT(Render("response-access"), HasSubstr("purpose: transfer at your request\n"));
  EXPECT_THAT(Render("response-access", "zh-CN"), HasSubstr("目的：应您的请求转移\n"));
}

// Every message that a workflow sends, under the data given.
class MessageReadingTest : public MessageVariablesTest {
 protected:
  void ExpectToReadWell(const std::function<void(MessageSample&)>& change) {
    for (const auto& [type, workflow] : files_.workflows) {
      UseWorkflow(type);
      std::set<std::string> ids = {"request-received"};
      for (const v1::Transition& transition : workflow.transitions()) {
        for (const v1::Effect& effect : transition.effects()) {
          if (!effect.template_().empty()) ids.insert(effect.template_());
        }
      }
      for (const std::string& id : ids) {
        for (const char* language : {"en", "zh-CN"}) {
          MessageSample sample =
              MakeMessageSample(*rulebook_, language, absl::FromUnixSeconds(1772469000));
          change(sample);
          record_ = sample.record;
          recipients_ = sample.recipients;
          disclosures_ = sample.disclosures;
          consents_ = sample.consents;
          ExpectToReadWell(Render(id, language), type + " " + id + " " + language);
        }
      }
    }
  }

 private:
  static void ExpectToReadWell(const std::string& text, const std::string& what) {
    for (const char* fault :
         {"\n\n\n", "{{", "}}", "()", "（）", "“”", ": \n", ", \n", ", ,", " .", " ,", " ;",
          "until ,", "，，", "；；", "：；", "：，", "because of ;"}) {
      EXPECT_THAT(text, Not(HasSubstr(fault))) << what;
    }
  }
};

TEST_F(MessageReadingTest, EveryMessageReadsWellWithEverythingToSay) {
  ExpectToReadWell([](MessageSample&) {});
}

TEST_F(MessageReadingTest, EveryMessageReadsWellWithoutANoteARefusalOrARecipient) {
  ExpectToReadWell([this](MessageSample& sample) {
    v1::Request& request = *sample.record.mutable_state()->mutable_request();
    request.clear_partial_refusals();
    sample.record.clear_notices();
    sample.disclosures.clear();
    // Some answers are the note, and are not sent without.
    const std::string& type = rulebook_->workflow.name();
    if (type != "policy-question" && type != "other-right")
      request.mutable_response()->clear_note();
  });
}

TEST_F(MessageReadingTest, EveryMessageReadsWellOfHoldsWithoutDateAndWithoutLaw) {
  ExpectToReadWell([](MessageSample& sample) {
    v1::Request& request = *sample.record.mutable_state()->mutable_request();
    for (v1::CategoryOutcome& outcome : *request.mutable_outcomes()) {
      outcome.clear_retained_until();
      outcome.clear_law();
      outcome.set_records(0);
    }
    for (v1::PlanItem& item : *request.mutable_plan()->mutable_items()) {
      item.clear_held_until();
      item.clear_erase_anchored_until();
    }
  });
}

TEST_F(MessageReadingTest, ASampleHasTheDetailsOfItsWorkflow) {
  const auto preview = [&](const std::string& type, const std::string& id) {
    UseWorkflow(type);
    const MessageSample sample =
        MakeMessageSample(*rulebook_, "en", absl::FromUnixSeconds(1772469000));
    record_ = sample.record;
    recipients_ = sample.recipients;
    consents_ = sample.consents;
    return Render(id);
  };

  EXPECT_THAT(preview("transfer", "response-transfer"),
              HasSubstr("The handler that you named ((sample recipient 1))"));
  EXPECT_THAT(preview("company-deletion", "company-deletion"),
              HasSubstr("taken over by: (sample company)"));
  EXPECT_THAT(preview("correction", "response-correction"), HasSubstr("“(sample field)”"));
  EXPECT_THAT(preview("consent-change", "response-consent"), HasSubstr("“sample-purpose”"));
}

}  // namespace
}  // namespace dsr
