#include "integration/api_client.h"

#include <grpc/support/time.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "integration/leak_watch.h"

namespace dsr {

absl::Status FromGrpc(const grpc::Status& status) {
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  v1::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& detail : details.details()) {
      out.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  }
  if (!status.ok()) ExpectNothingPersonal(out);
  return out;
}

std::string FreshKey() {
  const std::string hex = HexEncode(RandomBytes(16));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

void ApiClient::Connect(const std::string& data_dir, int port) {
  data_dir_ = data_dir;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Each server of this process has a connection of its own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  address_ = absl::StrCat("127.0.0.1:", port);
  channel_ = grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
}

std::string ApiClient::Authorization(absl::string_view principal) const {
  const absl::StatusOr<std::string> token =
      ReadFile(absl::StrCat(data_dir_, "/dev/tokens/", principal, ".token"));
  if (!token.ok()) {
    std::fprintf(stderr, "%s\n", token.status().ToString().c_str());
    std::abort();
  }
  return absl::StrCat("Bearer ", absl::StripAsciiWhitespace(*token));
}

void ApiClient::Prepare(grpc::ClientContext& context, absl::string_view principal) const {
  if (!principal.empty()) context.AddMetadata("authorization", Authorization(principal));
  // Far longer than any call takes: it only ends a test that hangs.
  context.set_deadline(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(60, GPR_TIMESPAN)));
}

}  // namespace dsr
