#include "server/dev_setup.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsr/base/text_file.h"
#include "google/protobuf/text_format.h"
#include "server/dev_certificate.h"

namespace dsr {
namespace {

struct DevPrincipal {
  const char* name;
  std::vector<const char*> roles;
  const char* data_system = "";
  const char* recipient = "";
};

// One of each role, and a second caseworker for what needs two persons. The data systems and
// recipients are those of the sample shop.
const std::vector<DevPrincipal>& DevPrincipals() {
  static const auto* const kPrincipals = new std::vector<DevPrincipal>{
      {"intake-tool", {"intake"}},
      {"session-tool", {"session_asserter", "intake"}},
      {"verifier-1", {"verifier"}},
      {"authority-1", {"identity_authority"}},
      {"caseworker-1", {"caseworker"}},
      {"caseworker-2", {"caseworker"}},
      {"reviewer-1", {"reviewer"}},
      {"children-1", {"caseworker", "children_privacy"}},
      {"children-2", {"caseworker", "children_privacy"}},
      {"officer-1", {"privacy_officer"}},
      {"auditor-1", {"auditor"}},
      {"operator-1", {"operator"}},
      {"registrar-1", {"registrar", "operator"}},
      {"system-profile", {"data_system"}, "systems/profile"},
      {"system-orders", {"data_system"}, "systems/orders"},
      {"system-payments", {"data_system"}, "systems/payments"},
      {"system-browsing", {"data_system"}, "systems/browsing"},
      {"system-recommendation", {"data_system"}, "systems/recommendation"},
      {"recipient-payment", {"recipient"}, "", "recipients/payment"},
      {"recipient-logistics", {"recipient"}, "", "recipients/logistics"},
      {"recipient-overseas-seller", {"recipient"}, "", "recipients/overseas-seller"},
      {"recipient-ad-partner", {"recipient"}, "", "recipients/ad-partner"},
  };
  return *kPrincipals;
}

absl::Status CannotMake(absl::string_view what) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
      absl::StrCat("cannot make ", what, " in the data directory; may this user write there?"));
}

absl::Status MakeFolder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  return error ? CannotMake(path.filename().string()) : absl::OkStatus();
}

// Returns the first line of the file, which is made from `fresh` when it is missing.
absl::StatusOr<std::string> FirstLine(const std::filesystem::path& path, const std::string& fresh) {
  if (!FileExists(path.string())) {
    DSR_RETURN_IF_ERROR(WriteFileAtomically(path.string(), fresh + "\n"));
    return fresh;
  }
  DSR_ASSIGN_OR_RETURN(std::string contents, ReadFile(path.string()));
  return contents.substr(0, contents.find('\n'));
}

absl::Status WriteText(const std::filesystem::path& path,
                       const google::protobuf::Message& message) {
  std::string text;
  if (!google::protobuf::TextFormat::PrintToString(message, &text))
    return CannotMake(path.filename().string());
  return WriteFileAtomically(path.string(), text);
}

// Writes the principals anew that are known here; what else was added to the file stays.
absl::Status MakeTokens(const std::filesystem::path& dev) {
  const std::filesystem::path tokens = dev / "tokens.textproto";
  config::v1::TokenFile file;
  if (FileExists(tokens.string())) DSR_RETURN_IF_ERROR(ReadTextFile(tokens.string(), file));
  std::set<std::string> known_names;
  for (const DevPrincipal& known : DevPrincipals()) known_names.insert(known.name);
  auto& entries = *file.mutable_principals();
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [&](const config::v1::Principal& entry) {
                                 return known_names.contains(entry.name());
                               }),
                entries.end());
  for (const DevPrincipal& known : DevPrincipals()) {
    const std::filesystem::path path = dev / "tokens" / absl::StrCat(known.name, ".token");
    DSR_ASSIGN_OR_RETURN(const std::string token, FirstLine(path, HexEncode(RandomBytes(32))));
    config::v1::Principal& principal = *file.add_principals();
    principal.set_name(known.name);
    principal.set_token_sha256(HexEncode(Sha256(token)));
    for (const char* role : known.roles) principal.add_roles(role);
    principal.set_data_system(known.data_system);
    principal.set_recipient(known.recipient);
  }
  return WriteText(tokens, file);
}

