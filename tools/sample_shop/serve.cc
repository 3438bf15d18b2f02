#include "sample_shop/serve.h"

#include <pthread.h>
#include <signal.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/file.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/base/thread.h"
#include "sample_shop/http_server.h"
#include "sample_shop/notice_receiver.h"
#include "sample_shop/recipient_agent.h"
#include "sample_shop/recipient_schema.h"
#include "sample_shop/recipients.h"
#include "sample_shop/rpc_caller.h"
#include "sample_shop/shop_schema.h"
#include "sample_shop/stop_signal.h"
#include "sample_shop/systems.h"
#include "sample_shop/worker.h"

namespace dsr::sample_shop {
namespace {

// Blocks the signals that end the program, so that they wait for sigwait; threads inherit that.
sigset_t BlockEndSignals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

absl::StatusOr<std::unique_ptr<RecipientInbox>> OpenInbox(const ServeOptions& options) {
  DSR_ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                       Database::Open(options.recipients_db, kRecipientSchema));
  return std::make_unique<RecipientInbox>(std::move(database));
}

absl::StatusOr<std::map<std::string, std::string>> ReadSecrets(const ServeOptions& options) {
  std::map<std::string, std::string> secrets;
  for (const ShopRecipient& recipient : ShopRecipients()) {
    DSR_ASSIGN_OR_RETURN(const std::string contents,
                         ReadFile(absl::StrCat(options.secret_dir, "/", recipient.id, ".whsec")));
    secrets[recipient.id] = std::string(absl::StripAsciiWhitespace(contents));
  }
  return secrets;
}

absl::StatusOr<std::vector<std::unique_ptr<Worker>>> MakeWorkers(
    const ServeOptions& options, const std::shared_ptr<grpc::Channel>& channel, const Clock& clock,
    StopSignal& stop) {
  std::vector<std::unique_ptr<Worker>> workers;
  for (const DataSystem& system : DataSystems()) {
    DSR_ASSIGN_OR_RETURN(std::string token,
                         ReadToken(options.token_dir, absl::StrCat("system-", system.id)));
    DSR_ASSIGN_OR_RETURN(std::unique_ptr<Database> shop, Database::Open(options.db, kShopSchema));
    workers.push_back(std::make_unique<Worker>(system, std::move(shop),
                                               RpcCaller(channel, std::move(token)), clock, stop));
  }
  return workers;
}

absl::StatusOr<std::vector<std::unique_ptr<RecipientAgent>>> MakeAgents(
    const ServeOptions& options, const std::shared_ptr<grpc::Channel>& channel, const Clock& clock,
    StopSignal& stop) {
  std::vector<std::unique_ptr<RecipientAgent>> agents;
  for (const ShopRecipient& recipient : ShopRecipients()) {
    DSR_ASSIGN_OR_RETURN(std::string token,
                         ReadToken(options.token_dir, absl::StrCat("recipient-", recipient.id)));
    DSR_ASSIGN_OR_RETURN(std::unique_ptr<RecipientInbox> inbox, OpenInbox(options));
    agents.push_back(std::make_unique<RecipientAgent>(
        recipient, std::move(inbox), RpcCaller(channel, std::move(token)), clock, stop));
  }
  return agents;
}

}  // namespace

absl::Status Serve(const ServeOptions& options, Clock& clock) {
  const sigset_t signals = BlockEndSignals();
  DSR_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel,
                       ConnectLoopback(options.server));
  StopSignal stop(clock);
  DSR_ASSIGN_OR_RETURN(const auto workers, MakeWorkers(options, channel, clock, stop));
  DSR_ASSIGN_OR_RETURN(const auto agents, MakeAgents(options, channel, clock, stop));
  DSR_ASSIGN_OR_RETURN(auto secrets, ReadSecrets(options));
  DSR_ASSIGN_OR_RETURN(auto inbox, OpenInbox(options));
  NoticeReceiver receiver(std::move(secrets), std::move(inbox), clock, [&stop] { stop.Wake(); });
  DSR_ASSIGN_OR_RETURN(
      const std::unique_ptr<HttpServer> http,
      HttpServer::Start(options.http_port, [&receiver](absl::string_view path, const auto& headers,
                                                       absl::string_view body) {
        return receiver.Receive(path, headers, body);
      }));
  if (!options.http_port_file.empty()) {
    DSR_RETURN_IF_ERROR(
        WriteFileAtomically(options.http_port_file, absl::StrCat(http->port(), "\n"), 0644));
  }
  std::vector<Thread> threads;
  for (const auto& worker : workers) {
    threads.emplace_back("worker", [&] { worker->Run(options.pause_file); });
  }
  for (const auto& agent : agents) {
    threads.emplace_back("recipient", [&] { agent->Run(options.pause_file); });
  }
  Log(LogLevel::kInfo, "shop_open", {{"http_port", http->port()}});
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  Log(LogLevel::kInfo, "shop_closing", {{"signal", signal_number}});
  stop.Stop();
  return absl::OkStatus();
}

}  // namespace dsr::sample_shop
