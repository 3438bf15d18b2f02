// What a flood of calls by one client does to another's.
//
//   flood_bench [SECONDS] [without-limits]
//
// One client makes 20 calls a second: every fourth files a request, the others read one. In turns
// of SECONDS (10 without) the server is quiet or another principal floods it with the same mix, on
// 64 open connections, each as fast as it can. Its threads yield the processors to all others, as
// if they were on another machine; what the server does for it does not yield. Four turns of each
// kind; the limits are those that are shipped, or none. A call's time counts from when it was due,
// not from when it could begin. Prints both clients' figures; ends with 1 when the flood more than
// doubles the 99th percentile of the first client.
#include <grpcpp/grpcpp.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "app/rate_limited.h"
#include "dsr/base/log.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "integration/shop.h"
#include "integration/test_server.h"

namespace dsr {
namespace {

using Requests = v1::RequestService;
using SteadyClock = std::chrono::steady_clock;

constexpr char kSteady[] = "session-tool";
constexpr char kFlooding[] = "intake-tool";
constexpr int kConnections = 64;
constexpr int kTurns = 4;
constexpr int kLeastPriority = 19;
constexpr std::chrono::milliseconds kBetweenCalls{50};
constexpr double kMostRatio = 2;

// A connection of its own.
void ConnectTo(const TestServer& server, ApiClient& client) {
  int port = 0;
  if (!absl::SimpleAtoi(server.address().substr(server.address().rfind(':') + 1), &port))
    std::abort();
  client.Connect(server.data_dir(), port);
}

// Call number `number` of the mix, about accounts that begin with `owner`; `known` is the request
// that is read, and becomes the one that was filed.
absl::Status CallOnce(const ApiClient& client, const char* principal, const std::string& owner,
                      int64_t number, std::string& known) {
  if (number % 4 == 0 || known.empty()) {
    v1::CreateRequestRequest in = FilingCall("access");
    in.mutable_request()->set_subject_account(absl::StrCat(owner, "-", number));
    const auto filed = client.Call<Requests>(principal, &Requests::Stub::CreateRequest, in);
    if (filed.ok()) known = filed->name();
    return filed.status();
  }
  v1::GetRequestRequest in;
  in.set_name(known);
  return client.Call<Requests>(principal, &Requests::Stub::GetRequest, in).status();
}

// The client that keeps its pace, on a connection of its own.
class SteadyClient {
 public:
  explicit SteadyClient(const TestServer& server) { ConnectTo(server, client_); }

  // Appends what each call took, in milliseconds.
  void CallFor(std::chrono::seconds span, std::vector<double>& millis) {
    SteadyClock::time_point due = SteadyClock::now();
    const SteadyClock::time_point end = due + span;
    for (; due < end; due += kBetweenCalls) {
      std::this_thread::sleep_until(due);
      const absl::Status status = CallOnce(client_, kSteady, "steady", number_++, known_);
      if (!status.ok()) {
        std::fprintf(stderr, "%s\n", status.ToString().c_str());
        std::abort();
      }
      millis.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - due).count());
    }
  }

 private:
  ApiClient client_;
  int64_t number_ = 0;
  std::string known_;
};

// Connects, and then calls without a pause while it lives.
class Flood {
 public:
  Flood(const TestServer& server, std::atomic<int64_t>& answered, std::atomic<int64_t>& limited)
      : clients_(kConnections) {
    for (ApiClient& client : clients_) ConnectTo(server, client);
    for (ApiClient& client : clients_) AwaitConnection(client);
    for (int i = 0; i < kConnections; ++i) {
      threads_.emplace_back([&, i] {
        // Of this thread only, on Linux.
        setpriority(PRIO_PROCESS, 0, kLeastPriority);
        const ApiClient& client = clients_[static_cast<size_t>(i)];
        std::string known;
        const std::string owner = absl::StrCat("flood-", i, "-", FreshKey());
        for (int64_t number = i; !ended_; ++number) {
          const absl::Status status = CallOnce(client, kFlooding, owner, number, known);
          ++(LimitOf(status).empty() ? answered : limited);
        }
      });
    }
  }
  ~Flood() {
    ended_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  static void AwaitConnection(const ApiClient& client) {
    const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(10);
    if (!client.channel()->WaitForConnected(deadline)) std::abort();
  }

  std::vector<ApiClient> clients_;
  std::atomic<bool> ended_ = false;
  std::vector<std::thread> threads_;
};

double Percentile(std::vector<double> millis, double part) {
  std::sort(millis.begin(), millis.end());
  return millis[static_cast<size_t>(part * static_cast<double>(millis.size() - 1))];
}

void Print(const char* what, const std::vector<double>& millis) {
  std::printf("%s: %zu calls, p50 %.2f ms, p99 %.2f ms, longest %.2f ms\n", what, millis.size(),
              Percentile(millis, 0.5), Percentile(millis, 0.99), Percentile(millis, 1));
}

int Main(std::chrono::seconds turn, bool has_limits) {
  config::v1::ServerConfig config;
  // There, and empty: the defaults, where a development server has none.
  if (has_limits) config.mutable_limits();
  TestServer server("", 30, config);
  SteadyClient steady(server);
  std::vector<double> quiet;
  std::vector<double> flooded;
  std::atomic<int64_t> answered = 0;
  std::atomic<int64_t> limited = 0;
  steady.CallFor(std::chrono::seconds(2), quiet);
  quiet.clear();
  for (int i = 0; i < kTurns; ++i) {
    steady.CallFor(turn, quiet);
    const Flood flood(server, answered, limited);
    steady.CallFor(turn, flooded);
  }
  const double ratio = Percentile(flooded, 0.99) / Percentile(quiet, 0.99);
  Print("steady client, quiet  ", quiet);
  Print("steady client, flooded", flooded);
  const double flood_seconds = static_cast<double>(turn.count()) * kTurns;
  std::printf("flood of %d connections: %.0f calls/s answered, %.0f calls/s limited\n",
              kConnections, static_cast<double>(answered) / flood_seconds,
              static_cast<double>(limited) / flood_seconds);
  std::printf("p99 flooded / p99 quiet: %.2f (at most %.0f)\n", ratio, kMostRatio);
  return ratio <= kMostRatio ? 0 : 1;
}

}  // namespace
}  // namespace dsr

int main(int argc, char** argv) {
  dsr::ConfigureLog(dsr::LogFormat::kText, dsr::LogLevel::kError);
  int seconds = 10;
  const bool has_limits = argc < 3;
  const bool is_number = argc < 2 || absl::SimpleAtoi(argv[1], &seconds);
  if (!is_number || seconds < 1 || (!has_limits && std::string(argv[2]) != "without-limits")) {
    std::fprintf(stderr, "usage: flood_bench [SECONDS] [without-limits]\n");
    return 2;
  }
  return dsr::Main(std::chrono::seconds(seconds), has_limits);
}
