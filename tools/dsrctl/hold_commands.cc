#include "dsr/v1/hold_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddHoldCommands(CommandTree& tree) {
  using Stub = v1::HoldService::Stub;
  Group group = tree.AddGroup("hold", "Keeps data from being erased while a matter is open");

  AddCall(group, "place", "Places a legal hold", &Stub::PlaceHold)
      .TextFile("--account-file", "hold.subject_account", "The subject's account id")
      .Name("--request", "request", "requests/*",
            "In place of the account: the subject of this request")
      .Flag("--category", "hold.categories", "A data category; all when none is given")
      .Flag("--ground", "hold.ground", "Why", Need::kRequired)
      .Flag("--law", "hold.law", "The law it rests on, told to the subject", Need::kRequired)
      .TextFile("--reason-file", "hold.reason", "Which matter, for colleagues", Need::kRequired)
      .Flag("--until", "hold.until", "The last day, YYYY-MM-DD; until lifted when not said")
      .Example(
          "dsrctl hold place --account-file account.txt --ground lawsuit "
          "--law 'Civil Procedure Law, article 67' --reason-file matter.txt");

  AddCall(group, "lift", "Lifts a hold; what only it kept is erased at once", &Stub::LiftHold)
      .Name("HOLD", "name", "holds/*", "The hold", Need::kRequired)
      .Example("dsrctl hold lift holds/01jd2m8q7r5v9x3c6b4n1k0wte");

  AddCall(group, "get", "Shows one hold; in full, with its reason", &Stub::GetHold)
      .Name("HOLD", "name", "holds/*", "The hold", Need::kRequired)
      .Flag("--view", "view", "How much; full adds the reason")
      .Example("dsrctl hold get holds/01jd2m8q7r5v9x3c6b4n1k0wte --view full");

  AddList(group, "list", "Lists the holds of one subject", &Stub::ListHolds)
      .TextFile("--account-file", "subject_account", "The subject's account id")
      .Name("--request", "request", "requests/*",
            "In place of the account: the subject of this request")
      .Example("dsrctl hold list --account-file account.txt");
}

}  // namespace dsr::dsrctl
