#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/definitions.h"
#include "workflow/definition_source.h"
#include "workflow/policy_checker.h"
#include "workflow/workflow_checker.h"

namespace dsr {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kSuffix = ".textproto";
constexpr absl::string_view kPolicyFile = "policy.textproto";
constexpr absl::string_view kTemplateSetFile = "messages/set.textproto";

absl::Status Unreadable(absl::string_view folder) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("the definitions folder `", folder, "` cannot be read"),
                   {{"file", std::string(folder)}});
}

std::string Stem(absl::string_view file) {
  file.remove_prefix(file.rfind('/') + 1);
  return std::string(absl::StripSuffix(file, kSuffix));
}

// One parsed file. Its places refer to it, so it does not move.
template <class Message>
struct ParsedFile {
  Message message;
  SourceTree tree;
};

// Reads one definitions directory. Used once.
class Loader {
 public:
  Loader(absl::string_view directory, std::vector<Finding>* findings)
      : directory_(directory), findings_(findings) {}

  absl::StatusOr<DefinitionFiles> Load() {
    DSR_RETURN_IF_ERROR(ReadTemplates());
    DSR_RETURN_IF_ERROR(ReadCalendars());
    DSR_RETURN_IF_ERROR(ReadPolicy());
    DSR_RETURN_IF_ERROR(ReadFragments());
    DSR_RETURN_IF_ERROR(ReadWorkflows());
    SortFindings(findings_);
    DSR_RETURN_IF_ERROR(FirstFinding());

    Store(DefinitionKind::kPolicy, files_.policy);
    Store(DefinitionKind::kCalendar, files_.calendar);
    Store(DefinitionKind::kTemplates, files_.templates);
    for (const auto& [name, workflow] : files_.workflows) {
      Store(DefinitionKind::kWorkflow, workflow);
    }
    return std::move(files_);
  }

 private:
  // The names in `folder` of the directory, in order; a name ends with a slash where it is a
  // folder.
  absl::StatusOr<std::vector<std::string>> List(absl::string_view folder) {
    std::error_code error;
    std::vector<std::string> names;
    fs::directory_iterator at(directory_ + "/" + std::string(folder), error);
    while (!error && at != fs::directory_iterator()) {
      const std::string name = at->path().filename().string();
      const bool is_folder = at->is_directory(error);
      names.push_back(is_folder ? name + "/" : name);
      if (!error) at.increment(error);
    }
    if (error) return Unreadable(folder.empty() ? "." : folder);
    std::sort(names.begin(), names.end());
    return names;
  }

