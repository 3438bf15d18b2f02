// sample_shop: a small company with data systems and recipients, to try dsrd out with.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "sample_shop/account_tasks.h"
#include "sample_shop/database.h"
#include "sample_shop/generator.h"
#include "sample_shop/personas.h"
#include "sample_shop/recipient_schema.h"
#include "sample_shop/registration.h"
#include "sample_shop/rpc_caller.h"
#include "sample_shop/serve.h"
#include "sample_shop/shop_day.h"
#include "sample_shop/shop_schema.h"
#include "sample_shop/show.h"

namespace dsr::sample_shop {
namespace {

// Exit codes, as in dsrctl.
constexpr int kFailed = 1;
constexpr int kUsage = 2;

// Everything that can be said on the command line.
struct Arguments {
  ServeOptions serve;
  uint64_t seed = 1;
  int64_t customers = 400;
  std::string now;
  std::string recipients_url;
  std::string operator_principal = "operator-1";
  std::string time_offset = "0d";
  std::string account;
  std::string output = "text";
};

absl::Status RunGenerate(const Arguments& arguments) {
  GenerateOptions options = {
      .seed = arguments.seed, .customers = arguments.customers, .now = SystemClock().Now()};
  if (!arguments.now.empty() &&
      !absl::ParseTime(absl::RFC3339_full, arguments.now, &options.now, nullptr)) {
    return absl::InvalidArgumentError("--now is written such as 2026-03-01T08:00:00Z");
  }
  const ServeOptions& files = arguments.serve;
  DSR_ASSIGN_OR_RETURN(const auto shop, Database::Create(files.db, kShopSchema));
  absl::StatusOr<std::unique_ptr<Database>> recipients =
      Database::Create(files.recipients_db, kRecipientSchema);
  const absl::Status status =
      recipients.ok() ? Generate(options, *shop, **recipients) : recipients.status();
  if (!status.ok()) {
    // Half a shop is of no use, and would be in the way of the next attempt.
    std::remove(files.db.c_str());
    if (recipients.ok()) std::remove(files.recipients_db.c_str());
    return status;
  }
  std::printf("seed %llu, %lld customers\n", static_cast<unsigned long long>(options.seed),
              static_cast<long long>(options.customers));
  return absl::OkStatus();
}

absl::Status RunRegister(const Arguments& arguments) {
  const ServeOptions& files = arguments.serve;
  DSR_ASSIGN_OR_RETURN(const auto channel, ConnectLoopback(files.server));
  DSR_ASSIGN_OR_RETURN(const auto shop, Database::Open(files.db, kShopSchema));
  for (const char* recipient : {"payment", "logistics", "overseas-seller", "ad-partner"}) {
    if (!FileExists(absl::StrCat(files.secret_dir, "/", recipient, ".whsec"))) {
      return absl::FailedPreconditionError(
          absl::StrCat("no webhook secret for the recipient ", recipient));
    }
  }
  DSR_ASSIGN_OR_RETURN(const std::string registrar, ReadToken(files.token_dir, "registrar-1"));
  std::string operator_token = registrar;
  if (FileExists(absl::StrCat(files.token_dir, "/", arguments.operator_principal, ".token"))) {
    DSR_ASSIGN_OR_RETURN(operator_token, ReadToken(files.token_dir, arguments.operator_principal));
  }
  DSR_ASSIGN_OR_RETURN(const RegistrationSummary summary,
                       Register(RpcCaller(channel, operator_token), RpcCaller(channel, registrar),
                                *shop, arguments.recipients_url));
  std::printf("registered %lld data systems, %lld recipients, %lld disclosures\n",
              static_cast<long long>(summary.systems), static_cast<long long>(summary.recipients),
              static_cast<long long>(summary.disclosures));
  return absl::OkStatus();
}

absl::Status RunServe(const Arguments& arguments) {
  DSR_ASSIGN_OR_RETURN(const absl::Duration offset, ParseDays(arguments.time_offset));
  SystemClock clock(offset);
  return Serve(arguments.serve, clock);
}

absl::Status RunClearBlockers(const Arguments& arguments) {
  DSR_ASSIGN_OR_RETURN(const absl::Duration offset, ParseDays(arguments.time_offset));
  DSR_ASSIGN_OR_RETURN(const auto shop, Database::Open(arguments.serve.db, kShopSchema));
  return shop->Transact([&](SQLite::Database& db) -> absl::Status {
    if (!AccountExists(db, arguments.account)) {
      return absl::NotFoundError("the shop has no such account");
    }
    ClearBlockers(db, arguments.account, ShopDay(SystemClock(offset).Now()));
    return absl::OkStatus();
  });
}

absl::Status RunShow(const Arguments& arguments) {
  DSR_ASSIGN_OR_RETURN(const auto shop, Database::Open(arguments.serve.db, kShopSchema));
  DSR_ASSIGN_OR_RETURN(const auto recipients,
                       Database::Open(arguments.serve.recipients_db, kRecipientSchema));
  DSR_ASSIGN_OR_RETURN(const AccountView view, ViewAccount(*shop, *recipients, arguments.account));
  std::puts((arguments.output == "json" ? ViewAsJson(view) : ViewAsText(view)).c_str());
  return absl::OkStatus();
}

absl::Status RunPersonas(const Arguments& arguments) {
  std::puts((arguments.output == "json" ? PersonasAsJson() : PersonasAsText()).c_str());
  return absl::OkStatus();
}

void AddDatabases(CLI::App& command, Arguments& arguments) {
  command.add_option("--db", arguments.serve.db, "The shop's database")->required();
  command.add_option("--recipients-db", arguments.serve.recipients_db, "The recipients' database")
      ->required();
}

void AddServer(CLI::App& command, Arguments& arguments) {
  command.add_option("--server", arguments.serve.server, "dsrd, such as 127.0.0.1:7443")
      ->required();
  command
      .add_option("--token-dir", arguments.serve.token_dir,
                  "Directory with <principal>.token files, one line each")
      ->required();
  command
      .add_option("--secret-dir", arguments.serve.secret_dir,
                  "Directory with <recipient>.whsec files")
      ->required();
}

void AddOutput(CLI::App& command, Arguments& arguments) {
  command.add_option("-o,--output", arguments.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void AddTimeOffset(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--time-offset", arguments.time_offset,
                  "Moves the clock, such as 15d; the same as dsrd's")
      ->capture_default_str();
}

CLI::App* AddGenerate(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand("generate", "Make the databases with invented customers");
  AddDatabases(*command, arguments);
  command->add_option("--seed", arguments.seed, "The same seed and day give the same data")
      ->required();
  command->add_option("--customers", arguments.customers, "How many, personas included")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--now", arguments.now, "The instant to date from (RFC 3339); default: now");
  command->footer(
      "Example:\n  sample_shop generate --db shop.db --recipients-db recipients.db --seed 7");
  return command;
}

CLI::App* AddRegister(CLI::App& app, Arguments& arguments) {
  CLI::App* command =
      app.add_subcommand("register", "Register systems, recipients and disclosures in dsrd");
  AddServer(*command, arguments);
  command->add_option("--db", arguments.serve.db, "The shop's database")->required();
  command
      ->add_option("--recipients-url", arguments.recipients_url,
                   "Where `sample_shop serve` answers, such as http://127.0.0.1:8081")
      ->required();
  command
      ->add_option("--operator", arguments.operator_principal,
                   "Principal for systems and recipients; registrar-1 when it has no token")
      ->capture_default_str();
  command->footer(
      "Registering again is harmless.\n\nExample:\n  sample_shop register --server 127.0.0.1:7443 "
      "--token-dir tokens --secret-dir secrets \\\n    --db shop.db --recipients-url "
      "http://127.0.0.1:$(cat http.port)");
  return command;
}

CLI::App* AddServe(CLI::App& app, Arguments& arguments) {
  CLI::App* command =
      app.add_subcommand("serve", "Work for dsrd and play its recipients, until SIGTERM");
  AddDatabases(*command, arguments);
  AddServer(*command, arguments);
  command->add_option("--http-port", arguments.serve.http_port, "0 for a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command->add_option("--http-port-file", arguments.serve.http_port_file,
                      "Gets the port's number once it is open");
  AddTimeOffset(*command, arguments);
  command->add_option("--pause-file", arguments.serve.pause_file,
                      "While this file exists, tasks and notices wait");
  command->footer(
      "Example:\n  sample_shop serve --db shop.db --recipients-db recipients.db --server "
      "127.0.0.1:7443 \\\n    --token-dir tokens --secret-dir secrets --http-port-file http.port");
  return command;
}

CLI::App* AddShow(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand("show", "Show what is held about an account");
  AddDatabases(*command, arguments);
  command->add_option("--account", arguments.account, "Such as u-100004")->required();
  AddOutput(*command, arguments);
  command->footer(
      "Example:\n  sample_shop show --db shop.db --recipients-db recipients.db --account u-100004 "
      "-o json");
  return command;
}

CLI::App* AddClearBlockers(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "clear-blockers", "Complete the open orders and empty the balance, as the person would");
  command->add_option("--db", arguments.serve.db, "The shop's database")->required();
  command->add_option("--account", arguments.account, "Such as u-100005")->required();
  AddTimeOffset(*command, arguments);
  command->footer("Example:\n  sample_shop clear-blockers --db shop.db --account u-100005");
  return command;
}

CLI::App* AddPersonas(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand("personas", "List the customers with fixed account ids");
  AddOutput(*command, arguments);
  command->footer("Example:\n  sample_shop personas -o json");
  return command;
}

int Report(const absl::Status& status) {
  if (status.ok()) return 0;
  std::string line = absl::StrCat("sample_shop: ", absl::StatusCodeToString(status.code()), ": ",
                                  status.message());
  const v1::ErrorReason reason = ReasonOf(status);
  if (reason != v1::ERROR_REASON_UNSPECIFIED) {
    absl::StrAppend(&line, " (", ErrorReasonName(reason), ")");
  }
  if (const auto info = ErrorInfoOf(status); info.has_value() && info->metadata().count("file")) {
    absl::StrAppend(&line, ": ", info->metadata().at("file"));
  }
  std::fprintf(stderr, "%s\n", line.c_str());
  return absl::IsInvalidArgument(status) ? kUsage : kFailed;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("A sample shop: data systems and recipients to try dsrd out with", "sample_shop");
  app.require_subcommand(1);
  using Run = absl::Status (*)(const Arguments&);
  const std::pair<CLI::App*, Run> commands[] = {
      {AddGenerate(app, arguments), RunGenerate},
      {AddRegister(app, arguments), RunRegister},
      {AddServe(app, arguments), RunServe},
      {AddShow(app, arguments), RunShow},
      {AddClearBlockers(app, arguments), RunClearBlockers},
      {AddPersonas(app, arguments), RunPersonas}};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (const absl::Status status = InitCrypto(); !status.ok()) return Report(status);
  for (const auto& [command, run] : commands) {
    if (command->parsed()) return Report(run(arguments));
  }
  return kUsage;
}

}  // namespace
}  // namespace dsr::sample_shop

int main(int argc, char** argv) { return dsr::sample_shop::Main(argc, argv); }
