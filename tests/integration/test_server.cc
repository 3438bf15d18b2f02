#include "integration/test_server.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "dsr/base/crypto.h"
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

TestServer::TestServer(absl::string_view data_dir, int call_seconds, Adjust adjust)
    : TestServer(data_dir, call_seconds, config::v1::ServerConfig(), std::move(adjust)) {}

TestServer::TestServer(absl::string_view data_dir, int call_seconds, config::v1::ServerConfig more)
    : TestServer(data_dir, call_seconds, std::move(more), Adjust()) {}

TestServer::TestServer(absl::string_view data_dir, int call_seconds, config::v1::ServerConfig more,
                       Adjust adjust)
    : folder_(data_dir.empty() ? own_dir_.path() : std::string(data_dir)),
      call_seconds_(call_seconds),
      more_(std::move(more)),
      adjust_(std::move(adjust)),
      clock_(absl::FromCivil(absl::CivilSecond(2026, 3, 2, 2, 0, 0), absl::UTCTimeZone())) {
  OrEnd(InitCrypto());
  Start();
}

TestServer::~TestServer() {
  if (environment_ != nullptr) environment_->Stop(absl::ZeroDuration());
}

void TestServer::Start() {
  EnvironmentOptions options{.is_dev = true, .clock = &clock_};
  options.config.set_data_dir(folder_);
  options.config.set_definitions_dir(DSR_SOURCE_DIR "/workflows");
  options.config.set_listen("127.0.0.1:0");
  options.config.set_call_seconds(call_seconds_);
  options.config.MergeFrom(more_);
  options.drain = [] {};
  OrEnd(PrepareDev(folder_, options.config));
  if (adjust_) adjust_(options.config);
  OrEnd(CompleteConfig(options.config));
  environment_ = OrEnd(Environment::Start(std::move(options)));
  Connect(folder_, environment_->port());
}

void TestServer::Restart(const std::function<void()>& between) {
  environment_->Stop(absl::ZeroDuration());
  environment_.reset();
  if (between != nullptr) between();
  Start();
}

}  // namespace dsr
