#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"
#include "dsrctl/import.h"

namespace dsr::dsrctl {

void AddDisclosureCommands(CommandTree& tree) {
  using Stub = v1::RegistryService::Stub;
  Group group = tree.AddGroup("disclosure", "Records what was disclosed to whom");

  AddImport(group, "Records the disclosures of a file; exit code 7 when some lines failed",
            &Stub::BatchCreateDisclosures,
            {.list = "disclosures",
             .required = {"subject_account", "recipient", "categories", "disclose_time", "purpose",
                          "method", "basis"}})
      .Example("dsrctl disclosure import disclosures.csv")
      .Example("dsrctl disclosure import disclosures.csv --resume -o json")
      .Example("zcat disclosures.jsonl.gz | dsrctl disclosure import - --format jsonl")
      .Example(
          "cat disclosures.csv\n"
          "    subject_account,recipient,categories,disclose_time,purpose,method,basis\n"
          "    u-4711,recipients/ad-partner,orders;browsing,2026-03-01,ads,api,consent");

  AddList(group, "list", "Lists the disclosures of one subject, oldest first",
          &Stub::ListDisclosures)
      .TextFile("--account-file", "subject_account", "The subject's account id", Need::kRequired)
      .Example("dsrctl disclosure list --account-file account.txt");
}

}  // namespace dsr::dsrctl
