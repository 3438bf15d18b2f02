#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/message_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {
namespace {

using MessageStub = v1::MessageService::Stub;

// Adds a command whose answer has subject, text and HTML: people read one of them as it is,
// programs get all of it.
template <class Request, class Response>
Command& AddReading(Group& group, const std::string& name, const std::string& help,
                    UnaryMethod<MessageStub, Request, Response> method) {
  Command& command = group.Add(name, help);
  const auto request = command.Sends<Request>();
  const auto html = std::make_shared<bool>(false);
  command.Switch("--html", html.get(), "Print the HTML alone");
  command.Runs([request, html, method](Context& context) -> absl::StatusOr<ExitCode> {
    DSR_ASSIGN_OR_RETURN(const Response answer, context.session.Call(method, *request));
    if (*html) {
      context.output.Raw(answer.html());
    } else if (context.output.format() == Format::kTable && !answer.text().empty()) {
      context.output.Raw(absl::StrCat(answer.subject(), "\n\n", answer.text()));
    } else {
      context.output.Item(answer);
    }
    return ExitCode::kOk;
  });
  return command;
}

}  // namespace

void AddMessageCommands(CommandTree& tree) {
  Group group = tree.AddGroup("message", "Shows what people were told, and what they would be");

  AddList(group, "list", "Lists the messages of a request, oldest first",
          &MessageStub::ListMessages)
      .Name("REQUEST", "parent", "requests/*", "The request", Need::kRequired)
      .Example("dsrctl message list 01jd2m8q7r5v9x3c6b4n1k0wte");

  AddReading(group, "get", "Shows one message; in full, exactly what was sent",
             &MessageStub::GetMessage)
      .Name("MESSAGE", "name", "requests/*/messages/*", "The message", Need::kRequired)
      .Flag("--view", "view", "How much; full adds what it said")
      .Example(
          "dsrctl message get requests/01jd2m8q7r5v9x3c6b4n1k0wte/messages/"
          "01jd2m9c4x8k2v7b5n3m1q0rst --view full");

  AddReading(group, "preview", "Shows what a template says, and sends nothing",
             &MessageStub::PreviewMessage)
      .Flag("TEMPLATE", "template", "The template's id, such as request-received", Need::kRequired)
      .Name("--request", "name", "requests/*", "For this request; else with invented data")
      .Flag("--language", "language", "zh-CN or en")
      .Example("dsrctl message preview refused --language en")
      .Example(
          "dsrctl message preview response-deletion --request 01jd2m8q7r5v9x3c6b4n1k0wte --html "
          "> page.html");
}

}  // namespace dsr::dsrctl
