#include "server/config.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "server/limits_config.h"

namespace dsr {
namespace {

absl::Status InvalidSetting(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   message);
}

absl::Status CheckRange(absl::string_view key, int value, int least, int most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return InvalidSetting(
      absl::StrCat("configuration: ", key, " must be from ", least, " to ", most));
}

template <class Value>
void SetDefault(Value present, Value fallback, void (config::v1::ServerConfig::*set)(Value),
                config::v1::ServerConfig& config) {
  if (present == Value()) (config.*set)(fallback);
}

absl::Status CheckTls(const config::v1::ServerConfig& config) {
  const config::v1::Tls& tls = config.tls();
  if (!config.has_tls()) {
    if (IsLoopback(config.listen())) return absl::OkStatus();
    return InvalidSetting(
        "configuration: without tls { ... } listen must be a loopback address, because nothing "
        "would be encrypted");
  }
  if (tls.certificate_file().empty() || tls.key_file().empty()) {
    return InvalidSetting("configuration: tls needs both certificate_file and key_file");
  }
  if (tls.client_ca_file().empty() &&
      (!tls.crl_file().empty() ||
       tls.client_certificates() != config::v1::Tls::CLIENT_CERTIFICATES_UNSPECIFIED)) {
    return InvalidSetting(
        "configuration: tls.crl_file and tls.client_certificates need tls.client_ca_file");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CompleteConfig(config::v1::ServerConfig& config) {
  using config::v1::ServerConfig;
  if (config.listen().empty()) config.set_listen("127.0.0.1:7443");
  if (config.log_format().empty()) config.set_log_format("text");
  if (config.log_level().empty()) config.set_log_level("info");
  SetDefault(config.call_seconds(), 30, &ServerConfig::set_call_seconds, config);
  SetDefault(config.max_message_bytes(), 1 << 20, &ServerConfig::set_max_message_bytes, config);
  DSR_RETURN_IF_ERROR(CompleteLimits(*config.mutable_limits()));
  SetDefault(config.drain_seconds(), 20, &ServerConfig::set_drain_seconds, config);
  DSR_RETURN_IF_ERROR(CheckRange("call_seconds", config.call_seconds(), 1, 300));
  DSR_RETURN_IF_ERROR(
      CheckRange("max_message_bytes", config.max_message_bytes(), 64 << 10, 16 << 20));
  SetDefault(config.grpc_memory_mib(), 256, &ServerConfig::set_grpc_memory_mib, config);
  SetDefault(config.grpc_threads(), 64, &ServerConfig::set_grpc_threads, config);
  DSR_RETURN_IF_ERROR(CheckRange("drain_seconds", config.drain_seconds(), 0, 300));
  DSR_RETURN_IF_ERROR(CheckRange("grpc_memory_mib", config.grpc_memory_mib(), 64, 16384));
  DSR_RETURN_IF_ERROR(CheckRange("grpc_threads", config.grpc_threads(), 8, 1024));
  if (config.log_format() != "text" && config.log_format() != "json") {
    return InvalidSetting("configuration: log_format must be `text` or `json`");
  }
  const std::string& level = config.log_level();
  if (level != "debug" && level != "info" && level != "warning" && level != "error") {
    return InvalidSetting("configuration: log_level must be `debug`, `info`, `warning` or `error`");
  }
  struct Required {
    absl::string_view key;
    const std::string& value;
  };
  for (const Required& required : {Required{"data_dir", config.data_dir()},
                                   Required{"definitions_dir", config.definitions_dir()},
                                   Required{"token_file", config.token_file()}}) {
    if (required.value.empty()) {
      return InvalidSetting(absl::StrCat("configuration: ", required.key,
                                         " is required; set it in the file given with --config, "
                                         "or try dsrd out with --dev"));
    }
  }
  if (config.key_encryption_key_file().empty() == config.key_encryption_key_command().empty()) {
    return InvalidSetting(
        "configuration: one of key_encryption_key_file and key_encryption_key_command is required; "
        "or try dsrd out with --dev");
  }
  if (!config.next_key_encryption_key_file().empty() &&
      !config.next_key_encryption_key_command().empty()) {
    return InvalidSetting(
        "configuration: next_key_encryption_key_file and next_key_encryption_key_command exclude "
        "each other");
  }
  if (!config.has_message_delivery()) {
    return InvalidSetting(
        "configuration: message_delivery is required: smtp { ... } or spool { ... }");
  }
  const config::v1::LetterSigning& letters = config.letter_signing();
  if (config.has_letter_signing() &&
      (letters.certificate_file().empty() || letters.key_file().empty())) {
    return InvalidSetting("configuration: letter_signing needs both certificate_file and key_file");
  }
  if (config.has_audit_export()) {
    config::v1::AuditExport& audit_export = *config.mutable_audit_export();
    if (audit_export.every_minutes() == 0) audit_export.set_every_minutes(60);
    DSR_RETURN_IF_ERROR(
        CheckRange("audit_export.every_minutes", audit_export.every_minutes(), 1, 24 * 60));
    if (audit_export.directory().empty()) {
      return InvalidSetting("configuration: audit_export needs a directory");
    }
  }
  if (!config.has_reserve_mib()) config.set_reserve_mib(64);
  DSR_RETURN_IF_ERROR(CheckRange("reserve_mib", config.reserve_mib(), 0, 65'536));
  if (config.has_backup()) {
    const config::v1::BackupConfig& backup = config.backup();
    if (backup.directory().empty()) {
      return InvalidSetting("configuration: backup needs a directory");
    }
    DSR_RETURN_IF_ERROR(CheckRange("backup.keep", backup.keep(), 0, 100'000));
    DSR_RETURN_IF_ERROR(CheckRange("backup.every_hours", backup.every_hours(), 0, 8760));
  }
  DSR_RETURN_IF_ERROR(CheckTls(config));
  const std::string& metrics = config.metrics_listen();
  if (!metrics.empty() && !config.metrics_off_loopback() && !IsLoopback(metrics)) {
    return InvalidSetting(
        "configuration: metrics_listen must be a loopback address, or metrics_off_loopback be set");
  }
  return absl::OkStatus();
}

std::string TransportName(const config::v1::ServerConfig& config) {
  if (!config.has_tls()) return "plain, loopback only";
  const config::v1::Tls& tls = config.tls();
  const bool is_mutual = !tls.client_ca_file().empty() &&
                         tls.client_certificates() != config::v1::Tls::CLIENT_CERTIFICATES_OPTIONAL;
  return is_mutual ? "mtls" : "tls";
}

bool IsLoopback(absl::string_view address) {
  const size_t colon = address.rfind(':');
  const absl::string_view host =
      colon == absl::string_view::npos ? address : address.substr(0, colon);
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  if (!absl::StartsWith(host, "127.")) return false;
  return host.find_first_not_of("0123456789.") == absl::string_view::npos;
}

}  // namespace dsr
