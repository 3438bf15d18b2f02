#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/workflow_service.grpc.pb.h"
#include "dsr/workflow/graph.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"
#include "dsrctl/graphviz.h"
#include "dsrctl/input.h"
#include "dsrctl/names.h"
#include "dsrctl/workflow_source.h"
#include "google/protobuf/text_format.h"

namespace dsr::dsrctl {
namespace {

constexpr char kDefinitions[] = "Read this definitions directory instead of asking the server";

// What `show` and `graph` take.
struct Choice {
  std::string name;
  int64_t version = 0;
  std::string definitions;
  std::string format = "dot";
  std::string language = "en";
};

absl::StatusOr<v1::GetWorkflowResponse> Fetch(Context& context, const Choice& choice) {
  DSR_ASSIGN_OR_RETURN(const std::string name, ResourceName("workflows/*", choice.name));
  return FetchWorkflow(context, name, choice.version, choice.definitions);
}

// Prints findings the way compilers do, so that editors find the place.
ExitCode PrintFindings(Output& output, const std::vector<Finding>& findings) {
  if (output.format() == Format::kTable) {
    for (const Finding& finding : findings) output.Raw(absl::StrCat(ToString(finding), "\n"));
  } else {
    output.BeginList(ParseColumns("file,line,description"));
    for (const Finding& finding : findings) {
      output.ListRecord({finding.file, absl::StrCat(finding.line), finding.description});
    }
    output.EndList();
  }
  return findings.empty() ? ExitCode::kOk : ExitCode::kFindings;
}

// Lets the server check the file against the policy it runs with.
absl::StatusOr<std::vector<Finding>> CheckByServer(Context& context, const std::string& path) {
  v1::CheckWorkflowRequest request;
  DSR_ASSIGN_OR_RETURN(*request.mutable_text(), ReadInput(path, context.streams.in));
  DSR_ASSIGN_OR_RETURN(const v1::CheckWorkflowResponse answer,
                       context.session.Call(&v1::WorkflowService::Stub::CheckWorkflow, request));
  std::vector<Finding> findings;
  for (const v1::WorkflowFinding& finding : answer.findings()) {
    findings.push_back({path, finding.line(), finding.description()});
  }
  return findings;
}

absl::StatusOr<ExitCode> Check(Context& context, const std::vector<std::string>& paths,
                               bool by_server) {
  std::vector<Finding> all;
  for (const std::string& path : paths) {
    DSR_ASSIGN_OR_RETURN(const std::vector<Finding> findings,
                         by_server ? CheckByServer(context, path) : CheckDefinitions(path));
    all.insert(all.end(), findings.begin(), findings.end());
  }
  const ExitCode code = PrintFindings(context.output, all);
  context.streams.err << (all.empty() ? std::string("dsrctl: sound")
                                      : absl::StrCat("dsrctl: ", all.size(), " findings"))
                      << "\n";
  return code;
}

absl::StatusOr<ExitCode> List(Context& context, const std::string& definitions) {
  DSR_ASSIGN_OR_RETURN(const v1::ListWorkflowsResponse all, FetchWorkflows(context, definitions));
  context.output.BeginList(ColumnsOf(*v1::DefinitionRef::descriptor()));
  for (const v1::DefinitionRef& workflow : all.workflows()) context.output.ListItem(workflow);
  context.output.EndList();
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Show(Context& context, const Choice& choice) {
  DSR_ASSIGN_OR_RETURN(const v1::GetWorkflowResponse found, Fetch(context, choice));
  if (context.output.is_json()) {
    context.output.Item(found);
    return ExitCode::kOk;
  }
  // For people: the language that workflows are written in.
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.PrintToString(found.workflow(), &text);
  context.output.Raw(absl::StrCat("# version ", found.ref().version(), ", SHA-256 ",
                                  found.ref().sha256(), "\n", text));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Graph(Context& context, const Choice& choice) {
  if (choice.format != "dot" && choice.format != "svg" && choice.format != "mermaid") {
    return absl::InvalidArgumentError("--format takes dot, svg or mermaid");
  }
  DSR_ASSIGN_OR_RETURN(const v1::GetWorkflowResponse found, Fetch(context, choice));
  if (choice.format == "mermaid") {
    context.output.Raw(WorkflowToMermaid(found.workflow(), choice.language));
    return ExitCode::kOk;
  }
  std::string graph = WorkflowToDot(found.workflow(), choice.language);
  if (choice.format == "svg") {
    DSR_ASSIGN_OR_RETURN(graph, DotToSvg(graph));
  }
  context.output.Raw(graph);
  return ExitCode::kOk;
}

}  // namespace

void AddWorkflowCommands(CommandTree& tree) {
  Group group = tree.AddGroup("workflow", "Checks, shows and draws workflows");

  const auto paths = std::make_shared<std::vector<std::string>>();
  const auto by_server = std::make_shared<bool>(false);
  group.Add("check", "Proves the safety rules of definitions; ends with 8 when one is broken")
      .Texts("PATH", paths.get(), "Definitions directories, or files inside of one",
             Need::kRequired)
      .Switch("--by-server", by_server.get(),
              "Check single workflow files against the policy the server runs with")
      .Example("dsrctl workflow check workflows/")
      .Example("dsrctl workflow check workflows/deletion.textproto -o json")
      .Runs([paths, by_server](Context& context) { return Check(context, *paths, *by_server); });

  const auto definitions = std::make_shared<std::string>();
  group.Add("list", "Lists the workflows in force")
      .Text("--definitions", definitions.get(), kDefinitions)
      .Example("dsrctl workflow list")
      .Example("dsrctl workflow list --definitions workflows/")
      .Runs([definitions](Context& context) { return List(context, *definitions); });

  const auto shown = std::make_shared<Choice>();
  group.Add("show", "Prints a workflow, fragments merged")
      .Text("NAME", &shown->name, "The request type it serves", Need::kRequired)
      .Number("--version-number", &shown->version, "That version; the one in force without")
      .Text("--definitions", &shown->definitions, kDefinitions)
      .Example("dsrctl workflow show deletion")
      .Runs([shown](Context& context) { return Show(context, *shown); });

  const auto drawn = std::make_shared<Choice>();
  group.Add("graph", "Draws a workflow")
      .Text("NAME", &drawn->name, "The request type it serves", Need::kRequired)
      .Text("--format", &drawn->format, "dot (default), svg (needs Graphviz) or mermaid")
      .Text("--language", &drawn->language, "Language of the titles, en (default) or zh-CN")
      .Number("--version-number", &drawn->version, "That version; the one in force without")
      .Text("--definitions", &drawn->definitions, kDefinitions)
      .Example("dsrctl workflow graph deletion --format svg > deletion.svg")
      .Example("dsrctl workflow graph access --definitions workflows/ --format mermaid")
      .Runs([drawn](Context& context) { return Graph(context, *drawn); });
}

}  // namespace dsr::dsrctl
