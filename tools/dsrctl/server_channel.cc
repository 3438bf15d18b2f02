#include "dsrctl/server_channel.h"

#include <sys/stat.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace dsr::dsrctl {
namespace {

// A page of 1000 requests with their outcomes is larger than gRPC's default of 4 MiB.
constexpr int kMaxReceivedBytes = 64 << 20;

absl::StatusOr<std::string> PemOf(absl::string_view flag, const std::string& path) {
  absl::StatusOr<std::string> pem = ReadFile(path);
  if (!pem.ok()) return absl::InvalidArgumentError(absl::StrCat(flag, " cannot be read"));
  if (!absl::StrContains(*pem, "-----BEGIN ")) {
    return absl::InvalidArgumentError(absl::StrCat(flag, " does not hold PEM"));
  }
  return pem;
}

absl::Status CheckKeyFile(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0 || (file.st_mode & 077) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--key-file may be read by others: take their permissions (chmod 600), and think of a new "
      "key");
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsFor(const std::string& server,
                                                                         const TlsOptions& tls) {
  if (tls.certificate_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("--certificate-file and --key-file go together");
  }
  if (tls.ca_file.empty()) {
    if (!tls.key_file.empty()) {
      return absl::InvalidArgumentError("--certificate-file and --key-file need --ca-file");
    }
    if (IsLoopback(server)) return grpc::InsecureChannelCredentials();
    return absl::InvalidArgumentError(
        "--server must be on loopback (127.0.0.1, [::1], localhost or unix:PATH), because the "
        "connection is not encrypted; with --ca-file it may be anywhere");
  }
  grpc::SslCredentialsOptions options;
  DSR_ASSIGN_OR_RETURN(options.pem_root_certs, PemOf("--ca-file", tls.ca_file));
  if (!tls.key_file.empty()) {
    DSR_RETURN_IF_ERROR(CheckKeyFile(tls.key_file));
    DSR_ASSIGN_OR_RETURN(options.pem_cert_chain, PemOf("--certificate-file", tls.certificate_file));
    DSR_ASSIGN_OR_RETURN(options.pem_private_key, PemOf("--key-file", tls.key_file));
  }
  return grpc::SslCredentials(options);
}

}  // namespace

bool IsLoopback(absl::string_view server) {
  if (absl::StartsWith(server, "unix:")) return true;
  if (absl::StartsWith(server, "[::1]:")) return true;
  const absl::string_view host = server.substr(0, server.rfind(':'));
  return host == "localhost" || (absl::StartsWith(host, "127.") &&
                                 host.find_first_not_of("0123456789.") == absl::string_view::npos);
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const std::string& server,
                                                           const TlsOptions& tls) {
  DSR_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                       CredentialsFor(server, tls));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  // A proxy cannot reach this machine's loopback, and must not see what is meant for the server.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(server, credentials, arguments);
}

}  // namespace dsr::dsrctl
