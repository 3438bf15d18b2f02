#include "sample_shop/rpc_caller.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/errors.pb.h"

namespace dsr::sample_shop {
namespace {

bool IsLoopback(absl::string_view address) {
  return absl::StartsWith(address, "127.") || absl::StartsWith(address, "localhost:") ||
         absl::StartsWith(address, "[::1]:") || absl::StartsWith(address, "unix:");
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectLoopback(const std::string& address) {
  if (!IsLoopback(address)) {
    return absl::InvalidArgumentError("the sample shop speaks to a server on loopback only");
  }
  grpc::ChannelArguments arguments;
  // The default grows to two minutes, long after a server that was restarted is back.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // No proxy of the environment between two programs of one machine.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

absl::StatusOr<std::string> ReadToken(absl::string_view directory, absl::string_view principal) {
  DSR_ASSIGN_OR_RETURN(const std::string contents,
                       ReadFile(absl::StrCat(directory, "/", principal, ".token")));
  return std::string(absl::StripAsciiWhitespace(contents));
}

absl::Status FromGrpc(const grpc::Status& status) {
  const bool is_away = status.error_code() == grpc::StatusCode::UNAVAILABLE;
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()),
                   is_away ? "the server is away or busy" : "the server refused");
  v1::Status details;
  if (!details.ParseFromString(status.error_details())) return out;
  for (const google::protobuf::Any& detail : details.details()) {
    if (detail.type_url() == kErrorInfoTypeUrl) {
      out.SetPayload(kErrorInfoTypeUrl, absl::Cord(detail.value()));
    }
  }
  return out;
}

std::string DerivedKey(std::initializer_list<absl::string_view> parts) {
  std::string joined;
  for (const absl::string_view part : parts) absl::StrAppend(&joined, part.size(), ":", part);
  std::string bytes = Sha256(joined).substr(0, 16);
  // Version 8 and the variant of RFC 9562: a UUID of its maker's own derivation.
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = HexEncode(bytes);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsCancelled(status) ||
         absl::IsAborted(status) || absl::IsInternal(status) || absl::IsUnknown(status);
}

}  // namespace dsr::sample_shop