  // The definition files in `folder`, relative to the directory.
  absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& folder) {
    DSR_ASSIGN_OR_RETURN(const std::vector<std::string> names, List(folder));
    std::vector<std::string> files;
    for (const std::string& name : names) {
      if (absl::EndsWith(name, kSuffix))
        files.push_back(folder.empty() ? name : folder + "/" + name);
    }
    return files;
  }

  // Returns null, with findings, when the file does not parse.
  template <class Message>
  absl::StatusOr<std::unique_ptr<ParsedFile<Message>>> Parse(const std::string& file) {
    DSR_ASSIGN_OR_RETURN(const std::string text, ReadFile(directory_ + "/" + file));
    auto parsed = std::make_unique<ParsedFile<Message>>();
    if (!parsed->tree.Parse(file, text, &parsed->message, findings_)) parsed = nullptr;
    return parsed;
  }

  absl::Status ReadTemplates() {
    DSR_ASSIGN_OR_RETURN(const auto set, Parse<v1::TemplateSet>(std::string(kTemplateSetFile)));
    TemplateSource source = {
        .set = {}, .root = Place(std::string(kTemplateSetFile)), .places = {}, .layout_places = {}};
    templates_parsed_ = set != nullptr;
    if (set != nullptr) {
      source.set = set->message;
      source.root = set->tree.Root();
      for (int i = 0; i < set->message.templates_size(); ++i) {
        source.places.push_back(source.root.Of("templates", i));
      }
      for (int i = 0; i < set->message.layouts_size(); ++i) {
        source.layout_places.push_back(source.root.Of("layouts", i));
      }
    }
    std::vector<std::unique_ptr<ParsedFile<v1::TemplateSet>>> parts;
    DSR_ASSIGN_OR_RETURN(const std::vector<std::string> names, List("messages"));
    for (const std::string& name : names) {
      absl::string_view language = name;
      if (!absl::ConsumeSuffix(&language, "/")) continue;
      DSR_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                           ListFiles(absl::StrCat("messages/", language)));
      for (const std::string& file : files) {
        DSR_ASSIGN_OR_RETURN(auto part, Parse<v1::TemplateSet>(file));
        templates_parsed_ = templates_parsed_ && part != nullptr;
        if (part == nullptr) continue;
        AppendTemplates(*part, language, &source);
        parts.push_back(std::move(part));
      }
    }
    // Whether a language lacks a template cannot be told while files do not parse.
    if (templates_parsed_) CheckTemplates(source, findings_);
    files_.templates = std::move(source.set);
    return absl::OkStatus();
  }

  void AppendTemplates(const ParsedFile<v1::TemplateSet>& part, absl::string_view language,
                       TemplateSource* source) {
    const Place root = part.tree.Root();
    if (!part.message.name().empty() || part.message.version() != 0) {
      AddFinding(root, absl::StrCat("name and version of the set belong into ", kTemplateSetFile),
                 findings_);
    }
    for (int i = 0; i < part.message.templates_size(); ++i) {
      const Place place = root.Of("templates", i);
      if (part.message.templates(i).language() != language) {
        AddFinding(place.Of("language"), absl::StrCat("the folder is for ", language), findings_);
      }
      *source->set.add_templates() = part.message.templates(i);
      source->places.push_back(place);
    }
    for (int i = 0; i < part.message.layouts_size(); ++i) {
      const Place place = root.Of("layouts", i);
      if (part.message.layouts(i).language() != language) {
        AddFinding(place.Of("language"), absl::StrCat("the folder is for ", language), findings_);
      }
      *source->set.add_layouts() = part.message.layouts(i);
      source->layout_places.push_back(place);
    }
  }

  absl::Status ReadCalendars() {
    DSR_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles("calendars"));
    for (const std::string& file : files) {
      DSR_ASSIGN_OR_RETURN(const auto parsed, Parse<v1::Calendar>(file));
      // One that does not parse exists all the same, so the policy may name it.
      calendars_[Stem(file)] = parsed == nullptr ? v1::Calendar() : parsed->message;
      if (parsed != nullptr) CheckCalendar(parsed->message, parsed->tree.Root(), findings_);
    }
    return absl::OkStatus();
  }

  absl::Status ReadPolicy() {
    DSR_ASSIGN_OR_RETURN(policy_source_, Parse<v1::Policy>(std::string(kPolicyFile)));
    policy_parsed_ = policy_source_ != nullptr;
    if (!policy_parsed_) return absl::OkStatus();
    const ParsedFile<v1::Policy>* const parsed = policy_source_.get();
    std::set<std::string> names;
    for (const auto& [name, calendar] : calendars_) names.insert(name);
    const v1::Policy& policy = parsed->message;
    CheckPolicy(policy, parsed->tree.Root(), names,
                templates_parsed_ ? files_.templates.name() : policy.templates(), findings_);
    files_.policy = policy;
    if (names.contains(policy.calendar())) files_.calendar = calendars_[policy.calendar()];
    files_.calendars = calendars_;
    return absl::OkStatus();
  }

  absl::Status ReadFragments() {
    // An installation whose workflows share nothing has no such folder.
    if (!FileExists(directory_ + "/fragments")) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles("fragments"));
    for (const std::string& file : files) {
      DSR_ASSIGN_OR_RETURN(auto parsed, Parse<v1::Workflow>(file));
      if (parsed != nullptr) CheckFragment(*parsed);
      fragments_[Stem(file)] = std::move(parsed);
    }
    return absl::OkStatus();
  }

  void CheckFragment(const ParsedFile<v1::Workflow>& fragment) {
    v1::Workflow rest = fragment.message;
    rest.clear_states();
    rest.clear_request_timers();
    rest.clear_transitions();
    if (rest.ByteSizeLong() == 0) return;
    AddFinding(fragment.tree.Root(), "a fragment has states, request timers and transitions only",
               findings_);
  }

  absl::Status ReadWorkflows() {
    DSR_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles(""));
    int count = 0;
    for (const std::string& file : files) {
      if (file == kPolicyFile) continue;
      ++count;
      DSR_ASSIGN_OR_RETURN(const auto parsed, Parse<v1::Workflow>(file));
      if (parsed != nullptr) ReadWorkflow(*parsed);
    }
    if (count == 0) findings_->push_back({.file = ".", .description = "there is no workflow"});
    CheckPausingStates();
    return absl::OkStatus();
  }

  // A misspelt state would never pause anything.
  void CheckPausingStates() {
    if (policy_source_ == nullptr) return;
    const v1::Policy& policy = policy_source_->message;
    for (int i = 0; i < policy.deadline_profiles_size(); ++i) {
      const auto& states = policy.deadline_profiles(i).pausing_states();
      for (int j = 0; j < states.size(); ++j) {
        if (HasState(states.Get(j))) continue;
        AddFinding(policy_source_->tree.Root().Of("deadline_profiles", i).Of("pausing_states", j),
                   absl::StrCat("no workflow has a state `", states.Get(j), "`"), findings_);
      }
    }
  }

  bool HasState(const std::string& name) const {
    for (const auto& [type, workflow] : files_.workflows) {
      for (const v1::State& state : workflow.states()) {
        if (state.name() == name) return true;
      }
    }
    return false;
  }

  void ReadWorkflow(const ParsedFile<v1::Workflow>& file) {
    WorkflowSource source = {.workflow = file.message, .root = file.tree.Root()};
    source.workflow.clear_states();
    source.workflow.clear_request_timers();
    source.workflow.clear_transitions();
    source.workflow.clear_use();
    source.Append(file.message, source.root);

    bool complete = true;
    std::set<std::string> used;
    for (int i = 0; i < file.message.use_size(); ++i) {
      const std::string& name = file.message.use(i);
      const Place place = source.root.Of("use", i);
      const auto fragment = fragments_.find(name);
      if (fragment == fragments_.end()) {
        AddFinding(place, absl::StrCat("there is no fragment `", name, "`"), findings_);
        complete = false;
      } else if (!used.insert(name).second) {
        AddFinding(place, absl::StrCat("the fragment `", name, "` is used twice"), findings_);
        complete = false;
      } else if (fragment->second == nullptr) {
        complete = false;
      } else {
        source.Append(fragment->second->message, fragment->second->tree.Root());
      }
    }
    // What a missing part would say is not known, so nothing can be said about the whole.
    if (complete && policy_parsed_ && templates_parsed_) {
      CheckWorkflow(source, files_.policy, files_.templates, findings_);
    }
    files_.workflows[source.workflow.name()] = std::move(source.workflow);
  }

  absl::Status FirstFinding() const {
    if (findings_->empty()) return absl::OkStatus();
    const Finding& first = findings_->front();
    const std::string more =
        findings_->size() == 1 ? "" : absl::StrCat(" (and ", findings_->size() - 1, " more)");
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DEFINITION_INVALID,
                     absl::StrCat(ToString(first), more),
                     {{"file", first.file}, {"line", absl::StrCat(first.line)}});
  }

  template <class Message>
  void Store(DefinitionKind kind, const Message& message) {
    Definition definition = {.kind = kind, .ref = {}, .text = CanonicalText(message)};
    definition.ref.set_name(message.name());
    definition.ref.set_version(message.version());
    definition.ref.set_sha256(HexEncode(Sha256(definition.text)));
    files_.definitions.push_back(std::move(definition));
  }

  const std::string directory_;
  std::vector<Finding>* const findings_;
  DefinitionFiles files_;
  std::map<std::string, v1::Calendar> calendars_;
  std::map<std::string, std::unique_ptr<ParsedFile<v1::Workflow>>> fragments_;
  std::unique_ptr<ParsedFile<v1::Policy>> policy_source_;
  bool templates_parsed_ = false;
  bool policy_parsed_ = false;
};

}  // namespace

std::vector<Finding> CheckCalendarText(absl::string_view name, absl::string_view text) {
  std::vector<Finding> findings;
  v1::Calendar calendar;
  SourceTree tree;
  // Only in a definitions directory must a file be called as what it defines.
  if (tree.Parse("", text, &calendar, &findings)) CheckCalendar(calendar, tree.Root(), &findings);
  for (Finding& finding : findings) finding.file = std::string(name);
  SortFindings(&findings);
  return findings;
}

absl::StatusOr<DefinitionFiles> LoadDefinitionFiles(absl::string_view directory,
                                                    std::vector<Finding>* findings) {
  findings->clear();
  return Loader(directory, findings).Load();
}

}  // namespace dsr
