#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/workflow/definitions.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/workflow/good_definitions.h"

namespace dsr {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A definitions directory that is sound until a test writes over one of its files.
class DefinitionLoaderTest : public testing::Test {
 protected:
  DefinitionLoaderTest() {
    EXPECT_THAT(InitCrypto(), IsOk());
    Write("policy.textproto", GoodPolicyText());
    Write("calendars/rest.textproto", GoodCalendarText());
    Write("messages/set.textproto", "name: \"messages\"\nversion: 1\n");
    const v1::TemplateSet templates = GoodTemplates();
    for (const v1::Template& one : templates.templates()) {
      Write(absl::StrCat("messages/", one.language(), "/", one.id(), ".textproto"),
            TemplateText(one.id(), one.language()));
    }
    for (const v1::HtmlLayout& layout : templates.layouts()) {
      Write(absl::StrCat("messages/", layout.language(), "/layout.textproto"),
            LayoutText(layout.language(), layout.html()));
    }
    Write("good.textproto", GoodWorkflowText());
  }

  static std::string TemplateText(absl::string_view id, absl::string_view language) {
    return absl::StrCat("templates {\n  id: \"", id, "\"\n  language: \"", language,
                        "\"\n  subject: \"{{{request}}}\"\n  text: \"{{{request}}}\"\n}\n");
  }

  static std::string LayoutText(absl::string_view language, absl::string_view html) {
    return absl::StrCat("layouts {\n  language: \"", language, "\"\n  html: \"",
                        absl::CEscape(html), "\"\n}\n");
  }

  void Write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(dir_.File(file)).parent_path());
    ASSERT_THAT(WriteFileAtomically(dir_.File(file), text), IsOk());
  }
  void Remove(const std::string& file) { std::filesystem::remove_all(dir_.File(file)); }

  absl::StatusOr<DefinitionFiles> Load() { return LoadDefinitionFiles(dir_.path(), &findings_); }

  // What is wrong, printed.
  std::vector<std::string> Findings() {
    const auto files = Load();
    std::vector<std::string> lines;
    for (const Finding& finding : findings_) lines.push_back(ToString(finding));
    EXPECT_EQ(files.ok(), lines.empty()) << files.status();
    return lines;
  }

  // Breaks the policy at `old_part`; the finding must stand on the line of `new_part`.
  void ExpectPolicyFinding(absl::string_view old_part, absl::string_view new_part,
                           const std::string& reason) {
    const std::string text = Replaced(GoodPolicyText(), old_part, new_part);
    Write("policy.textproto", text);
    EXPECT_THAT(Findings(),
                Contains(absl::StrCat("policy.textproto:", LineOf(text, new_part), ": ", reason)));
  }
  void ExpectCalendarFinding(absl::string_view old_part, absl::string_view new_part,
                             const std::string& reason) {
    const std::string text = Replaced(GoodCalendarText(), old_part, new_part);
    Write("calendars/rest.textproto", text);
    EXPECT_THAT(
        Findings(),
        Contains(absl::StrCat("calendars/rest.textproto:", LineOf(text, new_part), ": ", reason)));
  }

  TempDir dir_;
  std::vector<Finding> findings_;
};

TEST_F(DefinitionLoaderTest, LoadsASoundDirectory) {
  DSR_ASSERT_OK_AND_ASSIGN(const DefinitionFiles files, Load());

  EXPECT_THAT(findings_, IsEmpty());
  EXPECT_EQ(files.workflows.size(), 1);
  EXPECT_EQ(files.workflows.at("good").transitions_size(),
            ParseWorkflow(GoodWorkflowText()).value().transitions_size());
  EXPECT_EQ(files.policy.response_days(), 15);
  EXPECT_EQ(files.calendar.name(), "rest");
  EXPECT_EQ(files.templates.templates_size(), 6);
}

