// `dsrctl recipient onboard`: everything that a new recipient takes, in one command.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsr/config/v1/config.pb.h"
#include "dsr/v1/registry_service.grpc.pb.h"
#include "dsrctl/commands.h"
#include "dsrctl/names.h"
#include "google/protobuf/text_format.h"

namespace dsr::dsrctl {
namespace {

using RegistryStub = v1::RegistryService::Stub;

constexpr size_t kHmacBytes = 32;
constexpr size_t kLeastHmacBytes = 24;
constexpr size_t kMostHmacBytes = 64;
// The server looks at its secret file once a second.
constexpr int kTestAttempts = 6;

struct Onboarding {
  std::string webhook;
  std::string push;
  std::string secrets_file;
  bool hmac = false;
};

// The endpoint's key: what signs, and what the recipient is given to check it with.
struct EndpointKey {
  std::string secret;
  std::string given;
};

EndpointKey FreshKey(bool hmac) {
  if (hmac) {
    const std::string secret = absl::StrCat("whsec_", Base64Encode(RandomBytes(kHmacBytes)));
    return {secret, secret};
  }
  const std::string seed = RandomBytes(kEd25519KeySize);
  return {absl::StrCat("whsk_", Base64Encode(seed)),
          absl::StrCat("whpk_", Base64Encode(Ed25519PublicKey(seed)))};
}

// What the recipient is given for a key that is in the file already.
absl::StatusOr<std::string> GivenFor(const std::string& secret) {
  absl::string_view seed = secret;
  if (!absl::ConsumePrefix(&seed, "whsk_")) return secret;
  DSR_ASSIGN_OR_RETURN(const std::string bytes, Base64Decode(seed));
  if (bytes.size() != kEd25519KeySize)
    return absl::InvalidArgumentError("the secrets file has a whsk_ key that is not 32 bytes");
  return absl::StrCat("whpk_", Base64Encode(Ed25519PublicKey(bytes)));
}

// The server refuses the whole file for one key that it cannot use.
absl::Status CheckKeys(const config::v1::WebhookSecret& entry) {
  for (const std::string& key : entry.keys()) {
    absl::string_view encoded = key;
    const bool is_shared = absl::ConsumePrefix(&encoded, "whsec_");
    const bool is_private = !is_shared && absl::ConsumePrefix(&encoded, "whsk_");
    const absl::StatusOr<std::string> bytes = Base64Decode(encoded);
    const size_t size = bytes.ok() ? bytes->size() : 0;
    if (is_shared && kLeastHmacBytes <= size && size <= kMostHmacBytes) continue;
    if (is_private && size == kEd25519KeySize) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the secrets file has a key for `", entry.id(), "` that cannot be used, of ",
                     size, " bytes: a whsec_ key has 24 to 64 bytes, a whsk_ key 32, in base64"));
  }
  return absl::OkStatus();
}

// The file exists, because the server reads it at its start: a name that is mistyped must not
// become a file that nobody reads.
absl::StatusOr<config::v1::WebhookSecrets> ReadSecrets(const std::string& path) {
  if (!FileExists(path)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there is no ", path, "; --secrets-file names the server's webhook_secrets_file"));
  }
  DSR_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  config::v1::WebhookSecrets file;
  if (!google::protobuf::TextFormat::ParseFromString(text, &file))
    return absl::InvalidArgumentError(absl::StrCat(path, " is no file of webhook secrets"));
  for (const config::v1::WebhookSecret& entry : file.secrets())
    DSR_RETURN_IF_ERROR(CheckKeys(entry));
  return file;
}

// Returns what the recipient is given; makes the endpoint's key where the file has none.
absl::StatusOr<std::string> KeepKey(const Onboarding& options, const std::string& id,
                                    config::v1::WebhookSecrets file) {
  for (const config::v1::WebhookSecret& entry : file.secrets()) {
    if (entry.id() == id && !entry.keys().empty()) return GivenFor(entry.keys(0));
  }
  const EndpointKey key = FreshKey(options.hmac);
  config::v1::WebhookSecret& entry = *file.add_secrets();
  entry.set_id(id);
  entry.add_keys(key.secret);
  std::string text;
  google::protobuf::TextFormat::PrintToString(file, &text);
  DSR_RETURN_IF_ERROR(WriteFileAtomically(options.secrets_file, text, 0600));
  return key.given;
}

std::string EndpointOf(const v1::Recipient& recipient) {
  return recipient.delivery().has_webhook() ? recipient.delivery().webhook().url()
                                            : recipient.delivery().push().target();
}

absl::StatusOr<v1::Recipient> Register(Context& context, v1::CreateRecipientRequest& request) {
  absl::StatusOr<v1::Recipient> created =
      context.session.Call(&RegistryStub::CreateRecipient, request);
  if (!absl::IsAlreadyExists(created.status())) return created;
  // Begun before: it goes on with what is registered.
  v1::GetRecipientRequest get;
  get.set_name(absl::StrCat("recipients/", request.recipient_id()));
  DSR_ASSIGN_OR_RETURN(v1::Recipient known, context.session.Call(&RegistryStub::GetRecipient, get));
  if (EndpointOf(known) != EndpointOf(request.recipient())) {
    return absl::InvalidArgumentError(
        absl::StrCat(known.name(), " is registered with another endpoint, `", EndpointOf(known),
                     "`; change that with 'dsrctl recipient update'"));
  }
  return known;
}

