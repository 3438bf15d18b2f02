#include "dsr/v1/message_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddMessageCommands(CommandTree& tree) {
  using Stub = v1::MessageService::Stub;
  Group group = tree.AddGroup("message", "Shows what people were told, and what they would be");

  AddList(group, "list", "Lists the messages of a request, oldest first", &Stub::ListMessages)
      .Name("REQUEST", "parent", "requests/*", "The request", Need::kRequired)
      .Example("dsrctl message list 01jd2m8q7r5v9x3c6b4n1k0wte");

  AddCall(group, "get", "Shows one message; in full, exactly what was sent", &Stub::GetMessage)
      .Name("MESSAGE", "name", "requests/*/messages/*", "The message", Need::kRequired)
      .Flag("--view", "view", "How much; full adds what it said")
      .Example(
          "dsrctl message get 01jd2m8q7r5v9x3c6b4n1k0wte/01jd2m9c4x8k2v7b5n3m1q0rst"
          " --view full");

  AddCall(group, "preview", "Shows what a template says, and sends nothing", &Stub::PreviewMessage)
      .Flag("TEMPLATE", "template", "The template's id", Need::kRequired)
      .Name("--request", "name", "requests/*", "For this request; else with invented data")
      .Flag("--language", "language", "zh-CN or en")
      .Example("dsrctl message preview refused --language en")
      .Example(
          "dsrctl message preview response-deletion --request 01jd2m8q7r5v9x3c6b4n1k0wte"
          " -o json | jq -r .html > page.html");
}

}  // namespace dsr::dsrctl
