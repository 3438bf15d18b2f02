// One small set of definitions that breaks no rule, for tests that break one.
#ifndef DSR_TESTS_UNIT_WORKFLOW_GOOD_DEFINITIONS_H_
#define DSR_TESTS_UNIT_WORKFLOW_GOOD_DEFINITIONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "dsr/v1/policy.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// A workflow `good` for which CheckWorkflowText finds nothing under GoodPolicy and GoodTemplates.
std::string GoodWorkflowText();
// 15 days in Asia/Shanghai under the calendar `rest` and the templates `messages`.
std::string GoodPolicyText();
v1::Policy GoodPolicy();
// 1 to 3 October 2026 off, Saturday 10 October worked.
std::string GoodCalendarText();
// The ids `hello`, `answer` and `sorry` in both languages.
v1::TemplateSet GoodTemplates();

// Returns `text` with the first `old_part` replaced. Ends the process when there is none: a test
// that changes nothing would prove nothing.
std::string Replaced(std::string text, absl::string_view old_part, absl::string_view new_part);

// Returns the line, from 1, on which `part` first begins in `text`. Ends the process when it does
// not occur.
int LineOf(absl::string_view text, absl::string_view part);

// Returns the file `path` of the repository, or ends the process.
std::string RepositoryFile(absl::string_view path);

// The rulebook of the repository's policy, calendar and templates for `workflow`.
std::shared_ptr<const Rulebook> TmallRulebook(const v1::Workflow& workflow);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_GOOD_DEFINITIONS_H_