absl::StatusOr<v1::TestRecipientResponse> Test(Context& context, const std::string& name) {
  v1::TestRecipientRequest request;
  request.set_name(name);
  for (int attempt = 0;; ++attempt) {
    DSR_ASSIGN_OR_RETURN(v1::TestRecipientResponse response,
                         context.session.Call(&RegistryStub::TestRecipient, request));
    const bool may_come = response.code() == "secret-unknown" && attempt + 1 < kTestAttempts;
    if (!may_come) return response;
    context.session.BackOff(attempt);
  }
}

std::string Verdict(const v1::TestRecipientResponse& response) {
  if (response.code() == "secret-unknown") {
    return "not delivered: the server does not have the key; does it read this --secrets-file?";
  }
  if (!response.delivered()) {
    return absl::StrCat("not delivered: ", response.code(),
                        "; try again with `dsrctl recipient test` when the recipient is ready");
  }
  return response.forgery_refused()
             ? "accepted, and a wrong signature was refused"
             : "accepted, but so was a wrong signature: the recipient does not check it";
}

absl::StatusOr<ExitCode> Onboard(Context& context, v1::CreateRecipientRequest& request,
                                 const Onboarding& options) {
  const bool by_webhook = !options.webhook.empty();
  if (by_webhook == !options.push.empty())
    return absl::InvalidArgumentError("give one of --webhook and --push");
  v1::Delivery& delivery = *request.mutable_recipient()->mutable_delivery();
  const std::string& id = request.recipient_id();
  if (by_webhook) {
    delivery.mutable_webhook()->set_url(options.webhook);
    delivery.mutable_webhook()->set_secret_id(id);
  } else {
    delivery.mutable_push()->set_target(options.push);
    delivery.mutable_push()->set_secret_id(id);
  }
  // Before anything is registered.
  DSR_ASSIGN_OR_RETURN(config::v1::WebhookSecrets secrets, ReadSecrets(options.secrets_file));
  DSR_ASSIGN_OR_RETURN(const v1::Recipient recipient, Register(context, request));
  // Not before: a registration that is refused leaves no key behind.
  DSR_ASSIGN_OR_RETURN(const std::string given, KeepKey(options, id, std::move(secrets)));
  DSR_ASSIGN_OR_RETURN(const v1::TestRecipientResponse response, Test(context, recipient.name()));
  const bool is_secret = absl::StartsWith(given, "whsec_");
  context.output.Record({
      {"recipient", recipient.name()},
      {"endpoint", EndpointOf(recipient)},
      {"signature", is_secret ? "v1 (HMAC-SHA256)" : "v1a (Ed25519)"},
      {is_secret ? "secret" : "public_key", given},
      {"headers", by_webhook ? "webhook-id, webhook-timestamp, webhook-signature"
                             : "notice_id, timestamp, signature of DeliverNoticeRequest"},
      {"checks", "verify over id.timestamp.body; refuse what is 5 minutes off; one id, one effect"},
      {"example", "tools/examples: receivers in C++, Python and Node"},
      {"test", Verdict(response)},
  });
  if (is_secret) {
    context.streams.err << "dsrctl: the secret above goes to the recipient over a safe channel\n";
  }
  return response.delivered() && response.forgery_refused() ? ExitCode::kOk : ExitCode::kPartial;
}

}  // namespace

void AddOnboarding(Group& recipients) {
  Command& command = recipients.Add(
      "onboard", "Registers a recipient, makes its key, and tests whether it checks signatures");
  const auto request = command.Sends<v1::CreateRecipientRequest>();
  const auto options = std::make_shared<Onboarding>();
  command.Flag("ID", "recipient_id", "Its id: a-z, 0-9 and -", Need::kRequired)
      .Flag("--title", "recipient.title", "Its legal name", Need::kRequired)
      .Flag("--relation", "recipient.relation", "How it stands to the company", Need::kRequired)
      .Flag("--jurisdiction", "recipient.jurisdiction", "Where it is, such as CN", Need::kRequired)
      .Flag("--language", "recipient.language", "The language of its notices, such as en")
      .Text("--webhook", &options->webhook, "Its URL")
      .Text("--push", &options->push, "Its gRPC endpoint, host:port")
      .Flag("--receipt-key", "recipient.receipt_keys",
            "Its public key for receipts, whpk_...; once for each")
      .Text("--secrets-file", &options->secrets_file,
            "The server's file of webhook secrets; the new key is added to it", Need::kRequired)
      .Switch("--hmac", &options->hmac,
              "A shared secret (v1) where the recipient cannot check Ed25519 (v1a)")
      .Example(
          "dsrctl recipient onboard ad-partner --title 'Ad Partner Ltd' --relation"
          " independent-controller --jurisdiction CN --webhook https://ads.example/dsr"
          " --secrets-file /etc/dsrd/webhook-secrets.textproto")
      .Runs([request, options](Context& context) { return Onboard(context, *request, *options); });
}

}  // namespace dsr::dsrctl