TEST_F(DefinitionLoaderTest, NamesEachDefinitionByTheHashOfItsCanonicalText) {
  DSR_ASSERT_OK_AND_ASSIGN(const DefinitionFiles files, Load());

  ASSERT_EQ(files.definitions.size(), 4);
  for (const Definition& definition : files.definitions) {
    EXPECT_EQ(definition.ref.sha256(), HexEncode(Sha256(definition.text)));
    EXPECT_EQ(definition.ref.version(), 1);
  }
  EXPECT_EQ(files.Ref(DefinitionKind::kWorkflow, "good").name(), "good");
  EXPECT_EQ(files.Ref(DefinitionKind::kPolicy, "policy").name(), "policy");
  EXPECT_EQ(files.Ref(DefinitionKind::kCalendar, "rest").name(), "rest");
  EXPECT_EQ(files.Ref(DefinitionKind::kTemplates, "messages").name(), "messages");
}

TEST_F(DefinitionLoaderTest, HashesWhatIsMeantAndNotHowItIsWritten) {
  DSR_ASSERT_OK_AND_ASSIGN(const DefinitionFiles before, Load());
  Write("good.textproto", absl::StrCat("# A comment.\n\n", GoodWorkflowText()));
  DSR_ASSERT_OK_AND_ASSIGN(const DefinitionFiles commented, Load());
  Write("good.textproto", Replaced(GoodWorkflowText(), "Erasing", "Wiping"));
  DSR_ASSERT_OK_AND_ASSIGN(const DefinitionFiles changed, Load());

  const auto hash = [](const DefinitionFiles& files) {
    return files.Ref(DefinitionKind::kWorkflow, "good").sha256();
  };
  EXPECT_EQ(hash(commented), hash(before));
  EXPECT_NE(hash(changed), hash(before));
}

TEST_F(DefinitionLoaderTest, StoresTextsThatParseAgain) {
  DSR_ASSERT_OK_AND_ASSIGN(const DefinitionFiles files, Load());

  for (const Definition& definition : files.definitions) {
    switch (definition.kind) {
      case DefinitionKind::kWorkflow:
        EXPECT_TRUE(MessageDifferencer::Equals(ParseWorkflow(definition.text).value(),
                                               files.workflows.at("good")));
        break;
      case DefinitionKind::kPolicy:
        EXPECT_THAT(ParsePolicy(definition.text), IsOk());
        break;
      case DefinitionKind::kCalendar:
        EXPECT_THAT(ParseCalendar(definition.text), IsOk());
        break;
      case DefinitionKind::kTemplates:
        EXPECT_THAT(ParseTemplateSet(definition.text), IsOk());
        break;
    }
  }
}

