#include "dsrctl/command.h"

#include <algorithm>
#include <utility>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "dsr/base/status_macros.h"
#include "dsrctl/fields.h"
#include "dsrctl/input.h"
#include "dsrctl/names.h"
#include "google/protobuf/descriptor.h"

namespace dsr::dsrctl {
namespace {

using google::protobuf::FieldDescriptor;

constexpr char kMoreHelp[] = "Options of all commands, and exit codes: dsrctl --help";

// Begins an error with the option that caused it, as the subject of its sentence.
absl::Status About(absl::string_view name, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(name, " ", status.message()));
}

// Returns what the help shows behind an option's name; nothing for a positional, whose name says
// it.
std::string TypeName(const std::string& name, const std::string& kind) {
  return name[0] == '-' ? kind : "";
}

}  // namespace

CLI::Option* Command::AddText(const std::string& name, std::shared_ptr<std::string> value,
                              const std::string& kind, const std::string& help, Need need) {
  return app_->add_option(name, *value, help)
      ->type_name(TypeName(name, kind))
      ->required(need == Need::kRequired);
}

Command& Command::Flag(const std::string& name, const std::string& path, const std::string& help,
                       Need need) {
  const FieldDescriptor& field = *FieldAt(*message_->GetDescriptor(), path);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    auto set = std::make_shared<bool>(false);
    app_->add_flag(name, *set, help);
    bindings_.push_back([this, set, path](Context& context) {
      return *set ? SetField(*message_, path, "true", context.output.zone()) : absl::OkStatus();
    });
    return *this;
  }
  std::string full_help = help;
  if (field.enum_type() != nullptr) {
    absl::StrAppend(&full_help, ": ", absl::StrJoin(EnumNames(*field.enum_type()), ", "));
  }
  auto values = std::make_shared<std::vector<std::string>>();
  CLI::Option* option = app_->add_option(name, *values, full_help)
                            ->type_name(TypeName(name, field.enum_type() ? "NAME" : "TEXT"))
                            ->required(need == Need::kRequired)
                            ->allow_extra_args(false);
  // Without this a single option given twice would keep both of its texts.
  if (!field.is_repeated()) option->expected(1);
  bindings_.push_back([this, values, path, name](Context& context) {
    for (const std::string& value : *values) {
      DSR_RETURN_IF_ERROR(About(name, SetField(*message_, path, value, context.output.zone())));
    }
    return absl::OkStatus();
  });
  return *this;
}

Command& Command::Name(const std::string& name, const std::string& path, const std::string& pattern,
                       const std::string& help, Need need) {
  auto value = std::make_shared<std::string>();
  const CLI::Option* option = AddText(name, value, "ID", help, need);
  bindings_.push_back([this, option, value, path, pattern, name](Context& context) -> absl::Status {
    if (option->count() == 0) return absl::OkStatus();
    const absl::StatusOr<std::string> full = ResourceName(pattern, *value);
    DSR_RETURN_IF_ERROR(About(name, full.status()));
    return SetField(*message_, path, *full, context.output.zone());
  });
  return *this;
}

Command& Command::TextFile(const std::string& name, const std::string& path,
                           const std::string& help, Need need) {
  auto file = std::make_shared<std::string>();
  const CLI::Option* option =
      AddText(name, file, "FILE", absl::StrCat(help, " (- for stdin)"), need);
  bindings_.push_back([this, option, file, path](Context& context) -> absl::Status {
    if (option->count() == 0) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(const std::string contents, Read(*file, context));
    absl::string_view text = absl::StripSuffix(contents, "\n");
    text = absl::StripSuffix(text, "\r");
    return SetField(*message_, path, text, context.output.zone());
  });
  return *this;
}

