#include "dsr/workflow/definitions.h"

#include <google/protobuf/text_format.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "workflow/definition_source.h"
#include "workflow/workflow_checker.h"

namespace dsr {
namespace {

template <class Message>
absl::StatusOr<Message> ParseStored(absl::string_view text) {
  Message message;
  std::vector<Finding> findings;
  SourceTree tree;
  if (tree.Parse("", text, &message, &findings)) return message;
  const int line = findings.empty() ? 0 : findings.front().line;
  return MakeError(
      absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
      absl::StrCat("a stored ", Message::descriptor()->name(), " does not parse at line ", line));
}

}  // namespace

const v1::DefinitionRef& DefinitionFiles::Ref(DefinitionKind kind, absl::string_view name) const {
  for (const Definition& definition : definitions) {
    if (definition.kind == kind && definition.ref.name() == name) return definition.ref;
  }
  // The loader found no such definition, so nothing can be pinned to it: a bug of the caller.
  std::abort();
}

std::string ToString(const Finding& finding) {
  return absl::StrCat(finding.file, ":", finding.line, ": ", finding.description);
}

std::vector<Finding> CheckWorkflowText(absl::string_view name, absl::string_view text,
                                       const v1::Policy& policy, const v1::TemplateSet& templates) {
  std::vector<Finding> findings;
  v1::Workflow workflow;
  SourceTree tree;
  if (!tree.Parse(name, text, &workflow, &findings)) return findings;

  WorkflowSource source = {.workflow = {}, .root = tree.Root()};
  source.Append(workflow, tree.Root());
  source.workflow = workflow;
  for (int i = 0; i < workflow.use_size(); ++i) {
    AddFinding(tree.Root().Of("use", i), "fragments cannot be used here; give the whole workflow",
               &findings);
  }
  CheckWorkflow(source, policy, templates, &findings);
  SortFindings(&findings);
  return findings;
}

absl::StatusOr<v1::Workflow> ParseWorkflow(absl::string_view text) {
  return ParseStored<v1::Workflow>(text);
}
absl::StatusOr<v1::Policy> ParsePolicy(absl::string_view text) {
  return ParseStored<v1::Policy>(text);
}
absl::StatusOr<v1::Calendar> ParseCalendar(absl::string_view text) {
  return ParseStored<v1::Calendar>(text);
}
absl::StatusOr<v1::TemplateSet> ParseTemplateSet(absl::string_view text) {
  return ParseStored<v1::TemplateSet>(text);
}

}  // namespace dsr