TEST_F(DefinitionLoaderTest, CallsAStoredTextThatDoesNotParseAnInternalError) {
  EXPECT_THAT(ParseWorkflow("name: \"x\"\nrubbish"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(ParsePolicy("rubbish"), ReasonIs(v1::ERROR_REASON_INTERNAL));
}

TEST_F(DefinitionLoaderTest, MergesFragmentsAfterTheFilesOwnParts) {
  const std::string text = GoodWorkflowText();
  const size_t split = text.find("transitions {\n  from_unanswered");
  Write("fragments/deadline.textproto", text.substr(split));
  Write("good.textproto", absl::StrCat("use: \"deadline\"\n", text.substr(0, split)));

  DSR_ASSERT_OK_AND_ASSIGN(const DefinitionFiles files, Load());

  EXPECT_TRUE(MessageDifferencer::Equals(files.workflows.at("good"), ParseWorkflow(text).value()));
}

TEST_F(DefinitionLoaderTest, NamesTheFragmentWhereAFragmentIsWrong) {
  const std::string text = GoodWorkflowText();
  const size_t split = text.find("transitions {\n  from_unanswered");
  const std::string fragment = Replaced(text.substr(split), "\"escalate\"", "\"escargot\"");
  Write("fragments/deadline.textproto", fragment);
  Write("good.textproto", absl::StrCat("use: \"deadline\"\n", text.substr(0, split)));

  EXPECT_THAT(Findings(),
              Contains(absl::StrCat("fragments/deadline.textproto:", LineOf(fragment, "escargot"),
                                    ": there is no timer `escargot`")));
}

TEST_F(DefinitionLoaderTest, RefusesAnUnknownFragment) {
  Write("good.textproto", absl::StrCat("use: \"nothing\"\n", GoodWorkflowText()));

  EXPECT_THAT(Findings(), testing::ElementsAre("good.textproto:1: there is no fragment `nothing`"));
}

TEST_F(DefinitionLoaderTest, RefusesAFragmentUsedTwice) {
  Write("fragments/empty.textproto", "");
  Write("good.textproto", absl::StrCat("use: \"empty\"\nuse: \"empty\"\n", GoodWorkflowText()));

  EXPECT_THAT(Findings(), Contains("good.textproto:2: the fragment `empty` is used twice"));
}

TEST_F(DefinitionLoaderTest, RefusesAFragmentThatIsMoreThanPartsOfAWorkflow) {
  Write("fragments/named.textproto", "name: \"named\"\n");

  EXPECT_THAT(Findings(),
              Contains(HasSubstr("fragments/named.textproto:0: a fragment has states")));
}

TEST_F(DefinitionLoaderTest, NamesFileAndLineOfATextThatDoesNotParse) {
  Write("good.textproto", "name: \"good\"\nversion: one\n");
  Write("policy.textproto", "name: \"policy\"\n\nresponse_weeks: 2\n");
  Write("calendars/rest.textproto", "off { first { yaer: 2026 } }\n");
  Write("messages/en/hello.textproto", "templates {\n  id: \"hello\n}\n");

  const std::vector<std::string> findings = Findings();

  EXPECT_THAT(findings, Contains(testing::StartsWith("good.textproto:2: ")));
  EXPECT_THAT(findings, Contains(testing::StartsWith("policy.textproto:3: ")));
  EXPECT_THAT(findings, Contains(testing::StartsWith("calendars/rest.textproto:1: ")));
  EXPECT_THAT(findings, Contains(testing::StartsWith("messages/en/hello.textproto:2: ")));
}

TEST_F(DefinitionLoaderTest, ReportsTheFirstFindingAsTheErrorAndHowManyFollow) {
  Write("policy.textproto",
        Replaced(Replaced(GoodPolicyText(), "outer_working_days: 15", "outer_working_days: 91"),
                 "grant_hours: 72", "grant_hours: 0"));

  const auto files = Load();

  EXPECT_THAT(files, StatusIs(absl::StatusCode::kFailedPrecondition,
                              HasSubstr("policy.textproto:5: `outer_working_days` is 91")));
  EXPECT_THAT(files, ReasonIs(v1::ERROR_REASON_DEFINITION_INVALID));
  EXPECT_THAT(std::string(files.status().message()), HasSubstr("(and 1 more)"));
}

TEST_F(DefinitionLoaderTest, RefusesDeadlineProfilesThatNobodyCanCountBy) {
  const std::string profile =
      "deadline_profiles { name: \"fifteen\" law: \"The policy, section 4\" length { civil_days: "
      "15 "
      "} calendar: \"rest\" }";
  const auto finding = [&](const std::string& instead) {
    Write("policy.textproto", Replaced(GoodPolicyText(), profile, instead));
    return std::string(Load().status().message());
  };

  EXPECT_THAT(finding("deadline_profiles { name: \"other\" law: \"L\" length { months: 1 } }"),
              HasSubstr("there is no deadline profile `fifteen`"));
  EXPECT_THAT(finding(profile + "\n" + profile), HasSubstr("two deadline profiles `fifteen`"));
  EXPECT_THAT(finding("deadline_profiles { name: \"fifteen\" law: \"L\" }"),
              HasSubstr("the length of deadline profile `fifteen` must be"));
  EXPECT_THAT(finding("deadline_profiles { name: \"fifteen\" law: \"L\" length { months: 121 } }"),
              HasSubstr("the length of deadline profile `fifteen` must be"));
  EXPECT_THAT(finding("deadline_profiles { name: \"fifteen\" length { civil_days: 15 } }"),
              HasSubstr("does not say which law"));
  EXPECT_THAT(finding(profile + "deadline_profiles { name: \"x\" law: \"L\" length { months: 1 } "
                                "calendar: \"mars\" }"),
              HasSubstr("there is no calendar `mars`"));
  EXPECT_THAT(finding(profile + "deadline_profiles { name: \"x\" law: \"L\" length { months: 1 } "
                                "time_zone: \"Mars/Olympus\" }"),
              HasSubstr("`Mars/Olympus` does not load"));
  EXPECT_THAT(finding("deadline_profiles { name: \"fifteen\" law: \"L\" length { civil_days: 15 } "
                      "time_zone: \"Europe/Brussels\" }"),
              HasSubstr("must have the policy's time zone"));
}

TEST_F(DefinitionLoaderTest, RefusesClocksTeamsAndPausesThatLeadNowhere) {
  const auto finding = [&](const std::string& more) {
    Write("policy.textproto", GoodPolicyText() + more);
    return std::string(Load().status().message());
  };

  EXPECT_THAT(finding("clocks { profile: \"sixteen\" }"),
              HasSubstr("there is no deadline profile `sixteen`"));
  EXPECT_THAT(finding("clocks { profile: \"fifteen\" regions: \"Germany\" }"),
              HasSubstr("`Germany` is not an ISO 3166 code"));
  EXPECT_THAT(finding("teams { name: \"Team One\" }"), HasSubstr("a team needs a name"));
  EXPECT_THAT(finding("teams { name: \"one\" } teams { name: \"one\" }"),
              HasSubstr("two teams `one`"));
  EXPECT_THAT(finding("deadline_profiles { name: \"slow\" law: \"L\" length { months: 1 } "
                      "pausing_states: \"asessing\" }"),
              HasSubstr("no workflow has a state `asessing`"));
}

TEST_F(DefinitionLoaderTest, RefusesADirectoryThatIsNotThere) {
  std::vector<Finding> findings;

  EXPECT_THAT(LoadDefinitionFiles(dir_.File("nowhere"), &findings),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(DefinitionLoaderTest, RefusesADirectoryWithoutAPolicy) {
  Remove("policy.textproto");

  EXPECT_THAT(Load(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(DefinitionLoaderTest, RefusesADirectoryWithoutWorkflows) {
  Remove("good.textproto");

  EXPECT_THAT(Findings(), Contains(".:0: there is no workflow"));
}

TEST_F(DefinitionLoaderTest, RefusesAWorkflowWhoseNameIsNotItsFiles) {
  Write("bad.textproto", GoodWorkflowText());

  EXPECT_THAT(Findings(),
              Contains("bad.textproto:1: the name `good` is not the file's name `bad`"));
}

// Policy.

struct RangeCase {
  const char* field;
  const char* old_part;
  int64_t least;
  int64_t most;
};

void PrintTo(const RangeCase& c, std::ostream* out) { *out << c.field; }

class PolicyRangeTest : public DefinitionLoaderTest,
                        public testing::WithParamInterface<RangeCase> {};

TEST_P(PolicyRangeTest, IsEnforcedOnBothEnds) {
  const RangeCase& range = GetParam();
  for (const int64_t value : {range.least, range.most}) {
    Write("policy.textproto",
          Replaced(GoodPolicyText(), range.old_part, absl::StrCat(range.field, ": ", value)));
    EXPECT_THAT(Findings(),
                testing::Not(Contains(HasSubstr(absl::StrCat("`", range.field, "` is")))));
  }
  for (const int64_t value : {range.least - 1, range.most + 1}) {
    ExpectPolicyFinding(range.old_part, absl::StrCat(range.field, ": ", value),
                        absl::StrCat("`", range.field, "` is ", value, ", but must be ",
                                     range.least, " to ", range.most));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Policy, PolicyRangeTest,
    testing::Values(RangeCase{"response_days", "response_days: 15", 1, 90},
                    RangeCase{"outer_working_days", "outer_working_days: 15", 0, 90},
                    RangeCase{"grant_hours", "grant_hours: 72", 1, 2160},
                    RangeCase{"months", "months: 36", 1, 1200},
                    RangeCase{"code_digits", "code_digits: 6", 6, 10},
                    RangeCase{"code_seconds", "code_seconds: 600", 60, 86400},
                    RangeCase{"attempts", "attempts: 5", 1, 10},
                    RangeCase{"sends", "sends: 5", 1, 10},
                    RangeCase{"valid_seconds", "valid_seconds: 1296000", 3600, 3155760000},
                    RangeCase{"civil_days", "civil_days: 7", 1, 90}));

TEST_F(DefinitionLoaderTest, RefusesAPolicyWithoutANameOrVersion) {
  ExpectPolicyFinding("name: \"policy\"", "name: \"The Policy\"",
                      "the name must be of a-z, 0-9 and `-`");
  ExpectPolicyFinding("version: 1", "version: 0", "the version must be 1 or more");
}

TEST_F(DefinitionLoaderTest, RefusesAZoneThatDoesNotLoad) {
  ExpectPolicyFinding("Asia/Shanghai", "Asia/Atlantis",
                      "the time zone `Asia/Atlantis` does not load");
}

TEST_F(DefinitionLoaderTest, RefusesACalendarOrTemplateSetThatIsNotThere) {
  ExpectPolicyFinding("calendar: \"rest\"", "calendar: \"toil\"", "there is no calendar `toil`");
  ExpectPolicyFinding("templates: \"messages\"", "templates: \"letters\"",
                      "there is no template set `letters`");
}

TEST_F(DefinitionLoaderTest, RefusesCategoriesOfOneName) {
  const std::string text = GoodPolicyText();
  const size_t begin = text.find("categories {");
  const std::string category = text.substr(begin, text.find("verification {") - begin);
  Write("policy.textproto", text + category);

  EXPECT_THAT(Findings(), Contains(absl::StrCat("policy.textproto:", LineOf(text + "?", "?") + 1,
                                                ": there is another category `orders`")));
}

TEST_F(DefinitionLoaderTest, RefusesAMalformedCategoryName) {
  ExpectPolicyFinding("name: \"orders\"", "name: \"Orders\"",
                      "category `Orders`: a name must be of a-z, 0-9 and `-`");
}

TEST_F(DefinitionLoaderTest, RefusesACategoryThatIsNotDescribedInEachLanguage) {
  for (const char* field : {"titles", "purposes", "sources", "retention_words"}) {
    for (const char* language : {"zh-CN", "en"}) {
      const std::string text =
          Replaced(GoodPolicyText(), absl::StrCat("  ", field, " { key: \"", language, "\""),
                   absl::StrCat("  ", field, " { key: \"fr\""));
      Write("policy.textproto", text);

      EXPECT_THAT(Findings(),
                  Contains(absl::StrCat("policy.textproto:", LineOf(text, "categories {"),
                                        ": category `orders` has no ", field, " in ", language)));
    }
  }
}

TEST_F(DefinitionLoaderTest, RefusesAPolicyWithoutCategories) {
  const std::string text = GoodPolicyText();
  const size_t begin = text.find("categories {");
  Write("policy.textproto", text.substr(0, begin) + text.substr(text.find("verification {")));

  EXPECT_THAT(Findings(), Contains("policy.textproto:0: the policy has no categories"));
}

TEST_F(DefinitionLoaderTest, RefusesALawThatIsNotCalledAnythingInALanguage) {
  ExpectPolicyFinding("version: 1",
                      "version: 1 laws { law: \"a law\" titles { key: \"en\" value: \"A law\" } }",
                      "law `a law` has no titles in zh-CN");
}

TEST_F(DefinitionLoaderTest, RefusesARetentionThatNamesNoLaw) {
  ExpectPolicyFinding("retention { law: \"E-Commerce Law, article 31\" months: 36 }",
                      "retention { months: 36 }",
                      "category `orders` keeps records without naming the law");
}

TEST_F(DefinitionLoaderTest, RefusesAPolicyWithoutRemediesOrCompanyInEachLanguage) {
  Write("policy.textproto",
        Replaced(GoodPolicyText(), "remedies { key: \"en\"", "remedies { key: \"fr\""));
  EXPECT_THAT(Findings(), Contains("policy.textproto:0: the policy has no remedies in en"));

  Write("policy.textproto",
        Replaced(GoodPolicyText(), "company { key: \"zh-CN\"", "company { key: \"fr\""));
  EXPECT_THAT(Findings(), Contains("policy.textproto:0: the policy has no company in zh-CN"));
}

TEST_F(DefinitionLoaderTest, RefusesARelationWithoutATermForSomeKindOfNotice) {
  const std::string term =
      "notice_terms { relation: RECIPIENT_RELATION_JOINT_CONTROLLER kind: NOTICE_KIND_CORRECT "
      "civil_days: 10 }\n";
  Write("policy.textproto", Replaced(GoodPolicyText(), term, ""));

  EXPECT_THAT(Findings(), Contains("policy.textproto:0: there is no notice term for "
                                   "RECIPIENT_RELATION_JOINT_CONTROLLER and NOTICE_KIND_CORRECT"));
}

TEST_F(DefinitionLoaderTest, RefusesASecondTermForOneRelationAndKind) {
  const std::string term =
      "notice_terms { relation: RECIPIENT_RELATION_JOINT_CONTROLLER kind: NOTICE_KIND_CORRECT "
      "civil_days: 9 }\n";
  const std::string text = GoodPolicyText() + term;
  Write("policy.textproto", text);

  EXPECT_THAT(Findings(),
              Contains(absl::StrCat("policy.textproto:", LineOf(text, term),
                                    ": there is another notice term for this relation and kind")));
}

TEST_F(DefinitionLoaderTest, RefusesANoticeTermWithoutRelationOrKind) {
  const std::string text = GoodPolicyText() + "notice_terms { civil_days: 9 }\n";
  Write("policy.textproto", text);

  EXPECT_THAT(Findings(), Contains(HasSubstr("the notice term has no known relation")));
  EXPECT_THAT(Findings(), Contains(HasSubstr("the notice term has no known kind")));
}

// Calendars.

TEST_F(DefinitionLoaderTest, RefusesADayBothOffAndWorking) {
  ExpectCalendarFinding("working { year: 2026 month: 10 day: 10 }",
                        "working { year: 2026 month: 10 day: 3 }",
                        "2026-10-03 is both off and working");
}

TEST_F(DefinitionLoaderTest, RefusesAMakeUpDayThatIsNoWeekend) {
  ExpectCalendarFinding("working { year: 2026 month: 10 day: 10 }",
                        "working { year: 2026 month: 10 day: 12 }",
                        "2026-10-12 is no Saturday or Sunday and is worked anyhow");
}

TEST_F(DefinitionLoaderTest, RefusesAMakeUpDayNamedTwice) {
  const std::string text = GoodCalendarText() + "working { day: 10 month: 10 year: 2026 }\n";
  Write("calendars/rest.textproto", text);

  EXPECT_THAT(Findings(),
              Contains(absl::StrCat("calendars/rest.textproto:", LineOf(text, "working { day"),
                                    ": 2026-10-10 is named twice")));
}

TEST_F(DefinitionLoaderTest, RefusesADayThatDoesNotExist) {
  ExpectCalendarFinding("off { first { year: 2026 month: 10 day: 1 }",
                        "off { first { year: 2026 month: 9 day: 31 }", "there is no day 2026-9-31");
}

TEST_F(DefinitionLoaderTest, RefusesARangeThatEndsBeforeItBegins) {
  ExpectCalendarFinding("off { first { year: 2026 month: 10 day: 1 }",
                        "off { first { year: 2026 month: 10 day: 4 }",
                        "the range ends before it begins");
}

TEST_F(DefinitionLoaderTest, RefusesARangeOfMoreThanAYear) {
  ExpectCalendarFinding("off { first { year: 2026", "off { first { year: 2006",
                        "nobody rests for more than a year");
}

TEST_F(DefinitionLoaderTest, RefusesACalendarThatDoesNotSayWhatItKnows) {
  Write("calendars/rest.textproto", "name: \"rest\"\nversion: 1\n");

  EXPECT_THAT(Findings(),
              Contains(HasSubstr("calendars/rest.textproto:0: the calendar does not say")));
}

TEST_F(DefinitionLoaderTest, RefusesACalendarWhoseNameIsNotItsFiles) {
  ExpectCalendarFinding("name: \"rest\"", "name: \"toil\"",
                        "the name `toil` is not the file's name `rest`");
}

// Templates.

TEST_F(DefinitionLoaderTest, RefusesATemplateInOneLanguageOnly) {
  Remove("messages/zh-CN/hello.textproto");

  EXPECT_THAT(Findings(),
              Contains("messages/en/hello.textproto:1: there is no template `hello` in zh-CN"));
}

TEST_F(DefinitionLoaderTest, RefusesATemplateGivenTwice) {
  Write("messages/en/other.textproto", TemplateText("hello", "en"));

  EXPECT_THAT(Findings(),
              Contains("messages/en/other.textproto:1: there is another template `hello` in en"));
}

TEST_F(DefinitionLoaderTest, RefusesATemplateInTheFolderOfAnotherLanguage) {
  Write("messages/en/hello.textproto", TemplateText("hello", "zh-CN"));

  EXPECT_THAT(Findings(), Contains("messages/en/hello.textproto:3: the folder is for en"));
}

TEST_F(DefinitionLoaderTest, RefusesALanguageThatNobodyReads) {
  Write("messages/fr/hello.textproto", TemplateText("hello", "fr"));

  EXPECT_THAT(Findings(),
              Contains(HasSubstr("messages/fr/hello.textproto:3: template `hello` in fr: "
                                 "the language must be zh-CN or en")));
}

TEST_F(DefinitionLoaderTest, RefusesATemplateThatDoesNotCompile) {
  Write("messages/en/hello.textproto",
        Replaced(TemplateText("hello", "en"), "text: \"{{{request}}}\"", "text: \"{{#open}}\""));

  EXPECT_THAT(Findings(),
              Contains(HasSubstr(
                  "messages/en/hello.textproto:5: template `hello` in en does not compile")));
}

TEST_F(DefinitionLoaderTest, RefusesASubjectThatDoesNotCompile) {
  Write("messages/en/hello.textproto",
        Replaced(TemplateText("hello", "en"), "subject: \"{{{request}}}\"",
                 "subject: \"{{/shut}}\""));

  EXPECT_THAT(Findings(),
              Contains(HasSubstr(
                  "messages/en/hello.textproto:4: template `hello` in en does not compile")));
}

TEST_F(DefinitionLoaderTest, RefusesPartialsAndChangedDelimiters) {
  for (const char* tag : {"{{>name}}", "{{ > name}}", "{{=<% %>=}}"}) {
    Write("messages/en/hello.textproto",
          Replaced(TemplateText("hello", "en"), "text: \"{{{request}}}\"",
                   absl::StrCat("text: \"", tag, "\"")));

    EXPECT_THAT(Findings(), Contains(HasSubstr("partials and changed delimiters are not allowed")))
        << tag;
  }
}

TEST_F(DefinitionLoaderTest, RefusesATemplateWithoutSubjectOrText) {
  Write("messages/en/hello.textproto", "templates { id: \"hello\" language: \"en\" }\n");

  EXPECT_THAT(Findings(),
              Contains("messages/en/hello.textproto:1: template `hello` in en has no subject"));
  EXPECT_THAT(Findings(),
              Contains("messages/en/hello.textproto:1: template `hello` in en has no text"));
}

TEST_F(DefinitionLoaderTest, RefusesVariablesThatDoNotExist) {
  Write("messages/en/hello.textproto",
        "templates {\n  id: \"hello\"\n  language: \"en\"\n  subject: \"{{{requets}}}\"\n"
        "  text: \"{{#outcomes}}{{{category}}}{{/outcomes}}{{{category}}}\"\n}\n");

  const std::vector<std::string> findings = Findings();

  EXPECT_THAT(findings,
              ElementsAre("messages/en/hello.textproto:4: template `hello` in en: there is "
                          "no variable `requets` here",
                          "messages/en/hello.textproto:5: template `hello` in en: there is "
                          "no variable `category` here"));
}

TEST_F(DefinitionLoaderTest, KnowsOtherVariablesInALetterThanInAMessage) {
  for (const char* language : {"zh-CN", "en"}) {
    Write(absl::StrCat("messages/", language, "/notice-letter.textproto"),
          Replaced(TemplateText("notice-letter", language), "text: \"{{{request}}}\"",
                   "text: \"{{#onward}}{{{title}}}{{/onward}}{{{title}}}\""));
  }
  Write("messages/en/hello.textproto",
        Replaced(TemplateText("hello", "en"), "text: \"{{{request}}}\"", "text: \"{{{notice}}}\""));

  EXPECT_THAT(
      Findings(),
      ElementsAre(
          HasSubstr("messages/en/hello.textproto:5: template `hello` in en: there is no variable "
                    "`notice` here"),
          HasSubstr("messages/en/notice-letter.textproto:4: template `notice-letter` in en: there "
                    "is no variable `request` here"),
          HasSubstr("messages/en/notice-letter.textproto:5: template `notice-letter` in en: there "
                    "is no variable `title` here"),
          HasSubstr("messages/zh-CN/notice-letter.textproto:4: template `notice-letter` in zh-CN: "
                    "there is no variable `request` here"),
          HasSubstr("messages/zh-CN/notice-letter.textproto:5: template `notice-letter` in zh-CN: "
                    "there is no variable `title` here")));
}

TEST_F(DefinitionLoaderTest, RefusesUnsoundHtmlOfATemplate) {
  for (const char* language : {"zh-CN", "en"}) {
    Write(absl::StrCat("messages/", language, "/hello.textproto"),
          Replaced(TemplateText("hello", language),
                   "  text:", "  html: \"<p>{{request}}\"\n  text:"));
  }

  EXPECT_THAT(Findings(),
              Contains("messages/en/hello.textproto:5: template `hello` in en: the HTML "
                       "<p> is not closed"));
}

TEST_F(DefinitionLoaderTest, RefusesHtmlInOneLanguageOnly) {
  Write(
      "messages/en/hello.textproto",
      Replaced(TemplateText("hello", "en"), "  text:", "  html: \"<p>{{request}}</p>\"\n  text:"));

  EXPECT_THAT(Findings(),
              ElementsAre("messages/zh-CN/hello.textproto:1: template `hello` in zh-CN has "
                          "no html, which another language has"));
}

TEST_F(DefinitionLoaderTest, RefusesALanguageWithoutLayout) {
  Remove("messages/zh-CN/layout.textproto");

  EXPECT_THAT(Findings(), ElementsAre("messages/set.textproto:0: there is no layout in zh-CN"));
}

TEST_F(DefinitionLoaderTest, RefusesALayoutInTheFolderOfAnotherLanguage) {
  Write("messages/en/layout.textproto", LayoutText("zh-CN", GoodTemplates().layouts(0).html()));

  EXPECT_THAT(Findings(), Contains("messages/en/layout.textproto:2: the folder is for en"));
}

TEST_F(DefinitionLoaderTest, RefusesAnUnsoundLayout) {
  Write("messages/en/layout.textproto",
        LayoutText("en", "<!DOCTYPE html><html lang=\"en\"><body>{{name}}</body></html>"));

  EXPECT_THAT(
      Findings(),
      ElementsAre("messages/en/layout.textproto:3: the layout in en does not show {{{body}}} "
                  "once",
                  "messages/en/layout.textproto:3: the layout in en: there is no variable "
                  "`name` in a layout"));
}

TEST_F(DefinitionLoaderTest, RefusesAMalformedTemplateId) {
  Write("messages/en/hello.textproto", TemplateText("Hello you", "en"));

  EXPECT_THAT(Findings(),
              Contains(HasSubstr(
                  "messages/en/hello.textproto:2: template `Hello you` in en: an id must be")));
}

TEST_F(DefinitionLoaderTest, RefusesATemplateSetWithoutAVersion) {
  Write("messages/set.textproto", "name: \"messages\"\n");

  EXPECT_THAT(Findings(), Contains("messages/set.textproto:0: the version must be 1 or more"));
}

TEST_F(DefinitionLoaderTest, RefusesATemplateFileThatNamesTheSet) {
  Write("messages/en/hello.textproto", absl::StrCat("version: 2\n", TemplateText("hello", "en")));

  EXPECT_THAT(Findings(),
              Contains("messages/en/hello.textproto:0: name and version of the set belong into "
                       "messages/set.textproto"));
}

}  // namespace
}  // namespace dsr
