#include "dsrctl/completion.h"

#include <vector>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {
namespace {

// Walks to the command that the words before the cursor name, and offers what that level has. Words
// that are neither option nor command, such as values, are passed over.
constexpr char kHead[] = R"bash(# bash completion for dsrctl: source <(dsrctl completion bash)
_dsrctl() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    case " $(_dsrctl_commands "$path") " in
      *" $word "*) path="${path:+$path }$word" ;;
    esac
  done
  case "$previous" in
    -o|--output) COMPREPLY=($(compgen -W "table json jsonl csv" -- "$current")); return ;;
    --*file|--file|--out|--to|--definitions)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$(_dsrctl_options "$path")" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$(_dsrctl_commands "$path")" -- "$current")) ;;
  esac
  if [[ ${#COMPREPLY[@]} -eq 0 && $path == "workflow check" ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
)bash";

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

struct Tables {
  std::string commands;
  std::string options;
};

// Adds one case for `app` and all below it. The options of the root hold everywhere.
void AddCases(const CLI::App& app, const std::string& path,
              const std::vector<std::string>& global_options, Tables& tables) {
  const std::vector<std::string> commands = CommandNames(app);
  std::vector<std::string> options = OptionNames(app);
  if (!path.empty()) options.insert(options.end(), global_options.begin(), global_options.end());
  if (!commands.empty()) {
    absl::StrAppend(&tables.commands, "    \"", path, "\") echo \"", absl::StrJoin(commands, " "),
                    "\" ;;\n");
  }
  absl::StrAppend(&tables.options, "    \"", path, "\") echo \"", absl::StrJoin(options, " "),
                  "\" ;;\n");
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    AddCases(*sub, absl::StrCat(path, path.empty() ? "" : " ", sub->get_name()), global_options,
             tables);
  }
}

}  // namespace

std::string BashCompletion(const CLI::App& root) {
  Tables tables;
  std::vector<std::string> global_options;
  for (const std::string& name : OptionNames(root)) {
    // Those that every level has of its own, or that make sense at the root only.
    if (name != "--help" && name != "--version") global_options.push_back(name);
  }
  AddCases(root, "", global_options, tables);
  return absl::StrCat(kHead, "_dsrctl_commands() {\n  case \"$1\" in\n", tables.commands,
                      "  esac\n}\n_dsrctl_options() {\n  case \"$1\" in\n", tables.options,
                      "  esac\n}\ncomplete -F _dsrctl dsrctl\n");
}

void AddCompletionCommands(CommandTree& tree, const CLI::App& root) {
  Group group = tree.AddGroup("completion", "Prints completion scripts for shells");
  group.Add("bash", "Prints the script for bash")
      .Example("source <(dsrctl completion bash)")
      .Runs([&root](Context& context) -> absl::StatusOr<ExitCode> {
        context.output.Raw(BashCompletion(root));
        return ExitCode::kOk;
      });
}

}  // namespace dsr::dsrctl
