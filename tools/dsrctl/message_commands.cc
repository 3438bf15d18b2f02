#include "dsr/v1/message_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddMessageCommands(CommandTree& tree) {
  Group group = tree.AddGroup("message", "Shows what people were told");
  AddList(group, "list", "Lists the messages of a request, oldest first",
          &v1::MessageService::Stub::ListMessages)
      .Name("REQUEST", "parent", "requests/*", "The request", Need::kRequired)
      .Example("dsrctl message list 01jd2m8q7r5v9x3c6b4n1k0wte");
}

}  // namespace dsr::dsrctl
