#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"
#include "dsrctl/import.h"

namespace dsr::dsrctl {

void AddConsentCommands(CommandTree& tree) {
  using Stub = v1::RegistryService::Stub;
  Group group = tree.AddGroup("consent", "Records what subjects consented to");

  AddImport(group, "Records the consents of a file; exit code 7 when some lines failed",
            &Stub::BatchCreateConsents,
            {.list = "consents",
             .required = {"subject_account", "purpose", "categories", "give_time", "evidence"}})
      .Example("dsrctl consent import consents.csv --errors failed.csv")
      .Example("dsrctl consent import consents.csv --resume")
      .Example("zcat consents.jsonl.gz | dsrctl consent import - --format jsonl")
      .Example(
          "cat consents.csv\n"
          "    subject_account,purpose,categories,recipients,give_time,evidence\n"
          "    u-4711,ads,orders;browsing,recipients/ad-partner,2026-03-01,\"app 9.2, page 4\"");

  AddList(group, "list", "Lists the consents of one subject, oldest record first",
          &Stub::ListConsents)
      .TextFile("--account-file", "subject_account", "The subject's account id", Need::kRequired)
      .Example("dsrctl consent list --account-file account.txt");
}

}  // namespace dsr::dsrctl
