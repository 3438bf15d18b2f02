// Proofs that a record is in the audit log: fetched from the server, and checked without it.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "app/inclusion_proof.h"
#include "app/leaf_record.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/v1/audit_service.grpc.pb.h"
#include "dsrctl/commands.h"
#include "dsrctl/input.h"

namespace dsr::dsrctl {
namespace {

struct ProofCheck {
  std::string file;
  std::string verifier_key;
};

absl::StatusOr<ExitCode> FetchProof(Context& context, const v1::ProveInclusionRequest& request,
                                    const std::string& out) {
  DSR_ASSIGN_OR_RETURN(const v1::InclusionProof proof,
                       context.session.Call(&v1::AuditService::Stub::ProveInclusion, request));
  DSR_RETURN_IF_ERROR(WriteFileAtomically(out, absl::StrCat(ToJson(proof, /*pretty=*/true), "\n")));
  context.output.Record({{"file", out},
                         {"leaf", absl::StrCat(proof.leaf())},
                         {"statement", proof.statement()},
                         {"verifier_key", proof.verifier_key()}});
  return ExitCode::kOk;
}

absl::StatusOr<ProvedInclusion> CheckFile(Context& context, const ProofCheck& check,
                                          const NoteVerifier& verifier) {
  DSR_ASSIGN_OR_RETURN(const std::string json, ReadInput(check.file, context.streams.in));
  v1::InclusionProof proof;
  DSR_RETURN_IF_ERROR(ParseJson(json, proof));
  return CheckInclusionProof(proof, verifier);
}

absl::StatusOr<ExitCode> CheckProof(Context& context, const ProofCheck& check) {
  DSR_ASSIGN_OR_RETURN(const NoteVerifier verifier, NoteVerifier::Parse(check.verifier_key));
  const absl::StatusOr<ProvedInclusion> proved = CheckFile(context, check, verifier);
  if (!proved.ok()) {
    context.streams.err << FormatError(proved.status(), context.output.is_json());
    return ExitCode::kFindings;
  }
  const LogCheckpoint& checkpoint = proved->checkpoint;
  context.output.Record(
      {{"proved", absl::StrCat("leaf ", proved->event.index(), " is in the log of ",
                               checkpoint.origin, ", which had ", checkpoint.size, " leaves")},
       {"checkpoint", absl::StrJoin(checkpoint.extensions, ", ")},
       {"root", Base64Encode(checkpoint.root)},
       {"leaf_hash", proved->event.leaf_hash()},
       {"record", proved->has_record
                      ? DescribeLeaf(proved->event)
                      : "not part of the proof: the hash alone is proved, not what it is of"}});
  return ExitCode::kOk;
}

}  // namespace

void AddAuditProofs(Group& group) {
  Command& prove =
      group.Add("prove", "Writes a proof that a record is in the log, for somebody without access");
  const auto request = prove.Sends<v1::ProveInclusionRequest>();
  const auto out = std::make_shared<std::string>();
  prove.Flag("--leaf", "leaf", "The leaf, from 0")
      .Name("--request", "request", "requests/*", "The request whose event it is")
      .Flag("--sequence", "sequence", "The event's number in its request, from 1")
      .Text("--out", out.get(), "The file to write", Need::kRequired)
      .Example("dsrctl audit prove --leaf 17 --out proof.json")
      .Example(
          "dsrctl audit prove --request 01jd2m8q7r5v9x3c6b4n1k0wte --sequence 1 --out proof.json")
      .Runs([request, out](Context& context) { return FetchProof(context, *request, *out); });

  const auto check = std::make_shared<ProofCheck>();
  group
      .Add(
          "check-proof",
          "Checks such a proof without a server, and says what it proves; ends with 8 when it does "
          "not hold")
      .Text("FILE", &check->file, "The proof as `audit prove` wrote it; - for stdin",
            Need::kRequired)
      .Text("--verifier-key", &check->verifier_key,
            "The installation's verifier key, name+id+key, from elsewhere than the proof",
            Need::kRequired)
      .Example(
          "dsrctl audit check-proof proof.json --verifier-key"
          " dsrd-5b3c90fe+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
      .Runs([check](Context& context) { return CheckProof(context, *check); });
}

}  // namespace dsr::dsrctl
