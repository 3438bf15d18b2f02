// Certificates of deletion: fetched from the server, and checked without it.
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "dsr/base/signed_note.h"
#include "dsr/v1/notice_service.grpc.pb.h"
#include "dsrctl/commands.h"
#include "dsrctl/input.h"

namespace dsr::dsrctl {
namespace {

struct CertificateCheck {
  std::string file;
  std::string key;
  std::string key_file;
};

absl::StatusOr<NoteVerifier> VerifierOf(Context& context, const CertificateCheck& check) {
  if (check.key.empty() == check.key_file.empty()) {
    return absl::InvalidArgumentError("give the key either by --key or by --key-file");
  }
  if (check.file == "-" && check.key_file == "-") {
    return absl::InvalidArgumentError("only one option can read stdin");
  }
  std::string key = check.key;
  if (key.empty()) {
    DSR_ASSIGN_OR_RETURN(key, ReadInput(check.key_file, context.streams.in));
  }
  return NoteVerifier::Parse(absl::StripAsciiWhitespace(key));
}

absl::StatusOr<ExitCode> CheckCertificate(Context& context, const CertificateCheck& check) {
  DSR_ASSIGN_OR_RETURN(const NoteVerifier verifier, VerifierOf(context, check));
  DSR_ASSIGN_OR_RETURN(const std::string note, ReadInput(check.file, context.streams.in));
  const absl::StatusOr<std::string> text = OpenNote(note, verifier);
  if (!text.ok()) {
    context.streams.err << FormatError(text.status(), context.output.is_json());
    return ExitCode::kFindings;
  }
  if (context.output.format() == Format::kTable) {
    context.output.Raw(*text);
  } else {
    context.output.Record({{"signer", verifier.name()}, {"text", *text}});
  }
  return ExitCode::kOk;
}

void AddCertificate(Group& notices) {
  using Stub = v1::NoticeService::Stub;
  Command& command = notices.Add(
      "certificate", "Certifies who was told what for a request, and what each answered");
  const auto request = command.Sends<v1::GetDeletionCertificateRequest>();
  command.Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .Example("dsrctl notice certificate 01jd2m8q7r5v9x3c6b4n1k0wte > certificate.txt")
      .Example("dsrctl notice certificate 01jd2m8q7r5v9x3c6b4n1k0wte -o json")
      .Runs([request](Context& context) -> absl::StatusOr<ExitCode> {
        DSR_ASSIGN_OR_RETURN(const v1::DeletionCertificate certificate,
                             context.session.Call(&Stub::GetDeletionCertificate, *request));
        if (context.output.format() == Format::kTable) {
          // Byte for byte: what was signed is what is printed.
          context.output.Raw(certificate.note());
        } else {
          context.output.Item(certificate);
        }
        return ExitCode::kOk;
      });
}

void AddCheck(Group& notices) {
  const auto check = std::make_shared<CertificateCheck>();
  notices
      .Add("check-certificate",
           "Checks a certificate without a server; ends with 8 when it is not what was signed")
      .Text("FILE", &check->file, "The certificate as `notice certificate` printed it; - for stdin",
            Need::kRequired)
      .Text("--key", &check->key,
            "The installation's verifier key, name+id+key; `verifier_key` of `-o json`")
      .Text("--key-file", &check->key_file, "The file that holds the key; - for stdin")
      .Example("dsrctl notice check-certificate certificate.txt --key-file dsrd.vkey")
      .Example(
          "dsrctl notice check-certificate certificate.txt --key"
          " dsrd-5b3c90fe+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
      .Runs([check](Context& context) { return CheckCertificate(context, *check); });
}

}  // namespace

void AddCertificateCommands(Group& notices) {
  AddCertificate(notices);
  AddCheck(notices);
}

}  // namespace dsr::dsrctl
