// How fast the notices of a mass deletion leave, and what one recipient that hangs does to the
// others.
//
//   notice_drain_bench [NOTICES [DIRECTORY]]
//
// Deletes for so many subjects that 50 recipients have NOTICES to get (20 000 without), delivers
// them as signed webhooks to a server on this machine, with the dispatcher stopped and started
// again in the middle, and looks that each was delivered once, under one id. Then a tenth of that
// twice, with and without a recipient that hangs. Ends with 1 when a notice is missing or came
// twice.
#include <civetweb.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "delivery/notice_dispatcher.h"
#include "delivery/recipient_circuits.h"
#include "delivery/webhook_transport.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/ids.h"
#include "dsr/base/log.h"
#include "dsr/base/mutex.h"
#include "dsr/delivery/webhook_key_ring.h"
#include "testing/running_core.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

constexpr int kRecipients = 50;
constexpr char kServerThreads[] = "128";
constexpr char kSecrets[] =
    "secrets { id: \"bench\" keys: \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\" }\n";

using SteadyClock = std::chrono::steady_clock;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

double ResidentMebibytes() {
  std::ifstream statm("/proc/self/statm");
  long pages = 0;
  long resident = 0;
  statm >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// All recipients' endpoints: `/0` to `/49`.
class Endpoints {
 public:
  // Room for all `notices` is taken at once, so that what grows later is dsrd's.
  explicit Endpoints(int notices, int hanging = -1)
      : hanging_(hanging), ids_(notices), times_(notices) {
    mg_init_library(0);
    const char* options[] = {"listening_ports",       "127.0.0.1:0", "num_threads", kServerThreads,
                             "enable_keep_alive",     "yes",         "tcp_nodelay", "1",
                             "keep_alive_timeout_ms", "20000",       nullptr};
    const mg_callbacks callbacks = {};
    context_ = mg_start(&callbacks, nullptr, options);
    mg_server_port ports[1] = {};
    if (context_ == nullptr || mg_get_server_ports(context_, 1, ports) != 1) std::abort();
    port_ = ports[0].port;
    mg_set_request_handler(context_, "/", &Endpoints::Handle, this);
  }
  ~Endpoints() {
    stopping_ = true;
    mg_stop(context_);
    mg_exit_library();
  }

  std::string Url(int recipient) const {
    return absl::StrCat("http://127.0.0.1:", port_, "/", recipient);
  }
  int received() const { return received_; }
  // How many came under an id that came before.
  int Repeated() {
    MutexLock lock(mutex_);
    const int kept = std::min(received_.load(), static_cast<int>(ids_.size()));
    std::vector<Id128> ids(ids_.begin(), ids_.begin() + kept);
    std::sort(ids.begin(), ids.end());
    const auto end = std::unique(ids.begin(), ids.end());
    return received_ - static_cast<int>(end - ids.begin());
  }
  // When the others' notices came, in seconds since Begin.
  void Begin() { begin_ = SteadyClock::now(); }
  double Median() {
    MutexLock lock(mutex_);
    const auto middle = times_.begin() + received_ / 2;
    std::nth_element(times_.begin(), middle, times_.begin() + received_);
    return *middle;
  }

 private:
  static int Handle(mg_connection* connection, void* self) {
    return static_cast<Endpoints*>(self)->Answer(connection);
  }
  int Answer(mg_connection* connection) {
    char body[4096];
    while (mg_read(connection, body, sizeof(body)) > 0) {
    }
    if (std::atoi(mg_get_request_info(connection)->request_uri + 1) == hanging_) {
      while (!stopping_) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const char* id = mg_get_header(connection, "webhook-id");
    {
      MutexLock lock(mutex_);
      if (received_ < static_cast<int>(ids_.size())) {
        ids_[received_] = Id128::Parse(id == nullptr ? "" : id).value_or(Id128());
        times_[received_] = SecondsSince(begin_);
      }
      ++received_;
    }
    mg_printf(connection, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
    return 204;
  }

  const int hanging_;
  mg_context* context_ = nullptr;
  int port_ = 0;
  SteadyClock::time_point begin_ = SteadyClock::now();
  std::atomic<bool> stopping_ = false;
  std::atomic<int> received_ = 0;
  Mutex mutex_;
  std::vector<Id128> ids_ ABSL_GUARDED_BY(mutex_);
  std::vector<double> times_ ABSL_GUARDED_BY(mutex_);
};

// A server's core with confirmed deletions, and what delivers their notices.
class Company {
 public:
  Company(const Endpoints& endpoints, int requests)
      : core_(folder_.path(), DSR_SOURCE_DIR "/workflows", clock_) {
    Check(WriteFileAtomically(folder_.File("secrets"), kSecrets));
    keys_ = *WebhookKeyRing::Open(folder_.File("secrets"), clock_);
    webhooks_ = std::make_unique<WebhookTransport>(*keys_, WebhookOptions{.allow_loopback = true});
    circuits_ = std::make_unique<RecipientCircuits>(*webhooks_);
    core_.AddShop();
    for (int i = 0; i < kRecipients; ++i) AddRecipient(i, endpoints.Url(i));
    for (int i = 0; i < requests; ++i) Delete(absl::StrCat("account-", i));
  }
  ~Company() { Stop(); }

  void Start() {
    dispatcher_ =
        std::make_unique<NoticeDispatcher>(NoticeDispatcher::Parts{.store = core_.store(),
                                                                   .clock = clock_,
                                                                   .executor = core_.executor(),
                                                                   .reader = core_.reader(),
                                                                   .transport = *circuits_});
  }
  void Stop() { dispatcher_.reset(); }
  // What a dispatcher that ended had claimed is due again after its claim.
  void PassClaims() { clock_.Advance(absl::Minutes(2)); }

 private:
  void AddRecipient(int number, const std::string& url) {
    v1::Recipient recipient;
    recipient.set_name(absl::StrCat("recipients/r", number));
    recipient.set_title(recipient.name());
    recipient.set_relation(v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER);
    recipient.set_jurisdiction("CN");
    recipient.mutable_delivery()->mutable_webhook()->set_url(url);
    recipient.mutable_delivery()->mutable_webhook()->set_secret_id("bench");
    recipient.add_shared_categories("recommendation");
    recipient.set_etag("1");
    Check(
        TransactAndWait(core_.store(), [&](Transaction& t) { return t.PutRecipient(recipient); }));
  }
  void Delete(const std::string& account) {
    storage::v1::RequestFiled filed;
    filed.add_categories("recommendation");
    filed.mutable_deletion();
    const RequestId request = core_.File("deletion", account, std::move(filed));
    core_.ResolveContact(request);
    core_.Verify(request);
    Check(core_.Execute(request, AssessRequest{}));
    Check(core_.Execute(request, ConfirmPlan{}));
    // What is left open would be in the way of the next request's tasks.
    while (core_.CompleteTask(request, v1::TASK_KIND_ERASE, {}).ok()) {
    }
  }

  TempDir folder_;
  SimulatedClock clock_{
      absl::FromCivil(absl::CivilSecond(2026, 3, 2, 2, 0, 0), absl::UTCTimeZone())};
  RunningCore core_;
  std::unique_ptr<WebhookKeyRing> keys_;
  std::unique_ptr<WebhookTransport> webhooks_;
  std::unique_ptr<RecipientCircuits> circuits_;
  std::unique_ptr<NoticeDispatcher> dispatcher_;
};

void AwaitReceived(const Endpoints& endpoints, int count) {
  while (endpoints.received() < count) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

// True when each notice came once.
bool Drain(int requests) {
  const int notices = requests * kRecipients;
  Endpoints endpoints(notices);
  Company company(endpoints, requests);
  std::printf("%d notices to %d recipients\n%10s %10s %9s\n", notices, kRecipients, "delivered",
              "per second", "RSS MiB");
  const auto begin = SteadyClock::now();
  company.Start();
  for (int quarter = 1; quarter <= 4; ++quarter) {
    const int goal = notices / 4 * quarter;
    AwaitReceived(endpoints, goal);
    std::printf("%10d %10.0f %9.1f\n", goal, goal / SecondsSince(begin), ResidentMebibytes());
    std::fflush(stdout);
    if (quarter != 2) continue;
    company.Stop();
    company.Start();
    company.PassClaims();
  }
  company.Stop();
  const int twice = endpoints.Repeated();
  const int lost = notices - endpoints.received() + twice;
  std::printf("lost %d, twice %d\n", lost, twice);
  return lost == 0 && twice == 0;
}

// The median time in which the recipients that answer get theirs.
double MedianWith(int hanging, int requests) {
  const int notices = requests * (hanging < 0 ? kRecipients : kRecipients - 1);
  Endpoints endpoints(notices, hanging);
  Company company(endpoints, requests);
  endpoints.Begin();
  company.Start();
  AwaitReceived(endpoints, notices);
  return endpoints.Median();
}

int Main(int argc, char** argv) {
  const int notices = argc > 1 ? std::atoi(argv[1]) : 20'000;
  if (notices < 10 * kRecipients) {
    std::fprintf(stderr, "usage: notice_drain_bench [NOTICES [DIRECTORY]], 500 notices or more\n");
    return 2;
  }
  if (argc > 2) setenv("TMPDIR", argv[2], 1);
  Check(InitCrypto());
  ConfigureLog(LogFormat::kText, LogLevel::kError);
  const int requests = notices / kRecipients;
  const bool is_whole = Drain(requests);
  const int fewer = std::max(requests / 10, 10);
  const double alone = MedianWith(-1, fewer);
  const double beside = MedianWith(0, fewer);
  std::printf("median of the others: %.3f s; with 1 of %d that hangs: %.3f s; ratio %.2f\n", alone,
              kRecipients, beside, beside / alone);
  return is_whole ? 0 : 1;
}

}  // namespace
}  // namespace dsr

int main(int argc, char** argv) { return dsr::Main(argc, argv); }
