// The tree of commands: what each takes, and what it does.
//
// Hides the command line library, so that a command is a few lines:
//
//   AddCall(group, "get", "Shows one request", &v1::RequestService::Stub::GetRequest)
//       .Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
//       .Flag("--view", "view", "How much to show")
//       .Example("dsrctl request get 01jd2m8q7r5v9x3c6b4n1k0wte");
#ifndef DSR_TOOLS_DSRCTL_COMMAND_H_
#define DSR_TOOLS_DSRCTL_COMMAND_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsrctl/context.h"
#include "dsrctl/errors.h"
#include "google/protobuf/message.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dsr::dsrctl {

enum class Need { kOptional, kRequired };

// One command. Options either fill fields of the message it sends, or variables of its own. Names
// with dashes are options, others positional. Not thread-safe.
class Command {
 public:
  using Run = std::function<absl::StatusOr<ExitCode>(Context&)>;

  // `app` outlives this.
  explicit Command(CLI::App* app) : app_(app) {}
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // Sets the message that the options below fill, and returns it, shared with this command.
  template <class Request>
  std::shared_ptr<Request> Sends() {
    auto request = std::make_shared<Request>();
    message_ = request;
    return request;
  }

  // Fills the field at `path` with the option's text (fields.h). Repeated fields take the option
  // again and again, booleans take no text, and enums list their values in the help.
  Command& Flag(const std::string& name, const std::string& path, const std::string& help,
                Need need = Need::kOptional);
  // Fills it with the full name of a resource (names.h).
  Command& Name(const std::string& name, const std::string& path, const std::string& pattern,
                const std::string& help, Need need = Need::kOptional);
  // Fills it with what a file (`-`: stdin) holds, less the last line break. For all that is
  // personal.
  Command& TextFile(const std::string& name, const std::string& path, const std::string& help,
                    Need need = Need::kOptional);
  // Merges a file (`-`: stdin) of protobuf JSON into the message at `path`, empty for the whole
  // message. Options declared after it win over the file.
  Command& JsonFile(const std::string& name, const std::string& path, const std::string& help,
                    Need need = Need::kOptional);

  // Fills variables of the command; they outlive its run.
  Command& Text(const std::string& name, std::string* value, const std::string& help,
                Need need = Need::kOptional);
  Command& Texts(const std::string& name, std::vector<std::string>* values, const std::string& help,
                 Need need = Need::kOptional);
  Command& Number(const std::string& name, int64_t* value, const std::string& help);
  Command& Switch(const std::string& name, bool* value, const std::string& help);

  // Takes this format too, beside those of every command.
  Command& Offers(Format format);
  // Tells whether the command prints in that format.
  bool Prints(Format format) const;
  // The names of all formats that it prints, such as `table, json, jsonl or csv`.
  std::string PrintedFormats() const;

  // Adds a line to the examples in the help.
  Command& Example(const std::string& line);
  // Sets the columns of lists this command prints, as in columns.h; without, those of the type.
  Command& Columns(const std::string& columns);
  // Sets what the command does, after its message is filled.
  Command& Runs(Run run);

  const std::string& columns() const { return columns_; }
  const std::vector<std::string>& examples() const { return examples_; }
  bool IsChosen() const;

  // Fills the message and runs the command.
  absl::StatusOr<ExitCode> Execute(Context& context);

 private:
  using Binding = std::function<absl::Status(Context&)>;

  CLI::Option* AddText(const std::string& name, std::shared_ptr<std::string> value,
                       const std::string& kind, const std::string& help, Need need);
  absl::StatusOr<std::string> Read(const std::string& path, Context& context);

  CLI::App* const app_;
  std::shared_ptr<google::protobuf::Message> message_;
  std::vector<Binding> bindings_;
  Run run_;
  std::vector<std::string> examples_;
  std::string columns_;
  std::vector<Format> offered_;
  bool stdin_taken_ = false;
};

// Commands that belong together, such as `dsrctl request ...`.
class Group {
 public:
  Group(CLI::App* app, std::vector<std::unique_ptr<Command>>* commands)
      : app_(app), commands_(commands) {}

  // Adds a command; the tree owns it.
  Command& Add(const std::string& name, const std::string& help);

 private:
  CLI::App* app_;
  std::vector<std::unique_ptr<Command>>* commands_;
};

// All of them.
class CommandTree {
 public:
  // `root` outlives this.
  explicit CommandTree(CLI::App* root) : root_(root) {}

  Group AddGroup(const std::string& name, const std::string& help);
  // Adds a command that belongs to no group.
  Command& Add(const std::string& name, const std::string& help);

  // Returns the command that was parsed, or null when there is none.
  Command* Chosen() const;
  // The examples of all commands' help.
  std::vector<std::string> Examples() const;

 private:
  CLI::App* const root_;
  std::vector<std::unique_ptr<Command>> commands_;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_COMMAND_H_
