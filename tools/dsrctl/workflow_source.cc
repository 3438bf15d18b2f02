#include "dsrctl/workflow_source.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/workflow_service.grpc.pb.h"

namespace dsr::dsrctl {
namespace {

namespace fs = std::filesystem;
using WorkflowStub = v1::WorkflowService::Stub;

// Every definitions directory has one.
constexpr char kPolicyFile[] = "policy.textproto";

// Returns the definitions directory that `file` is in; empty when it is in none.
fs::path DirectoryOf(const fs::path& file) {
  std::error_code ignored;
  for (fs::path folder = file.parent_path();; folder = folder.parent_path()) {
    const fs::path here = folder.empty() ? fs::path(".") : folder;
    if (fs::exists(here / kPolicyFile, ignored)) return here;
    if (folder.empty() || folder == folder.root_path()) return {};
  }
}

absl::StatusOr<DefinitionFiles> Load(const std::string& directory) {
  std::vector<Finding> findings;
  absl::StatusOr<DefinitionFiles> files = LoadDefinitionFiles(directory, &findings);
  if (files.ok()) return files;
  // Wrong usage, not a state of the server.
  return absl::InvalidArgumentError(
      findings.empty() ? absl::StrCat(directory, ": ", files.status().message())
                       : absl::StrCat("the definitions are broken, see 'dsrctl workflow check': ",
                                      ToString(findings.front())));
}

}  // namespace

absl::StatusOr<v1::GetWorkflowResponse> FetchWorkflow(Context& context, const std::string& name,
                                                      int64_t version,
                                                      const std::string& definitions) {
  v1::GetWorkflowResponse response;
  if (definitions.empty()) {
    v1::GetWorkflowRequest request;
    request.set_name(name);
    request.set_version(static_cast<int32_t>(version));
    return context.session.Call(&WorkflowStub::GetWorkflow, request);
  }
  DSR_ASSIGN_OR_RETURN(const DefinitionFiles files, Load(definitions));
  const std::string id = name.substr(name.find('/') + 1);
  const auto found = files.workflows.find(id);
  if (found == files.workflows.end() || (version != 0 && found->second.version() != version)) {
    return absl::NotFoundError(absl::StrCat("the directory has no such version of ", name));
  }
  *response.mutable_ref() = files.Ref(DefinitionKind::kWorkflow, id);
  *response.mutable_workflow() = found->second;
  return response;
}

absl::StatusOr<v1::ListWorkflowsResponse> FetchWorkflows(Context& context,
                                                         const std::string& definitions) {
  if (definitions.empty()) {
    return context.session.Call(&WorkflowStub::ListWorkflows, v1::ListWorkflowsRequest());
  }
  DSR_ASSIGN_OR_RETURN(const DefinitionFiles files, Load(definitions));
  v1::ListWorkflowsResponse response;
  for (const auto& [name, workflow] : files.workflows) {
    *response.add_workflows() = files.Ref(DefinitionKind::kWorkflow, name);
  }
  return response;
}

absl::StatusOr<std::vector<Finding>> CheckDefinitions(const std::string& path) {
  std::error_code error;
  const bool is_directory = fs::is_directory(path, error);
  if (!is_directory && !fs::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is neither a directory nor a file"));
  }
  const fs::path directory = is_directory ? fs::path(path) : DirectoryOf(path);
  if (directory.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " is not inside a definitions directory: no ", kPolicyFile, " above it"));
  }
  std::vector<Finding> findings;
  const absl::Status status = LoadDefinitionFiles(directory.string(), &findings).status();
  if (findings.empty() && !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", status.message()));
  }
  std::vector<Finding> wanted;
  for (Finding& finding : findings) {
    finding.file = (directory / finding.file).string();
    if (is_directory || fs::equivalent(finding.file, path, error)) {
      wanted.push_back(std::move(finding));
    }
  }
  return wanted;
}

}  // namespace dsr::dsrctl
