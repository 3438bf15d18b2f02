#include <memory>
#include <vector>

#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

using RequestStub = v1::RequestService::Stub;

namespace {

template <class Items>
void PrintAll(Output& output, const std::vector<Column>& columns, const Items& items) {
  output.BeginList(columns);
  for (const auto& item : items) output.ListItem(item);
  output.EndList();
}

void PrintActions(Output& output, const v1::ListAllowedActionsResponse& answer) {
  if (output.is_json()) return output.Item(answer);
  PrintAll(output, ColumnsOf(*v1::AllowedAction::descriptor()), answer.actions());
  // A CSV file is one table.
  if (output.format() == Format::kCsv || answer.missing().empty()) return;
  output.Raw("\nStill to be proved:\n");
  PrintAll(output, ColumnsOf(*v1::MissingProof::descriptor()), answer.missing());
}

void AddActions(Group& group) {
  Command& command =
      group.Add("actions", "Tells what you may do with a request now, and what is to be proved");
  const auto request = command.Sends<v1::ListAllowedActionsRequest>();
  command.Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .Example("dsrctl request actions 01jd2m8q7r5v9x3c6b4n1k0wte")
      .Example("dsrctl request actions 01jd2m8q7r5v9x3c6b4n1k0wte -o json")
      .Runs([request](Context& context) -> absl::StatusOr<ExitCode> {
        DSR_ASSIGN_OR_RETURN(const v1::ListAllowedActionsResponse answer,
                             context.session.Call(&RequestStub::ListAllowedActions, *request));
        PrintActions(context.output, answer);
        return ExitCode::kOk;
      });
}

}  // namespace

void AddRequestCommands(CommandTree& tree) {
  Group requests = tree.AddGroup("request", "Files requests and carries them to their answer");

  AddCall(requests, "create", "Files a request", &RequestStub::CreateRequest)
      .JsonFile("--file", "request", "The request, as dsr.v1.Request in protobuf JSON",
                Need::kRequired)
      .Flag("--type", "request.type",
            "The type, over the file's: 'dsrctl workflow list' names them")
      .Flag("--channel", "request.channel", "How it reached the company, such as app or hotline")
      .Flag("--language", "request.language", "Language of messages, zh-CN or en")
      .Flag("--category", "request.categories", "A data category, one or several; without, all")
      .TextFile("--account-file", "request.subject_account", "The subject's account id")
      .Example("dsrctl request create --file request.json")
      .Example(
          "echo '{\"subjectAccount\":\"...\",\"requester\":{\"relation\":\"RELATION_SUBJECT\"}}' |"
          " dsrctl request create --file - --type access --channel app");

  AddCall(requests, "get", "Shows one request", &RequestStub::GetRequest)
      .Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .Flag("--view", "view", "How much; full adds personal data")
      .Example("dsrctl request get 01jd2m8q7r5v9x3c6b4n1k0wte")
      .Example("dsrctl request get 01jd2m8q7r5v9x3c6b4n1k0wte --view full -o json");

  AddList(requests, "list", "Lists requests, newest first, or the work queue",
          &RequestStub::ListRequests)
      .Flag("--type", "type", "Only this type")
      .Flag("--phase", "phase", "Only this phase")
      .Flag("--queue", "open_by_due_time", "Open requests only, by due time: the work queue")
      .Flag("--assignee", "assignee", "Only those of this principal")
      .Flag("--team", "team", "Only those of this team")
      .Flag("--channel", "channel", "Only from this channel")
      .Flag("--region", "region", "Only from this region")
      .TextFile("--account-file", "subject_account", "Only those of this subject account")
      .Example("dsrctl request list --queue --limit 20")
      .Example("dsrctl request list --phase assessment -o jsonl");

  AddList(requests, "history", "Lists what happened to a request, oldest first",
          &RequestStub::ListRequestEvents)
      .Name("REQUEST", "parent", "requests/*", "The request", Need::kRequired)
      .Example("dsrctl request history 01jd2m8q7r5v9x3c6b4n1k0wte");

  AddActions(requests);
  AddRequestActions(requests);
  AddTimeline(requests);
  AddRequestStreams(requests);
}

}  // namespace dsr::dsrctl
