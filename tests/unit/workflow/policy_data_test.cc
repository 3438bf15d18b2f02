// The definitions that are shipped: policy, calendar and messages say what law and policy say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "dsr/workflow/definitions.h"
#include "unit/workflow/good_definitions.h"
#include "workflow/message_vocabulary.h"

namespace dsr {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr const char* kLanguages[] = {"zh-CN", "en"};

// Every template there is: the files of one language but its layout. What the other lacks the
// loader finds.
std::vector<std::string> TemplateIds() {
  std::vector<std::string> ids;
  for (const auto& file : std::filesystem::directory_iterator(
           absl::StrCat(DSR_SOURCE_DIR, "/workflows/messages/", kLanguages[0]))) {
    const std::string id = file.path().stem().string();
    if (id != "layout") ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

v1::Policy TmallPolicy() {
  return ParsePolicy(RepositoryFile("workflows/policy.textproto")).value();
}

v1::Template Shipped(const std::string& id, const std::string& language) {
  return ParseTemplateSet(
             RepositoryFile(absl::StrCat("workflows/messages/", language, "/", id, ".textproto")))
      .value()
      .templates(0);
}

// What stands between `{{` and `}}` in a template, with what marks the kind of a tag: `{`, `#`,
// `^`, `/`.
std::set<std::string> Tags(const v1::Template& source) {
  const std::string all = absl::StrCat(source.subject(), "\n", source.text());
  std::set<std::string> tags;
  const std::vector<std::string> parts = absl::StrSplit(all, "{{");
  for (size_t i = 1; i < parts.size(); ++i) tags.insert(parts[i].substr(0, parts[i].find("}}")));
  return tags;
}

// The names in a template's tags, without their marks.
std::set<std::string> Variables(const v1::Template& source) {
  std::set<std::string> names;
  for (const std::string& tag : Tags(source)) {
    names.insert(absl::ascii_islower(static_cast<unsigned char>(tag[0])) ? tag : tag.substr(1));
  }
  return names;
}

TEST(PolicyDataTest, AnswersWithinFifteenCivilDaysInShanghai) {
  const v1::Policy policy = TmallPolicy();

  EXPECT_EQ(policy.name(), "tmall");
  EXPECT_EQ(policy.response_days(), 15);
  EXPECT_EQ(policy.time_zone(), "Asia/Shanghai");
}

TEST(PolicyDataTest, KeepsOrdersAndPaymentsForThreeYearsAsTheECommerceLawRequires) {
  std::vector<std::string> kept;
  const v1::Policy policy = TmallPolicy();
  for (const v1::Category& category : policy.categories()) {
    if (category.retention().empty()) continue;
    kept.push_back(category.name());
    EXPECT_EQ(category.retention(0).law(), "E-Commerce Law, article 31");
    EXPECT_EQ(category.retention(0).months(), 36);
  }

  EXPECT_THAT(kept, UnorderedElementsAre("orders", "payments"));
}

TEST(PolicyDataTest, NamesEveryLawItRestsOnInBothLanguages) {
  const v1::Policy policy = TmallPolicy();
  std::set<std::string> named;
  for (const v1::LawTitle& title : policy.laws()) named.insert(title.law());
  for (const v1::Category& category : policy.categories()) {
    for (const v1::RetentionRule& rule : category.retention())
      EXPECT_TRUE(named.contains(rule.law())) << rule.law();
  }
}

TEST(PolicyDataTest, LetsPeopleDeleteWithoutAGroundWhatTheyCanDeleteThemselves) {
  std::vector<std::string> self_deletable;
  const v1::Policy policy = TmallPolicy();
  for (const v1::Category& category : policy.categories()) {
    if (category.self_deletable()) self_deletable.push_back(category.name());
  }

  EXPECT_THAT(self_deletable,
              UnorderedElementsAre("addresses", "reviews", "browsing", "search", "recommendation"));
}

TEST(PolicyDataTest, ListsTheCategoriesInTheOrderOfAnswers) {
  std::vector<std::string> names;
  const v1::Policy policy = TmallPolicy();
  for (const v1::Category& category : policy.categories()) names.push_back(category.name());

  EXPECT_THAT(names, ElementsAre("account", "addresses", "reviews", "consents", "orders",
                                 "payments", "browsing", "search", "recommendation", "decisions"));
}

TEST(PolicyDataTest, NamesTheDepartmentAndTheCourtAsRemedies) {
  const v1::Policy policy = TmallPolicy();

  EXPECT_THAT(policy.remedies().at("en"), HasSubstr("personal information protection department"));
  EXPECT_THAT(policy.remedies().at("en"),
              HasSubstr("court that has jurisdiction over the defendant's domicile"));
  EXPECT_THAT(policy.remedies().at("zh-CN"), HasSubstr("个人信息保护专职部门"));
  EXPECT_THAT(policy.remedies().at("zh-CN"), HasSubstr("被告住所地有管辖权的法院"));
}

TEST(PolicyDataTest, CountsAVerificationUntilThePackageOfAnAnswerGivenOnTheLastDayIsOutOfReach) {
  const v1::Policy policy = TmallPolicy();

  EXPECT_GE(policy.verification().valid_seconds(),
            (policy.response_days() + 1) * 86400 + policy.grant_hours() * 3600);
}

TEST(CalendarDataTest, KnowsWhatTheStateCouncilAnnouncedForEachYear) {
  const WorkingCalendar calendar = TmallRulebook(v1::Workflow())->calendar;

  EXPECT_EQ(calendar.first_year, 2023);
  EXPECT_EQ(calendar.last_year, 2026);
  const auto is_off = [&](int year, int month, int day) {
    return calendar.off_days.contains(absl::CivilDay(year, month, day));
  };
  EXPECT_TRUE(is_off(2022, 12, 31));  // belongs to the notice of the next year
  EXPECT_TRUE(is_off(2023, 10, 6));
  EXPECT_TRUE(is_off(2024, 6, 10));
  EXPECT_TRUE(is_off(2025, 10, 8));
  EXPECT_TRUE(is_off(2026, 2, 23));
  EXPECT_FALSE(is_off(2026, 2, 24));
}

TEST(CalendarDataTest, HasTheNumberOfDaysThatTheNoticesHave) {
  const WorkingCalendar calendar = TmallRulebook(v1::Workflow())->calendar;
  const auto count = [](const absl::flat_hash_set<absl::CivilDay>& days, int year) {
    int found = 0;
    for (const absl::CivilDay day : days) found += day.year() == year ? 1 : 0;
    return found;
  };

  // 27 to 33 days off a year, counted in the table of the notices.
  EXPECT_EQ(count(calendar.off_days, 2023), 2 + 7 + 1 + 5 + 3 + 8);
  EXPECT_EQ(count(calendar.off_days, 2024), 1 + 8 + 3 + 5 + 1 + 3 + 7);
  EXPECT_EQ(count(calendar.off_days, 2025), 1 + 8 + 3 + 5 + 3 + 8);
  EXPECT_EQ(count(calendar.off_days, 2026), 3 + 9 + 3 + 5 + 3 + 3 + 7);
  EXPECT_EQ(count(calendar.make_up_days, 2023), 7);
  EXPECT_EQ(count(calendar.make_up_days, 2024), 8);
  EXPECT_EQ(count(calendar.make_up_days, 2025), 5);
  EXPECT_EQ(count(calendar.make_up_days, 2026), 6);
}

class TemplateDataTest : public testing::TestWithParam<std::tuple<std::string, const char*>> {
 protected:
  const std::string id_ = std::get<0>(GetParam());
  const std::string language_ = std::get<1>(GetParam());
  const v1::Template template_ = Shipped(id_, language_);
};

TEST_P(TemplateDataTest, UsesOnlyVariablesThatExist) {
  const std::set<std::string> known = {"company",
                                       "request",
                                       "type_title",
                                       "name",
                                       "received_day",
                                       "last_day",
                                       "note",
                                       "outcomes",
                                       "category",
                                       "provided",
                                       "corrected",
                                       "erased",
                                       "restricted",
                                       "not_held",
                                       "records",
                                       "retained_records",
                                       "law",
                                       "retained_until",
                                       "purpose",
                                       "source",
                                       "retention_words",
                                       "recipients",
                                       "title",
                                       "told",
                                       "exempt",
                                       "objected",
                                       "pending",
                                       "categories",
                                       "fields",
                                       "field",
                                       "accepted",
                                       "rejected",
                                       "reason",
                                       "plan",
                                       "erase",
                                       "restrict",
                                       "blockers",
                                       "kind",
                                       "description",
                                       "ground",
                                       "remedies",
                                       "remedy",
                                       "remedy_request",
                                       "explanation",
                                       "extension_reason",
                                       "review_upheld",
                                       "superseded",
                                       "review_changed",
                                       "review_overturned",
                                       "grant",
                                       "grant_expires",
                                       "sha256",
                                       "fee",
                                       "hard",
                                       "redacted",
                                       "rules",
                                       "lift_reason",
                                       "transfer_to",
                                       "successor",
                                       "fee_reason",
                                       "first",
                                       "refused",
                                       "code",
                                       "minutes",
                                       "verifies",
                                       "untouched",
                                       "pay_by_day",
                                       "served",
                                       "consent",
                                       "ended_categories",
                                       "kept_categories",
                                       "company_ground",
                                       "counted",
                                       "retained_counted",
                                       "erase_expired",
                                       "erasable_until",
                                       "held",
                                       "until"};
  const std::set<std::string> known_in_letters = {
      "by_account", "cancelled", "categories",  "company",   "correct",  "delete", "due_day",
      "former",     "insisted",  "instruction", "law",       "notice",   "number", "onward",
      "passed_on",  "recipient", "references",  "reference", "reminder", "resume", "sent_day",
      "stop",       "test",      "title",       "zone"};

  for (const std::string& name : Variables(template_)) {
    EXPECT_THAT(id_ == kLetterTemplate ? known_in_letters : known, Contains(name));
  }
}

TEST_P(TemplateDataTest, EscapesNothingBecauseItIsPlainText) {
  for (const std::string& tag : Tags(template_)) {
    EXPECT_TRUE(absl::string_view("{#^/").find(tag[0]) != absl::string_view::npos) << tag;
  }
}

TEST_P(TemplateDataTest, SaysTheSameInBothLanguages) {
  EXPECT_EQ(Variables(Shipped(id_, "en")), Variables(Shipped(id_, "zh-CN")));
}

TEST_P(TemplateDataTest, NamesItsRequestOrItsNotice) {
  EXPECT_THAT(Variables(template_), Contains(id_ == kLetterTemplate ? "notice" : "request"));
}

INSTANTIATE_TEST_SUITE_P(Messages, TemplateDataTest,
                         testing::Combine(testing::ValuesIn(TemplateIds()),
                                          testing::ValuesIn(kLanguages)));

TEST(MessageDataTest, HoldsNothingOfThePersonWhereAnybodyMayRead) {
  for (const char* id : {"request-received", "not-verified", "verification-revoked", "withdrawn",
                         "breached", "linked", "role-ended"}) {
    for (const char* language : kLanguages) {
      const std::set<std::string> names = Variables(Shipped(id, language));
      for (const char* personal : {"name", "note", "outcomes", "recipients", "fields", "plan",
                                   "blockers", "explanation", "reason", "grant", "code"}) {
        EXPECT_THAT(names, Not(Contains(personal))) << id << " " << language;
      }
    }
  }
}

TEST(MessageDataTest, TellsADeletionsDoneRestrictedAndToldPartsApart) {
  for (const char* id : {"response-deletion", "response-cancellation"}) {
    for (const char* name : {"erased", "restricted", "not_held", "retained_until", "law", "told",
                             "exempt", "objected", "remedies"}) {
      EXPECT_THAT(Variables(Shipped(id, "en")), Contains(name)) << id;
    }
  }
}

TEST(MessageDataTest, TellsAnAccessAnswersPurposesSourcesRetentionAndRecipients) {
  for (const char* name : {"purpose", "source", "retention_words", "recipients", "outcomes"}) {
    EXPECT_THAT(Variables(Shipped("response-access", "en")), Contains(name));
  }
}

TEST(MessageDataTest, GivesGroundReasonAndRemediesWithARefusal) {
  for (const char* name : {"ground", "reason", "remedies"}) {
    EXPECT_THAT(Variables(Shipped("refused", "en")), Contains(name));
  }
}

TEST(MessageDataTest, HasNothingButTheNumberOfTheNoticeInTheSubjectOfALetter) {
  for (const char* language : kLanguages) {
    v1::Template subject = Shipped(kLetterTemplate, language);
    subject.clear_text();
    EXPECT_THAT(Variables(subject),
                UnorderedElementsAre("company", "number", "reminder", "test", "delete", "correct",
                                     "stop", "resume", "cancelled"));
  }
}

TEST(MessageDataTest, NamesEveryWayToProveIdentityAndAuthorityWhereEitherIsMissing) {
  for (const char* id : {"not-verified", "verification-revoked"}) {
    for (const char* way : {"log in", "code", "signed written request", "identity authority",
                            "guardian", "relative", "power of attorney"}) {
      EXPECT_THAT(Shipped(id, "en").text(), HasSubstr(way)) << id;
    }
    for (const char* way :
         {"登录", "验证码", "书面请求", "身份认证机构", "监护", "近亲属", "授权委托书"}) {
      EXPECT_THAT(Shipped(id, "zh-CN").text(), HasSubstr(way)) << id;
    }
  }
}

TEST(MessageDataTest, NeverSaysThatNothingWasDoneOnceSomethingWas) {
  std::vector<Finding> findings;
  const auto files = LoadDefinitionFiles(absl::StrCat(DSR_SOURCE_DIR, "/workflows"), &findings);
  ASSERT_TRUE(files.ok()) << files.status();
  int ends = 0;
  for (const auto& [type, workflow] : files->workflows) {
    for (const v1::Transition& transition : workflow.transitions()) {
      if (transition.trigger() != v1::TRIGGER_PROOF_LOST) continue;
      for (const v1::Effect& effect : transition.effects()) {
        if (effect.kind() != v1::EFFECT_KIND_RESPOND) continue;
        EXPECT_EQ(effect.template_(), "verification-revoked") << type;
        ++ends;
      }
    }
  }
  EXPECT_GE(ends, 5);
  for (const char* language : kLanguages)
    EXPECT_THAT(Variables(Shipped("not-verified", language)), Contains("untouched"));
}

TEST(MessageDataTest, PromisesTheLastDayInTheAcknowledgement) {
  EXPECT_THAT(Variables(Shipped("request-received", "en")), Contains("last_day"));
}

TEST(ShippedDefinitionsTest, BreakNoRule) {
  std::vector<Finding> findings;

  const auto files = LoadDefinitionFiles(absl::StrCat(DSR_SOURCE_DIR, "/workflows"), &findings);

  std::vector<std::string> lines;
  for (const Finding& finding : findings) lines.push_back(ToString(finding));
  EXPECT_THAT(lines, testing::IsEmpty());
  ASSERT_TRUE(files.ok()) << files.status();
  std::vector<std::string> types;
  for (const auto& [name, workflow] : files->workflows) types.push_back(name);
  EXPECT_THAT(types, ElementsAre("access", "account-cancellation", "automated-decision-complaint",
                                 "company-deletion", "complaint", "consent-change", "copy",
                                 "correction", "deletion", "other-right", "policy-question",
                                 "restriction", "rules-explanation", "transfer"));
}

}  // namespace
}  // namespace dsr
