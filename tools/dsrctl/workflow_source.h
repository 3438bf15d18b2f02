// Workflows, from the server or from a directory of definitions.
#ifndef DSR_TOOLS_DSRCTL_WORKFLOW_SOURCE_H_
#define DSR_TOOLS_DSRCTL_WORKFLOW_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/v1/workflow_service.pb.h"
#include "dsr/workflow/definitions.h"
#include "dsrctl/context.h"

namespace dsr::dsrctl {

// Returns the workflow `name`. `definitions` is a directory to read it from, with the only version
// there; empty to ask the server for `version`, 0 for the one in force. NOT_FOUND when there is
// none of that name.
absl::StatusOr<v1::GetWorkflowResponse> FetchWorkflow(Context& context, const std::string& name,
                                                      int64_t version,
                                                      const std::string& definitions);

// Returns the references of all workflows, by name; `definitions` as above.
absl::StatusOr<v1::ListWorkflowsResponse> FetchWorkflows(Context& context,
                                                         const std::string& definitions);

// Checks a definitions directory, or one file inside of one, and returns what is wrong with it; the
// file of each finding is a path from where `path` starts. INVALID_ARGUMENT when `path` is neither,
// or cannot be read.
absl::StatusOr<std::vector<Finding>> CheckDefinitions(const std::string& path);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_WORKFLOW_SOURCE_H_
