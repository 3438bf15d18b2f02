#include "integration/test_server.h"

#include <grpc/support/time.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "server/config.h"
#include "server/dev_setup.h"

namespace dsr {
namespace {

template <class T>
T OrEnd(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    std::abort();
  }
  return *std::move(result);
}

void OrEnd(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  v1::Status details;
  if (!details.ParseFromString(status.error_details())) return out;
  for (const google::protobuf::Any& detail : details.details()) {
    out.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return out;
}

std::string FreshKey() {
  const std::string hex = HexEncode(RandomBytes(16));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

TestServer::TestServer(absl::string_view data_dir)
    : data_dir_(data_dir.empty() ? own_dir_.path() : std::string(data_dir)),
      clock_(absl::FromCivil(absl::CivilSecond(2026, 3, 2, 2, 0, 0), absl::UTCTimeZone())) {
  OrEnd(InitCrypto());
  Start();
}

TestServer::~TestServer() {
  if (environment_ != nullptr) environment_->Stop(absl::ZeroDuration());
}

void TestServer::Start() {
  EnvironmentOptions options{.is_dev = true, .clock = &clock_};
  options.config.set_data_dir(data_dir_);
  options.config.set_definitions_dir(DSR_SOURCE_DIR "/workflows");
  options.config.set_listen("127.0.0.1:0");
  options.drain = [] {};
  OrEnd(PrepareDev(data_dir_, options.config));
  OrEnd(CompleteConfig(options.config));
  environment_ = OrEnd(Environment::Start(std::move(options)));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Each server of this process has a connection of its own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", environment_->port()),
                                       grpc::InsecureChannelCredentials(), arguments);
}

void TestServer::Restart() {
  environment_->Stop(absl::ZeroDuration());
  environment_.reset();
  Start();
}

std::string TestServer::Authorization(absl::string_view principal) const {
  const std::string token =
      OrEnd(ReadFile(absl::StrCat(data_dir_, "/dev/tokens/", principal, ".token")));
  return absl::StrCat("Bearer ", absl::StripAsciiWhitespace(token));
}

void TestServer::Prepare(grpc::ClientContext& context, absl::string_view principal) const {
  if (!principal.empty()) context.AddMetadata("authorization", Authorization(principal));
  // Far longer than any call takes: it only ends a test that hangs.
  context.set_deadline(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(60, GPR_TIMESPAN)));
}

}  // namespace dsr
