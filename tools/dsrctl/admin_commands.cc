#include "dsr/v1/admin_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddAdminCommands(CommandTree& tree) {
  using Stub = v1::AdminService::Stub;
  Group group = tree.AddGroup("admin", "Watches over the server");
  AddCall(group, "status", "Shows how the server is", &Stub::GetStatus)
      .Example("dsrctl admin status -o json");
  AddCall(group, "drain", "Ends the server gracefully: no new calls, those under way finish",
          &Stub::DrainServer)
      .Example("dsrctl admin drain");
}

}  // namespace dsr::dsrctl
