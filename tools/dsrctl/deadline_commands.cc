// `dsrctl deadline ...`: how deadlines are counted, without a server.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/deadline_rule.h"
#include "dsr/workflow/definitions.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"
#include "dsrctl/fields.h"
#include "dsrctl/shipped_definitions.h"

namespace dsr::dsrctl {
namespace {

// Within these every date that is counted is one of four digits.
const absl::Time kEarliest = absl::UnixEpoch();
const absl::Time kLatest = absl::FromUnixSeconds(221'845'392'000);  // the year 9000

// Of a calendar file's faults, so many are told.
constexpr size_t kMostFindings = 20;

constexpr char kDefinitions[] =
    "Count by this definitions directory, not by what dsrctl ships with";

struct Question {
  std::string received_at;
  std::string profile;
  std::string calendar;
  std::string definitions;
};

// The policy and the calendars to count by.
struct Rules {
  v1::Policy policy;
  std::map<std::string, v1::Calendar> calendars;
};

absl::StatusOr<Rules> ReadRules(const std::string& directory) {
  Rules rules;
  if (directory.empty()) {
    DSR_ASSIGN_OR_RETURN(rules.policy, ParsePolicy(ShippedPolicy()));
    for (const std::string& text : ShippedCalendars()) {
      DSR_ASSIGN_OR_RETURN(v1::Calendar calendar, ParseCalendar(text));
      rules.calendars.emplace(calendar.name(), std::move(calendar));
    }
    return rules;
  }
  std::vector<Finding> findings;
  absl::StatusOr<DefinitionFiles> files = LoadDefinitionFiles(directory, &findings);
  if (!files.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, ": ", files.status().message(),
                     findings.empty() ? "" : "; see 'dsrctl workflow check'"));
  }
  rules.policy = std::move(files->policy);
  rules.calendars = std::move(files->calendars);
  return rules;
}

absl::StatusOr<v1::DeadlineProfile> FindProfile(const Rules& rules, const std::string& name) {
  const std::string& wanted = name.empty() ? rules.policy.deadline_profile() : name;
  std::vector<std::string> names;
  for (const v1::DeadlineProfile& profile : rules.policy.deadline_profiles()) {
    if (profile.name() == wanted) return profile;
    names.push_back(profile.name());
  }
  return absl::InvalidArgumentError(absl::StrCat("--profile: there is no profile `", wanted,
                                                 "`; there are ", absl::StrJoin(names, ", ")));
}

absl::StatusOr<v1::Calendar> ReadCalendarFile(const std::string& path) {
  const absl::StatusOr<std::string> read = ReadFile(path);
  if (!read.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--calendar: `", path, "` is no file that can be read"));
  }
  const std::string& text = *read;
  const std::vector<Finding> findings = CheckCalendarText(path, text);
  if (findings.empty()) return ParseCalendar(text);
  const size_t shown = std::min(findings.size(), kMostFindings);
  std::vector<std::string> told;
  for (size_t i = 0; i < shown; ++i) told.push_back(ToString(findings[i]));
  if (shown < findings.size())
    told.push_back(absl::StrCat("and ", findings.size() - shown, " more"));
  return absl::InvalidArgumentError(absl::StrCat("--calendar: ", absl::StrJoin(told, "; ")));
}

// Reads the calendar that was asked for, by name or as a file, or else the profile's, into
// `calendar`; clears it where only weekends count.
absl::Status FindCalendar(const Rules& rules, const std::string& asked,
                          const v1::DeadlineProfile& profile,
                          std::unique_ptr<v1::Calendar>& calendar) {
  const std::string& name = asked.empty() ? profile.calendar() : asked;
  if (name.empty() || name == kWeekendsOnly) return absl::OkStatus();
  const auto found = rules.calendars.find(name);
  if (found != rules.calendars.end()) {
    calendar = std::make_unique<v1::Calendar>(found->second);
    return absl::OkStatus();
  }
  if (FileExists(name)) {
    DSR_ASSIGN_OR_RETURN(v1::Calendar read, ReadCalendarFile(name));
    calendar = std::make_unique<v1::Calendar>(std::move(read));
    return absl::OkStatus();
  }
  std::vector<std::string> names = {std::string(kWeekendsOnly)};
  for (const auto& [known, ignored] : rules.calendars) names.push_back(known);
  return absl::InvalidArgumentError(absl::StrCat("--calendar: there is no calendar and no file `",
                                                 name, "`; calendars are ",
                                                 absl::StrJoin(names, ", ")));
}

// For people, each step is a line; in a cell, too.
void Print(Output& output, v1::DeadlineExplanation explanation) {
  if (output.format() == Format::kCsv) {
    const std::string steps = absl::StrJoin(explanation.steps(), "\n");
    explanation.clear_steps();
    explanation.add_steps(steps);
  }
  if (output.format() != Format::kTable) return output.Item(explanation);
  google::protobuf::RepeatedPtrField<std::string> steps;
  steps.Swap(explanation.mutable_steps());
  output.Item(explanation);
  for (int i = 0; i < steps.size(); ++i)
    output.Raw(absl::StrCat("  ", i + 1, ". ", steps[i], "\n"));
}

absl::StatusOr<ExitCode> Explain(Context& context, const Question& question) {
  DSR_ASSIGN_OR_RETURN(const Rules rules, ReadRules(question.definitions));
  DSR_ASSIGN_OR_RETURN(const v1::DeadlineProfile profile, FindProfile(rules, question.profile));
  std::unique_ptr<v1::Calendar> calendar;
  DSR_RETURN_IF_ERROR(FindCalendar(rules, question.calendar, profile, calendar));
  DSR_ASSIGN_OR_RETURN(const DeadlineRule rule,
                       MakeDeadlineRule(profile, rules.policy.time_zone(), calendar.get()));
  absl::Time received;
  if (!ParseInstant(question.received_at, rule.zone, received) || received < kEarliest ||
      received > kLatest) {
    return absl::InvalidArgumentError(
        "--received-at: an instant such as 2026-01-31T14:00:00+08:00, or a day such as 2026-01-31, "
        "which begins in the profile's zone; from 1970 to 9000");
  }
  Print(context.output, ExplainDeadline(rule, received));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> List(Context& context, const std::string& definitions) {
  DSR_ASSIGN_OR_RETURN(const Rules rules, ReadRules(definitions));
  context.output.BeginList(
      ParseColumns("name,length,extension,time_zone,calendar,rolls_over,in_force,law"));
  for (const v1::DeadlineProfile& profile : rules.policy.deadline_profiles()) {
    context.output.ListRecord(
        {profile.name(), LengthWords(profile.length()),
         profile.has_extension() ? LengthWords(profile.extension()) : "",
         profile.time_zone().empty() ? rules.policy.time_zone() : profile.time_zone(),
         profile.calendar().empty() ? std::string(kWeekendsOnly) : profile.calendar(),
         profile.rolls_over() ? "yes" : "no",
         profile.name() == rules.policy.deadline_profile() ? "yes" : "no", profile.law()});
  }
  context.output.EndList();
  return ExitCode::kOk;
}

}  // namespace

void AddDeadlineCommands(CommandTree& tree) {
  Group deadlines = tree.AddGroup("deadline", "How deadlines are counted; needs no server");
  const auto question = std::make_shared<Question>();
  deadlines.Add("explain", "Tells when an answer is due, and how that was counted")
      .Text("--received-at", &question->received_at,
            "When the request came in: an instant, or a day of the profile's zone", Need::kRequired)
      .Text("--profile", &question->profile,
            "The profile to count by, see 'dsrctl deadline profiles'; without, the policy's")
      .Text("--calendar", &question->calendar,
            "Another calendar than the profile's: a name, a file, or weekends")
      .Text("--definitions", &question->definitions, kDefinitions)
      .Example("dsrctl deadline explain --received-at 2026-01-31T14:00:00+08:00")
      .Example("dsrctl deadline explain --received-at 2026-01-31 --profile gdpr-one-month -o json")
      .Runs([question](Context& context) { return Explain(context, *question); });
  const auto definitions = std::make_shared<std::string>();
  deadlines.Add("profiles", "Lists the profiles that deadlines can be counted by")
      .Text("--definitions", definitions.get(), kDefinitions)
      .Example("dsrctl deadline profiles")
      .Runs([definitions](Context& context) { return List(context, *definitions); });
}

}  // namespace dsr::dsrctl
