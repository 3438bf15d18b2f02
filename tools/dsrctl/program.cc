#include "dsrctl/program.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsrctl/command.h"
#include "dsrctl/commands.h"
#include "dsrctl/text.h"

namespace dsr::dsrctl {
namespace {

constexpr char kFooter[] =
    R"(Personal data and secrets are read from files or stdin (-) and never from arguments.
Data goes to stdout, messages to stderr. Ids may be given as ID or requests/ID.

Examples:
  dsrctl queue --mine
  dsrctl request create --file request.json -o json
  dsrctl workflow check workflows/
  dsrctl report sla --from 2026-01-01 -o csv
  source <(dsrctl completion bash)

Exit codes:
  0  done
  1  another error
  2  wrong usage, or the server calls an argument wrong
  3  not found
  4  no permission, or not authenticated
  5  conflict: wrong state, exists already, stale etag
  6  server unavailable, or the deadline passed
  7  part of it failed; with import, some lines
  8  findings: check, verify, fsck, reports that find a breach, tokens that expire)";

// The flags that every command takes, as given.
struct GlobalFlags {
  std::string server = "127.0.0.1:7443";
  std::string token_file;
  TlsOptions tls;
  std::string output = "table";
  std::string timeout = "30s";
  std::string zone = "Asia/Shanghai";
  std::string idempotency_key;
  bool no_colour = false;
  bool verbose = false;
};

void AddGlobalFlags(CLI::App& app, GlobalFlags& flags) {
  app.add_option("--server", flags.server,
                 "Where dsrd listens, host:port or unix:PATH; beyond loopback with --ca-file")
      ->envname("DSRCTL_SERVER")
      ->type_name("ADDRESS")
      ->capture_default_str();
  app.add_option("--token-file", flags.token_file, "The file that holds your token")
      ->envname("DSRCTL_TOKEN_FILE")
      ->type_name("FILE");
  app.add_option("--ca-file", flags.tls.ca_file,
                 "Connect by TLS, and trust the authorities of this file, PEM")
      ->envname("DSRCTL_CA_FILE")
      ->type_name("FILE");
  app.add_option("--certificate-file", flags.tls.certificate_file, "Your client certificate, PEM")
      ->envname("DSRCTL_CERTIFICATE_FILE")
      ->type_name("FILE");
  app.add_option("--key-file", flags.tls.key_file,
                 "The key of your certificate, PEM, readable by its owner only")
      ->envname("DSRCTL_KEY_FILE")
      ->type_name("FILE");
  app.add_option(
         "-o,--output", flags.output,
         "The format of what is printed: table, json, jsonl or csv; some commands also html or svg")
      ->check(CLI::IsMember({"table", "json", "jsonl", "csv", "html", "svg"}))
      ->type_name("")
      ->capture_default_str();
  app.add_option("--timeout", flags.timeout, "How long one call may take")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_option("--tz", flags.zone, "Time zone of tables and CSV, and of days given as arguments")
      ->type_name("ZONE")
      ->capture_default_str();
  app.add_option("--idempotency-key", flags.idempotency_key,
                 "A UUID: the same command with the same key has its effect once; random without")
      ->type_name("UUID");
  app.add_flag("--no-color", flags.no_colour, "No colours; NO_COLOR does the same");
  app.add_flag("-v,--verbose", flags.verbose, "Print idempotency keys and retries to stderr");
  app.set_version_flag("--version", "dsrctl " DSR_VERSION);
}

Format FormatOf(absl::string_view name) {
  if (name == "json") return Format::kJson;
  if (name == "jsonl") return Format::kJsonl;
  if (name == "csv") return Format::kCsv;
  if (name == "html") return Format::kHtml;
  if (name == "svg") return Format::kSvg;
  return Format::kTable;
}

// Tells whether errors are to be JSON, although the arguments may not have parsed.
bool WantsJson(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const std::string next = i + 1 < arguments.size() ? arguments[i + 1] : "";
    if ((word == "-o" || word == "--output") && (next == "json" || next == "jsonl")) return true;
    if (word == "--output=json" || word == "--output=jsonl" || word == "-ojson" ||
        word == "-ojsonl") {
      return true;
    }
  }
  return false;
}

bool WantsColour(const GlobalFlags& flags, const Streams& streams) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return streams.out_is_terminal && !flags.no_colour &&
         (no_colour == nullptr || *no_colour == '\0') &&
         (terminal == nullptr || absl::string_view(terminal) != "dumb");
}

// Returns `did you mean ...` for the first word that names no command where one is due, or nothing.
std::string Suggestion(const CLI::App& root, const std::vector<std::string>& arguments) {
  const CLI::App* app = &root;
  for (const std::string& word : arguments) {
    const auto subs = app->get_subcommands([](const CLI::App*) { return true; });
    if (subs.empty() || word.empty() || word[0] == '-') continue;
    const auto found = std::find_if(subs.begin(), subs.end(),
                                    [&](const CLI::App* sub) { return sub->get_name() == word; });
    if (found != subs.end()) {
      app = *found;
      continue;
    }
    std::vector<std::string> names;
    for (const CLI::App* sub : subs) names.push_back(sub->get_name());
    const std::string nearest = Nearest(word, names);
    if (!nearest.empty()) return absl::StrCat("; did you mean '", nearest, "'?");
  }
  return "";
}

