// Workflows, policy, calendars and templates as files, and as kept in the database.
#ifndef DSR_WORKFLOW_DEFINITIONS_H_
#define DSR_WORKFLOW_DEFINITIONS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/definition.h"
#include "dsr/v1/common.pb.h"
#include "dsr/v1/policy.pb.h"
#include "dsr/v1/workflow.pb.h"

namespace dsr {

// Everything in a definitions directory, parsed and checked.
struct DefinitionFiles {
  std::map<std::string, v1::Workflow> workflows;  // by name
  v1::Policy policy;
  v1::Calendar calendar;                          // the one the policy names
  std::map<std::string, v1::Calendar> calendars;  // all, by name
  v1::TemplateSet templates;
  std::vector<Definition> definitions;  // all of the above, as to be stored and pinned

  // Returns the reference of the definition of that kind and name. It must exist.
  const v1::DefinitionRef& Ref(DefinitionKind kind, absl::string_view name) const;
};

// Something wrong with a definition file, with the place where it can be mended.
struct Finding {
  std::string file;  // relative to the directory
  int line = 0;      // from 1; 0 when the rule is broken by something that is missing
  std::string description;
};

// Prints `file:line: description`.
std::string ToString(const Finding& finding);

// Loads and checks `<directory>/*.textproto` (workflows), `policy.textproto`, `fragments/`,
// `calendars/` and `messages/<language>/`. Puts everything wrong into `findings` (never null), in
// order of file and line. Errors: FAILED_PRECONDITION DEFINITION_INVALID naming the first finding,
// when there is one; INSTALLATION_INVALID when the directory or a file cannot be read.
absl::StatusOr<DefinitionFiles> LoadDefinitionFiles(absl::string_view directory,
                                                    std::vector<Finding>* findings);

// Checks one workflow given as text (without fragments) against a policy and its templates. Returns
// what is wrong, `file` being `name` in each finding.
std::vector<Finding> CheckWorkflowText(absl::string_view name, absl::string_view text,
                                       const v1::Policy& policy, const v1::TemplateSet& templates);

// Checks one calendar given as text. Returns what is wrong, `file` being `name` in each finding.
std::vector<Finding> CheckCalendarText(absl::string_view name, absl::string_view text);

// Parse a stored definition's text. Errors: INTERNAL when it does not parse, which cannot be: it
// parsed when stored.
absl::StatusOr<v1::Workflow> ParseWorkflow(absl::string_view text);
absl::StatusOr<v1::Policy> ParsePolicy(absl::string_view text);
absl::StatusOr<v1::Calendar> ParseCalendar(absl::string_view text);
absl::StatusOr<v1::TemplateSet> ParseTemplateSet(absl::string_view text);

}  // namespace dsr

#endif  // DSR_WORKFLOW_DEFINITIONS_H_