// Adds the secrets of the shop's recipients that are not there; those of others stay.
absl::Status MakeSecrets(const std::filesystem::path& dev) {
  const std::filesystem::path secrets = dev / "webhook-secrets.textproto";
  config::v1::WebhookSecrets file;
  if (FileExists(secrets.string())) DSR_RETURN_IF_ERROR(ReadTextFile(secrets.string(), file));
  std::set<std::string> known_ids;
  for (const config::v1::WebhookSecret& entry : file.secrets()) known_ids.insert(entry.id());
  for (const DevPrincipal& known : DevPrincipals()) {
    absl::string_view id = known.recipient;
    if (!absl::ConsumePrefix(&id, "recipients/")) continue;
    const std::filesystem::path path = dev / "secrets" / absl::StrCat(id, ".whsec");
    DSR_ASSIGN_OR_RETURN(const std::string secret,
                         FirstLine(path, absl::StrCat("whsec_", Base64Encode(RandomBytes(32)))));
    if (known_ids.contains(std::string(id))) continue;
    config::v1::WebhookSecret& entry = *file.add_secrets();
    entry.set_id(std::string(id));
    entry.add_keys(secret);
  }
  return WriteText(secrets, file);
}

}  // namespace

absl::Status PrepareDev(absl::string_view data_dir, config::v1::ServerConfig& config) {
  const std::filesystem::path dev = std::filesystem::path(std::string(data_dir)) / "dev";
  DSR_RETURN_IF_ERROR(MakeFolder(dev));
  for (const char* folder : {"tokens", "secrets", "spool"})
    DSR_RETURN_IF_ERROR(MakeFolder(dev / folder));
  const std::string key = (dev / "kek").string();
  if (!FileExists(key))
    DSR_RETURN_IF_ERROR(WriteFileAtomically(key, SecretKey::Generate().bytes()));
  DSR_RETURN_IF_ERROR(MakeTokens(dev));
  DSR_RETURN_IF_ERROR(MakeSecrets(dev));
  if (config.key_encryption_key_file().empty() && config.key_encryption_key_command().empty())
    config.set_key_encryption_key_file(key);
  if (config.token_file().empty()) config.set_token_file((dev / "tokens.textproto").string());
  if (config.webhook_secrets_file().empty()) {
    config.set_webhook_secrets_file((dev / "webhook-secrets.textproto").string());
  }
  // Who tries things out by scripts is no flood.
  if (!config.has_limits()) {
    config::v1::CallLimits& calls = *config.mutable_limits()->add_calls();
    calls.set_per_second(1'000'000);
    calls.set_burst(1'000'000);
    calls.set_concurrent(100'000);
    config.mutable_limits()->set_unknown_calls_per_second(1000);
  }
  if (!config.has_message_delivery()) {
    config.mutable_message_delivery()->mutable_spool()->set_directory((dev / "spool").string());
  }
  if (!config.has_reserve_mib()) config.set_reserve_mib(1);
  if (!config.has_backup()) config.mutable_backup()->set_directory((dev / "backups").string());
  const std::string certificate = (dev / "letters.pem").string();
  const std::string letter_key = (dev / "letters.key").string();
  if (!FileExists(certificate) || !FileExists(letter_key))
    DSR_RETURN_IF_ERROR(MakeDevCertificate(certificate, letter_key));
  if (!config.has_letter_signing()) {
    config.mutable_letter_signing()->set_certificate_file(certificate);
    config.mutable_letter_signing()->set_key_file(letter_key);
  }
  return absl::OkStatus();
}

}  // namespace dsr
