#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {
namespace {

using RegistryStub = v1::RegistryService::Stub;

void AddSystems(CommandTree& tree) {
  Group group = tree.AddGroup("system", "Registers the data systems that hold personal data");

  AddCall(group, "create", "Registers a data system", &RegistryStub::CreateDataSystem)
      .Flag("ID", "data_system_id", "Its id: a-z, 0-9 and -", Need::kRequired)
      .JsonFile("--file", "data_system", "The system, as dsr.v1.DataSystem in protobuf JSON",
                Need::kRequired)
      .Example(
          "echo '{\"title\":\"Orders\",\"categories\":[\"orders\"],\"taskKinds\":"
          "[\"TASK_KIND_COLLECT\",\"TASK_KIND_ERASE\"]}' | dsrctl system create orders --file -");

  AddCall(group, "get", "Shows a data system", &RegistryStub::GetDataSystem)
      .Name("SYSTEM", "name", "systems/*", "The system", Need::kRequired)
      .Example("dsrctl system get orders");

  AddList(group, "list", "Lists the data systems", &RegistryStub::ListDataSystems)
      .Example("dsrctl system list");

  AddCall(group, "update", "Changes a data system", &RegistryStub::UpdateDataSystem)
      .JsonFile("--file", "data_system",
                "The new values; with its etag it is refused when it changed", Need::kRequired)
      .Name("SYSTEM", "data_system.name", "systems/*", "The system", Need::kRequired)
      .Flag("--mask", "update_mask", "Fields to change, joined by commas; without, all in the file")
      .Example("dsrctl system update orders --file system.json --mask title,categories");
}

void AddRecipients(CommandTree& tree) {
  Group group =
      tree.AddGroup("recipient", "Registers the outside parties that received personal data");

  AddCall(group, "create", "Registers a recipient", &RegistryStub::CreateRecipient)
      .Flag("ID", "recipient_id", "Its id: a-z, 0-9 and -", Need::kRequired)
      .JsonFile("--file", "recipient", "The recipient, as dsr.v1.Recipient in protobuf JSON",
                Need::kRequired)
      .Example("dsrctl recipient create ad-partner --file recipient.json");

  AddCall(group, "get", "Shows a recipient", &RegistryStub::GetRecipient)
      .Name("RECIPIENT", "name", "recipients/*", "The recipient", Need::kRequired)
      .Example("dsrctl recipient get ad-partner");

  AddList(group, "list", "Lists the recipients", &RegistryStub::ListRecipients)
      .Example("dsrctl recipient list -o csv");

  AddCall(group, "update", "Changes a recipient", &RegistryStub::UpdateRecipient)
      .JsonFile("--file", "recipient",
                "The new values; with its etag it is refused when it changed", Need::kRequired)
      .Name("RECIPIENT", "recipient.name", "recipients/*", "The recipient", Need::kRequired)
      .Flag("--mask", "update_mask", "Fields to change, joined by commas; without, all in the file")
      .Example("dsrctl recipient update ad-partner --file recipient.json --mask delivery");

  AddCall(group, "remove", "Removes a recipient: nothing new may name it",
          &RegistryStub::DeleteRecipient)
      .Name("RECIPIENT", "name", "recipients/*", "The recipient", Need::kRequired)
      .Example("dsrctl recipient remove ad-partner");

  AddCall(group, "test", "Sends a test notice, and one with a wrong signature",
          &RegistryStub::TestRecipient)
      .Name("RECIPIENT", "name", "recipients/*", "The recipient", Need::kRequired)
      .Flag("--fallback", "fallback", "By its other way")
      .Example("dsrctl recipient test ad-partner");

  AddList(group, "health", "Tells what each recipient owes, how fast it answers, and its reach",
          &RegistryStub::ListRecipientHealth)
      .Example("dsrctl recipient health");

  AddOnboarding(group);
}

}  // namespace

void AddRegistryCommands(CommandTree& tree) {
  AddSystems(tree);
  AddRecipients(tree);
  AddDisclosureCommands(tree);
  AddConsentCommands(tree);
  AddAccountCommands(tree);
}

}  // namespace dsr::dsrctl
