#include "dsr/v1/verification_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddVerificationCommands(CommandTree& tree) {
  using Stub = v1::VerificationService::Stub;
  Group group = tree.AddGroup("verification", "Proves the identity behind a request");

  AddCall(group, "start", "Begins a verification, or sends a new code", &Stub::StartVerification)
      .Name("REQUEST", "parent", "requests/*", "The request", Need::kRequired)
      .Flag("--method", "method", "How", Need::kRequired)
      .Flag("--purpose", "purpose", "What is proved: identity, or representation")
      .TextFile("--session-file", "session_reference",
                "For account-session: the session's reference in the asserting tool")
      .Example("dsrctl verification start 01jd2m8q7r5v9x3c6b4n1k0wte --method one-time-code");

  AddCall(group, "submit", "Submits the code that the person received", &Stub::SubmitCode)
      .Name("VERIFICATION", "name", "requests/*/verifications/*", "The verification's whole name",
            Need::kRequired)
      .TextFile("--code-file", "code", "The digits", Need::kRequired)
      .Example("dsrctl verification submit requests/ID/verifications/ID --code-file -");

  AddCall(group, "evidence", "Records what a person has seen", &Stub::RecordEvidence)
      .Name("VERIFICATION", "name", "requests/*/verifications/*", "The verification's whole name",
            Need::kRequired)
      .Flag("--kind", "evidence.kind", "What it shows", Need::kRequired)
      .Flag("--accepted", "evidence.accepted", "It was found good")
      .TextFile("--seen-file", "evidence.seen", "What was seen, in words", Need::kRequired)
      .Flag("--death-day", "evidence.death_day", "For death: the day, YYYY-MM-DD")
      .Flag("--kinship", "evidence.kinship", "For kinship: which")
      .Flag("--type", "evidence.types", "For power-of-attorney: a request type it covers")
      .Flag("--category", "evidence.categories", "For power-of-attorney: a category it covers")
      .Flag("--expire-time", "evidence.expire_time", "When it ends")
      .TextFile("--document-file", "document", "The document, sealed until it is destroyed")
      .TextFile("--birth-day-file", "ward_birth_day", "For guardianship of a minor: YYYY-MM-DD")
      .Example(
          "dsrctl verification evidence requests/ID/verifications/ID --kind kinship "
          "--kinship child --accepted --seen-file seen.txt");

  AddCall(group, "document", "Fetches a document handed in as evidence", &Stub::GetDocument)
      .Name("VERIFICATION", "verification", "requests/*/verifications/*",
            "The verification's whole name", Need::kRequired)
      .Flag("--evidence", "evidence", "The evidence's id", Need::kRequired)
      .Example("dsrctl verification document requests/ID/verifications/ID --evidence ID -o json");

  AddCall(group, "decide", "Decides a verification by its evidence", &Stub::DecideVerification)
      .Name("VERIFICATION", "name", "requests/*/verifications/*", "The verification's whole name",
            Need::kRequired)
      .Flag("--verdict", "verdict", "How it is decided", Need::kRequired)
      .Example("dsrctl verification decide requests/ID/verifications/ID --verdict passed");

  AddCall(group, "revoke", "Takes a passed verification back", &Stub::RevokeVerification)
      .Name("VERIFICATION", "name", "requests/*/verifications/*", "The verification's whole name",
            Need::kRequired)
      .TextFile("--reason-file", "reason", "Why", Need::kRequired)
      .Flag("--fraud", "fraud", "It was fraud: raises an incident")
      .Example(
          "dsrctl verification revoke requests/ID/verifications/ID --reason-file why.txt --fraud");

  AddCall(group, "get", "Shows a verification", &Stub::GetVerification)
      .Name("VERIFICATION", "name", "requests/*/verifications/*", "The verification's whole name",
            Need::kRequired)
      .Flag("--view", "view", "How much; full adds what was seen, and why it was taken back")
      .Example("dsrctl verification get requests/ID/verifications/ID --view full");
}

}  // namespace dsr::dsrctl
