// Workflows drawn: Graphviz DOT and Mermaid.
#ifndef DSR_WORKFLOW_GRAPH_H_
#define DSR_WORKFLOW_GRAPH_H_

#include <string>

#include "absl/strings/string_view.h"
#include "dsr/v1/workflow.pb.h"

namespace dsr {

// Draws states (clustered by phase) and transitions (labelled by trigger, guards and effects) in
// Graphviz DOT; state titles in `language`.
std::string WorkflowToDot(const v1::Workflow& workflow, absl::string_view language);

// The same as a Mermaid stateDiagram-v2.
std::string WorkflowToMermaid(const v1::Workflow& workflow, absl::string_view language);

}  // namespace dsr

#endif  // DSR_WORKFLOW_GRAPH_H_