Command& Command::JsonFile(const std::string& name, const std::string& path,
                           const std::string& help, Need need) {
  auto file = std::make_shared<std::string>();
  const CLI::Option* option =
      AddText(name, file, "FILE", absl::StrCat(help, " (- for stdin)"), need);
  bindings_.push_back([this, option, file, path, name](Context& context) -> absl::Status {
    if (option->count() == 0) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(const std::string json, Read(*file, context));
    google::protobuf::Message& target = MutableMessageAt(*message_, path);
    const std::unique_ptr<google::protobuf::Message> read(target.New());
    DSR_RETURN_IF_ERROR(About(absl::StrCat(name, ":"), ParseJson(json, *read)));
    target.MergeFrom(*read);
    return absl::OkStatus();
  });
  return *this;
}

Command& Command::Text(const std::string& name, std::string* value, const std::string& help,
                       Need need) {
  app_->add_option(name, *value, help)
      ->type_name(TypeName(name, "TEXT"))
      ->required(need == Need::kRequired)
      // What a shell variable that is not set leaves is no choice.
      ->check([](const std::string& text) { return text.empty() ? "must not be empty" : ""; });
  return *this;
}

Command& Command::Texts(const std::string& name, std::vector<std::string>* values,
                        const std::string& help, Need need) {
  app_->add_option(name, *values, help)
      ->type_name(TypeName(name, "TEXT"))
      ->required(need == Need::kRequired);
  return *this;
}

Command& Command::Number(const std::string& name, int64_t* value, const std::string& help) {
  app_->add_option(name, *value, help)->type_name("N")->check([](const std::string& text) {
    int64_t number = 0;
    return absl::SimpleAtoi(text, &number) && number >= 0
               ? std::string()
               : std::string("is a whole number, 0 or more");
  });
  return *this;
}

Command& Command::Switch(const std::string& name, bool* value, const std::string& help) {
  app_->add_flag(name, *value, help);
  return *this;
}

Command& Command::Example(const std::string& line) {
  examples_.push_back(line);
  app_->footer(absl::StrCat("Examples:\n  ", absl::StrJoin(examples_, "\n  "), "\n\n", kMoreHelp));
  return *this;
}

Command& Command::Offers(Format format) {
  offered_.push_back(format);
  return *this;
}

bool Command::Prints(Format format) const {
  return (format != Format::kHtml && format != Format::kSvg) ||
         std::find(offered_.begin(), offered_.end(), format) != offered_.end();
}

std::string Command::PrintedFormats() const {
  std::string formats = "table, json, jsonl";
  if (Prints(Format::kHtml)) formats += ", html";
  if (Prints(Format::kSvg)) formats += ", svg";
  return formats + " or csv";
}

Command& Command::Columns(const std::string& columns) {
  columns_ = columns;
  return *this;
}

Command& Command::Runs(Run run) {
  run_ = std::move(run);
  return *this;
}

bool Command::IsChosen() const { return app_->parsed(); }

absl::StatusOr<ExitCode> Command::Execute(Context& context) {
  for (const Binding& binding : bindings_) DSR_RETURN_IF_ERROR(binding(context));
  return run_(context);
}

absl::StatusOr<std::string> Command::Read(const std::string& path, Context& context) {
  if (path == "-") {
    if (stdin_taken_) return absl::InvalidArgumentError("only one option can read stdin (-)");
    stdin_taken_ = true;
  }
  return ReadInput(path, context.streams.in);
}

Command& Group::Add(const std::string& name, const std::string& help) {
  commands_->push_back(std::make_unique<Command>(app_->add_subcommand(name, help)));
  return *commands_->back();
}

Group CommandTree::AddGroup(const std::string& name, const std::string& help) {
  CLI::App* app = root_->add_subcommand(name, help);
  app->require_subcommand(1);
  app->footer(kMoreHelp);
  return Group(app, &commands_);
}

Command& CommandTree::Add(const std::string& name, const std::string& help) {
  return Group(root_, &commands_).Add(name, help);
}

Command* CommandTree::Chosen() const {
  for (const auto& command : commands_) {
    if (command->IsChosen()) return command.get();
  }
  return nullptr;
}

std::vector<std::string> CommandTree::Examples() const {
  std::vector<std::string> examples;
  for (const auto& command : commands_) {
    examples.insert(examples.end(), command->examples().begin(), command->examples().end());
  }
  return examples;
}

}  // namespace dsr::dsrctl
