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
      .TextFile("--session-file", "session_reference",
                "For account-session: the session's reference in the asserting tool")
      .Example("dsrctl verification start 01jd2m8q7r5v9x3c6b4n1k0wte --method one-time-code");

  AddCall(group, "submit", "Submits the code that the person received", &Stub::SubmitCode)
      .Name("VERIFICATION", "name", "requests/*/verifications/*", "The verification's whole name",
            Need::kRequired)
      .TextFile("--code-file", "code", "The digits", Need::kRequired)
      .Example("dsrctl verification submit requests/ID/verifications/ID --code-file -");

  AddCall(group, "get", "Shows a verification", &Stub::GetVerification)
      .Name("VERIFICATION", "name", "requests/*/verifications/*", "The verification's whole name",
            Need::kRequired)
      .Example("dsrctl verification get requests/ID/verifications/ID");
}

}  // namespace dsr::dsrctl
