#include <memory>

#include "dsr/v1/request_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

using Stub = v1::RequestService::Stub;

void AddRequestCommands(CommandTree& tree) {
  Group requests = tree.AddGroup("request", "Files requests and carries them to their answer");

  AddCall(requests, "create", "Files a request", &Stub::CreateRequest)
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

  AddCall(requests, "get", "Shows one request", &Stub::GetRequest)
      .Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .Flag("--view", "view", "How much; full adds personal data")
      .Example("dsrctl request get 01jd2m8q7r5v9x3c6b4n1k0wte")
      .Example("dsrctl request get 01jd2m8q7r5v9x3c6b4n1k0wte --view full -o json");

  AddList(requests, "list", "Lists requests, newest first, or the work queue", &Stub::ListRequests)
      .Flag("--type", "type", "Only this type")
      .Flag("--phase", "phase", "Only this phase")
      .Flag("--queue", "open_by_due_time", "Open requests only, by due time: the work queue")
      .Flag("--assignee", "assignee", "Only those of this principal")
      .TextFile("--account-file", "subject_account", "Only those of this subject account")
      .Example("dsrctl request list --queue --limit 20")
      .Example("dsrctl request list --phase assessment -o jsonl");

  AddList(requests, "history", "Lists what happened to a request, oldest first",
          &Stub::ListRequestEvents)
      .Name("REQUEST", "parent", "requests/*", "The request", Need::kRequired)
      .Example("dsrctl request history 01jd2m8q7r5v9x3c6b4n1k0wte");

  AddList(requests, "actions", "Tells what you may do with a request now, and why not the rest",
          &Stub::ListAllowedActions)
      .Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .Example("dsrctl request actions 01jd2m8q7r5v9x3c6b4n1k0wte");

  AddRequestActions(requests);
  AddRequestStreams(requests);
}

}  // namespace dsr::dsrctl
