// dsrd: the server.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/base/text_file.h"
#include "google/protobuf/stubs/logging.h"
#include "server/config.h"
#include "server/dev_setup.h"
#include "server/environment.h"
#include "server/version.h"

namespace dsr {
namespace {

constexpr int kExitFault = 1;
constexpr int kExitUsage = 2;
constexpr int kExitConfiguration = 78;

constexpr char kFooter[] = R"(
Without --dev every file is named by the configuration (proto/dsr/config/v1/config.proto), a
text-format protobuf; flags win over it. Without TLS in the configuration dsrd listens on loopback
only.

Examples:
  dsrd --dev --data-dir /tmp/dsrd --definitions workflows
  dsrd --config /etc/dsrd/dsrd.textproto
  dsrd --dev --data-dir /tmp/dsrd --definitions workflows --time-offset=15d

Exit codes:
  0   ended as asked, by SIGTERM, SIGINT or `dsrctl admin drain`
  1   a fault
  2   wrong usage
  78  the configuration or a file of the installation is wrong)";

struct Flags {
  std::string config_file;
  std::string data_dir;
  std::string definitions;
  std::string listen;
  std::string port_file;
  std::string time_offset;
  std::string log_format;
  std::string log_level;
  bool dev = false;
  bool reflection = false;
};

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config_file, "Configuration file")->option_text("FILE");
  app.add_option("--data-dir", flags.data_dir, "Where the data file and the key file are")
      ->option_text("DIR");
  app.add_option("--definitions", flags.definitions, "Workflows, policy, calendars and messages")
      ->option_text("DIR");
  app.add_option("--listen", flags.listen,
                 "127.0.0.1:7443 by default; port 0 picks one. Without TLS loopback only")
      ->option_text("HOST:PORT");
  app.add_option("--port-file", flags.port_file, "Gets the port's number once dsrd serves")
      ->option_text("FILE");
  app.add_flag("--dev", flags.dev,
               "Make keys, tokens and secrets in DIR/dev; messages go to a folder there");
  app.add_option("--time-offset", flags.time_offset,
                 "With --dev: move the clock, such as 15d or 36h")
      ->option_text("DURATION");
  app.add_flag("--reflection", flags.reflection,
               "Serve gRPC reflection, which tells anybody what the API is; for development");
  app.add_option("--log-format", flags.log_format, "text or json")->option_text("FORMAT");
  app.add_option("--log-level", flags.log_level, "debug, info, warning or error")
      ->option_text("LEVEL");
}

// Durations of Abseil, and whole days.
bool ParseOffset(const std::string& text, absl::Duration& offset) {
  std::string days = text;
  if (!days.empty() && days.back() == 'd') {
    days.back() = 'h';
    if (!absl::ParseDuration(days, &offset)) return false;
    offset *= 24;
    return true;
  }
  return absl::ParseDuration(text, &offset);
}

absl::StatusOr<config::v1::ServerConfig> MakeConfig(const Flags& flags) {
  config::v1::ServerConfig config;
  if (!flags.config_file.empty()) DSR_RETURN_IF_ERROR(ReadTextFile(flags.config_file, config));
  if (!flags.data_dir.empty()) config.set_data_dir(flags.data_dir);
  if (!flags.definitions.empty()) config.set_definitions_dir(flags.definitions);
  if (!flags.listen.empty()) config.set_listen(flags.listen);
  if (!flags.log_format.empty()) config.set_log_format(flags.log_format);
  if (!flags.log_level.empty()) config.set_log_level(flags.log_level);
  if (flags.reflection) config.set_reflection(true);
  if (flags.dev && !config.data_dir().empty())
    DSR_RETURN_IF_ERROR(PrepareDev(config.data_dir(), config));
  DSR_RETURN_IF_ERROR(CompleteConfig(config));
  return config;
}

LogLevel LevelOf(const std::string& word) {
  if (word == "debug") return LogLevel::kDebug;
  if (word == "warning") return LogLevel::kWarning;
  return word == "error" ? LogLevel::kError : LogLevel::kInfo;
}

int Complain(int code, const std::string& message) {
  std::fprintf(stderr, "dsrd: %s\n", message.c_str());
  return code;
}

// Signals are blocked in every thread and taken by the main one.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Run(const Flags& flags, absl::Duration offset) {
  const sigset_t signals = BlockSignals();
  absl::StatusOr<config::v1::ServerConfig> config = MakeConfig(flags);
  if (!config.ok()) return Complain(kExitConfiguration, std::string(config.status().message()));
  ConfigureLog(config->log_format() == "json" ? LogFormat::kJson : LogFormat::kText,
               LevelOf(config->log_level()));

  EnvironmentOptions options{.config = *config, .is_dev = flags.dev, .time_offset = offset};
  options.drain = [] { kill(getpid(), SIGTERM); };
  absl::StatusOr<std::unique_ptr<Environment>> environment = Environment::Start(std::move(options));
  if (!environment.ok()) {
    const bool is_ours = absl::IsFailedPrecondition(environment.status());
    return Complain(is_ours ? kExitConfiguration : kExitFault,
                    std::string(environment.status().message()));
  }
  const int port = (*environment)->port();
  Log(LogLevel::kInfo, "serving",
      {{"version", kVersion},
       {"port", port},
       {"metrics_port", (*environment)->metrics_port()},
       {"dev", flags.dev},
       {"time_offset", absl::FormatDuration(offset)},
       {"transport", TransportName(*config)}});
  if (!flags.port_file.empty()) {
    if (absl::Status status = WriteFileAtomically(flags.port_file, absl::StrCat(port, "\n"), 0644);
        !status.ok()) {
      return Complain(kExitFault, std::string(status.message()));
    }
  }

  int signal_number = 0;
  sigwait(&signals, &signal_number);
  Log(LogLevel::kInfo, "draining", {{"grace_seconds", config->drain_seconds()}});
  // A second signal ends dsrd at once; the files take no harm from that.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  (*environment)->Stop(absl::Seconds(config->drain_seconds()));
  Log(LogLevel::kInfo, "ended");
  return 0;
}

int Main(int argc, char** argv) {
  // Whoever sends what is no message must not be able to fill the log.
  google::protobuf::SetLogHandler(nullptr);
  if (absl::Status status = InitCrypto(); !status.ok()) {
    return Complain(kExitFault, std::string(status.message()));
  }
  CLI::App app("dsrd: the server for data subject rights requests", "dsrd");
  app.set_version_flag("--version", absl::StrCat("dsrd ", kVersion));
  app.footer(kFooter);
  Flags flags;
  AddFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  absl::Duration offset;
  if (!flags.time_offset.empty()) {
    if (!flags.dev)
      return Complain(kExitUsage, "--time-offset is for trying things out: it needs --dev");
    if (!ParseOffset(flags.time_offset, offset)) {
      return Complain(kExitUsage, "--time-offset takes a duration such as 15d or 36h");
    }
  }
  return Run(flags, offset);
}

}  // namespace
}  // namespace dsr

int main(int argc, char** argv) { return dsr::Main(argc, argv); }
