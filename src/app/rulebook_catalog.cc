#include "app/rulebook_catalog.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

bool IsTypeName(absl::string_view text) {
  return text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(c) || c == '-';
         });
}

std::string KeyOf(const v1::Pins& pins) { return pins.SerializeAsString(); }

absl::StatusOr<std::string> LoadText(ReadView& view, DefinitionKind kind,
                                     const v1::DefinitionRef& ref) {
  DSR_ASSIGN_OR_RETURN(std::optional<Definition> definition,
                       view.FindDefinition(kind, ref.name(), ref.version()));
  if (!definition.has_value() || definition->ref.sha256() != ref.sha256()) {
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     absl::StrCat("the definition ", ref.name(), " version ", ref.version(),
                                  " that a request pinned is not stored as it was"));
  }
  return std::move(definition->text);
}

absl::StatusOr<std::shared_ptr<const Rulebook>> LoadRulebook(ReadView& view, const v1::Pins& pins) {
  DSR_ASSIGN_OR_RETURN(const std::string workflow_text,
                       LoadText(view, DefinitionKind::kWorkflow, pins.workflow()));
  DSR_ASSIGN_OR_RETURN(const std::string policy_text,
                       LoadText(view, DefinitionKind::kPolicy, pins.policy()));
  DSR_ASSIGN_OR_RETURN(const std::string calendar_text,
                       LoadText(view, DefinitionKind::kCalendar, pins.calendar()));
  DSR_ASSIGN_OR_RETURN(const std::string templates_text,
                       LoadText(view, DefinitionKind::kTemplates, pins.templates()));
  DSR_ASSIGN_OR_RETURN(const v1::Workflow workflow, ParseWorkflow(workflow_text));
  DSR_ASSIGN_OR_RETURN(const v1::Policy policy, ParsePolicy(policy_text));
  DSR_ASSIGN_OR_RETURN(const v1::Calendar calendar, ParseCalendar(calendar_text));
  DSR_ASSIGN_OR_RETURN(const v1::TemplateSet templates, ParseTemplateSet(templates_text));
  return MakeRulebook(pins, workflow, policy, calendar, templates);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RulebookCatalog>> RulebookCatalog::Open(Store& store,
                                                                       DefinitionFiles files) {
  DSR_RETURN_IF_ERROR(TransactAndWait(store, [&files](Transaction& transaction) -> absl::Status {
    for (const Definition& definition : files.definitions) {
      DSR_RETURN_IF_ERROR(transaction.PutDefinition(definition));
    }
    return absl::OkStatus();
  }));

  std::unique_ptr<RulebookCatalog> catalog(new RulebookCatalog(std::move(files)));
  const DefinitionFiles& loaded = catalog->files_;
  v1::Pins pins;
  *pins.mutable_policy() = loaded.Ref(DefinitionKind::kPolicy, loaded.policy.name());
  *pins.mutable_calendar() = loaded.Ref(DefinitionKind::kCalendar, loaded.calendar.name());
  *pins.mutable_templates() = loaded.Ref(DefinitionKind::kTemplates, loaded.templates.name());
  MutexLock lock(catalog->mutex_);
  for (const auto& [type, workflow] : loaded.workflows) {
    *pins.mutable_workflow() = loaded.Ref(DefinitionKind::kWorkflow, type);
    DSR_ASSIGN_OR_RETURN(
        std::shared_ptr<const Rulebook> rulebook,
        MakeRulebook(pins, workflow, loaded.policy, loaded.calendar, loaded.templates));
    catalog->known_[KeyOf(pins)] = rulebook;
    catalog->current_[type] = std::move(rulebook);
  }
  return catalog;
}

std::unique_ptr<RulebookCatalog> RulebookCatalog::OfStored() {
  return std::unique_ptr<RulebookCatalog>(new RulebookCatalog(DefinitionFiles()));
}

absl::StatusOr<std::shared_ptr<const Rulebook>> RulebookCatalog::CurrentRulebook(
    absl::string_view type) const {
  const auto found = current_.find(std::string(type));
  if (found != current_.end()) return found->second;
  const std::string known = absl::StrJoin(
      current_, ", ", [](std::string* out, const auto& entry) { *out += entry.first; });
  ErrorMetadata metadata = {{"known_types", known}};
  // A caller's own word, which could be anything: it is told back only where it could be a type.
  if (IsTypeName(type)) metadata["type"] = std::string(type);
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_REQUEST_TYPE_UNKNOWN,
                   absl::StrCat("no workflow serves this request type; known types: ", known),
                   metadata);
}

absl::StatusOr<std::shared_ptr<const Rulebook>> RulebookCatalog::RulebookFor(ReadView& view,
                                                                             const v1::Pins& pins) {
  const std::string key = KeyOf(pins);
  {
    MutexLock lock(mutex_);
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
  }
  // Loaded outside the lock: two threads may do it at once, and get the same.
  DSR_ASSIGN_OR_RETURN(std::shared_ptr<const Rulebook> rulebook, LoadRulebook(view, pins));
  MutexLock lock(mutex_);
  return known_.emplace(key, std::move(rulebook)).first->second;
}

}  // namespace dsr
