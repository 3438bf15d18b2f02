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

  Group keys = tree.AddGroup("key", "Keys that personal data is sealed with");
  AddCall(keys, "status", "Shows how many there are, and how many are destroyed",
          &Stub::GetKeyStatus)
      .Example("dsrctl key status -o json");
  AddCall(keys, "rotate",
          "Wraps all keys with the next key-encryption key of the server's configuration",
          &Stub::RotateKeys)
      .Example("dsrctl key rotate --timeout 10m");
}

}  // namespace dsr::dsrctl