std::string HelpCommand(const CLI::App& root) {
  std::string command = "dsrctl";
  for (const CLI::App* app = &root; !app->get_subcommands().empty();) {
    app = app->get_subcommands().front();
    absl::StrAppend(&command, " ", app->get_name());
  }
  return absl::StrCat(command, " --help");
}

// Runs the command that was parsed.
absl::StatusOr<ExitCode> RunChosen(Command& command, const GlobalFlags& flags, Streams& streams,
                                   std::function<void(absl::Duration)> sleep) {
  SessionOptions session_options{.server = flags.server,
                                 .tls = flags.tls,
                                 .token_file = flags.token_file,
                                 .idempotency_key = flags.idempotency_key,
                                 .verbose = flags.verbose,
                                 .sleep = std::move(sleep)};
  if (!absl::ParseDuration(flags.timeout, &session_options.timeout) ||
      session_options.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("--timeout takes a duration such as 30s or 2m");
  }
  Output::Options output_options{.format = FormatOf(flags.output),
                                 .colour = WantsColour(flags, streams)};
  if (!absl::LoadTimeZone(flags.zone, &output_options.zone)) {
    return absl::InvalidArgumentError("--tz takes a zone such as Asia/Shanghai or UTC");
  }
  if (!command.Prints(output_options.format)) {
    return absl::InvalidArgumentError(
        absl::StrCat("this command does not print ", flags.output, ": ", command.PrintedFormats()));
  }
  Output output(streams.out, output_options);
  Session session(std::move(session_options), streams.err);
  Context context{streams, output, session};
  absl::StatusOr<ExitCode> code = command.Execute(context);
  streams.out.flush();
  if (code.ok() && !streams.out) return absl::UnknownError("the output cannot be written");
  return code;
}

void BuildTree(CLI::App& app, CommandTree& tree) {
  AddRequestCommands(tree);
  AddQueueCommand(tree);
  AddStaffCommands(tree);
  AddVerificationCommands(tree);
  AddTaskCommands(tree);
  AddRegistryCommands(tree);
  AddDeletionCommands(tree);
  AddHoldCommands(tree);
  AddNoticeCommands(tree);
  AddMessageCommands(tree);
  AddWorkflowCommands(tree);
  AddDeadlineCommands(tree);
  AddReportCommands(tree);
  AddAuditCommands(tree);
  AddAdminCommands(tree);
  AddBackupCommands(tree);
  AddFsckCommand(tree);
  AddTokenCommands(tree);
  AddApiCommands(tree);
  AddCompletionCommands(tree, app);
}

// The command line, ready to be parsed once.
struct Program {
  Program()
      : app("dsrctl: the command line of dsrd, the server for data subject rights requests",
            "dsrctl"),
        tree(&app) {
    AddGlobalFlags(app, flags);
    // Options of the root are understood after a command, too.
    app.fallthrough();
    app.require_subcommand(1);
    BuildTree(app, tree);
    // After the commands, which would inherit it.
    app.footer(kFooter);
  }

  // Throws CLI::ParseError.
  void Parse(const std::vector<std::string>& arguments) {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  }
  absl::Status UsageError(const CLI::ParseError& error,
                          const std::vector<std::string>& arguments) const {
    return absl::InvalidArgumentError(
        absl::StrCat(error.what(), Suggestion(app, arguments), " (see ", HelpCommand(app), ")"));
  }

  CLI::App app;
  GlobalFlags flags;
  CommandTree tree;
};

}  // namespace

std::vector<std::string> HelpExamples() { return Program().tree.Examples(); }

absl::Status CheckUsage(const std::vector<std::string>& arguments) {
  Program program;
  try {
    program.Parse(arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return program.UsageError(error, arguments);
  }
  return absl::OkStatus();
}

ExitCode RunDsrctl(const std::vector<std::string>& arguments, Streams& streams,
                   std::function<void(absl::Duration)> sleep) {
  Program program;
  if (arguments.empty()) {
    streams.err << program.app.help();
    return ExitCode::kUsage;
  }
  const bool json = WantsJson(arguments);
  try {
    program.Parse(arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      program.app.exit(error, streams.out, streams.err);
      return ExitCode::kOk;
    }
    streams.err << FormatError(program.UsageError(error, arguments), json);
    return ExitCode::kUsage;
  }

  const absl::StatusOr<ExitCode> code =
      RunChosen(*program.tree.Chosen(), program.flags, streams, std::move(sleep));
  if (code.ok()) return *code;
  streams.err << FormatError(code.status(), json);
  return ExitCodeOf(code.status());
}

}  // namespace dsr::dsrctl
