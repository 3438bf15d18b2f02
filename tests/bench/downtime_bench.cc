// How fast timers that fell due while the server was down are drained, and what that does to calls.
//
//   downtime_bench [REQUESTS]
//
// Files REQUESTS requests (33 334 without) that nobody verifies, stops the server, lets 30 days
// pass, and starts it again: three timers each are overdue. Calls go on while they drain. Prints
// when the first call was answered, how many timers a second fired, and the calls' times with and
// without the draining beside them. Ends with 1 when a timer fired twice, never, or out of order.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/log.h"
#include "dsr/v1/admin_service.grpc.pb.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "integration/shop.h"
#include "integration/test_server.h"

namespace dsr {
namespace {

using Admin = v1::AdminService;
using Requests = v1::RequestService;
using SteadyClock = std::chrono::steady_clock;

constexpr int kClients = 8;
constexpr int kUsualRequests = 33'334;
constexpr int kSample = 500;
constexpr double kLongestDrain = 900;

double MillisSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
}

template <class T>
T OrEnd(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    std::abort();
  }
  return *std::move(result);
}

v1::Request FileFor(TestServer& server, const std::string& account) {
  v1::CreateRequestRequest call = FilingCall("access");
  call.mutable_request()->set_subject_account(account);
  return OrEnd(server.Call<Requests>("intake-tool", &Requests::Stub::CreateRequest, call));
}

std::vector<std::string> FileMany(TestServer& server, int count) {
  std::vector<std::string> names(static_cast<size_t>(count));
  std::atomic<int> next = 0;
  std::vector<std::thread> clients;
  for (int client = 0; client < kClients * 4; ++client) {
    clients.emplace_back([&] {
      for (int i = next++; i < count; i = next++)
        names[static_cast<size_t>(i)] = FileFor(server, absl::StrCat("account-", i)).name();
    });
  }
  for (std::thread& client : clients) client.join();
  return names;
}

int64_t Overdue(TestServer& server) {
  return OrEnd(server.Call<Admin>("operator-1", &Admin::Stub::GetStatus, v1::GetStatusRequest()))
      .overdue_timers();
}

// Files and reads, one after the other, until `ended`; returns what each call took.
std::vector<double> CallUntil(TestServer& server, const std::vector<std::string>& names,
                              const std::atomic<bool>& ended) {
  std::vector<std::vector<double>> millis(kClients);
  std::vector<std::thread> clients;
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      std::vector<double>& mine = millis[static_cast<size_t>(client)];
      for (int call = 0; !ended; ++call) {
        const SteadyClock::time_point begin = SteadyClock::now();
        if (call % 4 == 0) {
          FileFor(server, absl::StrCat("late-", client, "-", call));
        } else {
          v1::GetRequestRequest in;
          in.set_name(names[static_cast<size_t>(client * 131 + call) % names.size()]);
          OrEnd(server.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in));
        }
        mine.push_back(MillisSince(begin));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  std::vector<double> all;
  for (const std::vector<double>& mine : millis) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  return all;
}

double Of(const std::vector<double>& sorted, double part) {
  return sorted.empty()
             ? 0
             : sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void Print(const char* what, const std::vector<double>& millis) {
  std::printf("%s: %zu calls, median %.2f ms, p99 %.2f ms, longest %.2f ms\n", what, millis.size(),
              Of(millis, 0.5), Of(millis, 0.99), Of(millis, 1));
}

// How many of the sample's requests did not have their three timers fire once, in due order.
int CountWrong(TestServer& server, const std::vector<std::string>& names) {
  int wrong = 0;
  const size_t stride = std::max<size_t>(names.size() / kSample, 1);
  for (size_t i = 0; i < names.size(); i += stride) {
    v1::ListRequestEventsRequest in;
    in.set_parent(names[i]);
    const auto events =
        OrEnd(server.Call<Requests>("auditor-1", &Requests::Stub::ListRequestEvents, in));
    std::vector<std::string> fired;
    for (const v1::RequestEvent& event : events.events()) {
      if (event.kind() == "timer_ended" && event.details().contains("fired"))
        fired.push_back(event.details().at("name"));
    }
    if (fired != std::vector<std::string>{"reminder", "escalation", "verification-cutoff"}) ++wrong;
  }
  return wrong;
}

int Main(int count) {
  TestServer server;
  Shop(server).RegisterSystem("profile", {"account"}, {v1::TASK_KIND_RESOLVE_CONTACT});
  const std::vector<std::string> names = FileMany(server, count);

  // What the same calls take when nothing drains.
  std::atomic<bool> ended = false;
  std::vector<double> quiet;
  std::thread baseline([&] { quiet = CallUntil(server, names, ended); });
  std::this_thread::sleep_for(std::chrono::seconds(5));
  ended = true;
  baseline.join();

  server.clock().Advance(absl::Hours(24 * 30));
  const SteadyClock::time_point start = SteadyClock::now();
  server.Restart();
  FileFor(server, "first");
  const double first_call = MillisSince(start);
  const int64_t overdue = Overdue(server);
  ended = false;
  std::vector<double> busy;
  std::thread calls([&] { busy = CallUntil(server, names, ended); });
  const SteadyClock::time_point begin = SteadyClock::now();
  int64_t left = overdue;
  while (left > 0 && MillisSince(begin) < kLongestDrain * 1000) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    left = Overdue(server);
  }
  const double seconds = MillisSince(begin) / 1000;
  ended = true;
  calls.join();

  std::printf("start to first answered call: %.0f ms, with %lld timers overdue\n", first_call,
              static_cast<long long>(overdue));
  std::printf("drained in %.1f s: %.0f timers a second, calls beside it\n", seconds,
              static_cast<double>(overdue - left) / seconds);
  Print("calls while nothing drains", quiet);
  Print("calls while timers drain", busy);
  std::printf("p99 ratio %.2f\n", Of(busy, 0.99) / Of(quiet, 0.99));
  const int wrong = CountWrong(server, names);
  std::printf("of a sample, fired twice, never or out of order: %d; left: %lld\n", wrong,
              static_cast<long long>(left));
  return wrong == 0 && left == 0 ? 0 : 1;
}

}  // namespace
}  // namespace dsr

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : dsr::kUsualRequests;
  if (count < 1 || argc > 2) {
    std::fprintf(stderr, "usage: downtime_bench [REQUESTS]\n");
    return 2;
  }
  return dsr::Main(count);
}
