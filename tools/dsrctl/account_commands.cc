#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddAccountCommands(CommandTree& tree) {
  using Stub = v1::RegistryService::Stub;
  Group group = tree.AddGroup("account", "Records which accounts are one person's");

  AddCall(group, "merge",
          "Merges an account into another one, for good; requests filed before stay as they are",
          &Stub::MergeAccounts)
      .TextFile("--account-file", "subject_account", "The account id that is given up",
                Need::kRequired)
      .TextFile("--into-file", "into_account", "The account id that stays", Need::kRequired)
      .Example("dsrctl account merge --account-file old.txt --into-file account.txt")
      .Example("head -n 1 merged.txt | dsrctl account merge --account-file - --into-file new.txt");
}

}  // namespace dsr::dsrctl
