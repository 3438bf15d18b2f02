#include <algorithm>
#include <exception>
#include <kainjow/mustache.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "workflow/definition_words.h"
#include "workflow/policy_checker.h"

namespace dsr {
namespace {

// A partial would run a person's words as a template, and other delimiters would hide one from this
// check.
bool HasForbiddenTag(absl::string_view text) {
  for (size_t at = text.find("{{"); at != absl::string_view::npos; at = text.find("{{", at + 1)) {
    const size_t sign = text.find_first_not_of(" \t\r\n{", at + 2);
    if (sign != absl::string_view::npos && (text[sign] == '>' || text[sign] == '=')) return true;
  }
  return false;
}

std::string CompileError(const std::string& text) {
  try {
    const kainjow::mustache::mustache compiled(text);
    return compiled.is_valid() ? "" : compiled.error_message();
  } catch (const std::exception&) {
    return "it is no mustache";
  }
}

void CheckMustache(const Place& place, const std::string& what, absl::string_view field,
                   const std::string& text, std::vector<Finding>* findings) {
  if (text.empty()) {
    AddFinding(place, absl::StrCat(what, " has no ", field), findings);
    return;
  }
  if (HasForbiddenTag(text)) {
    AddFinding(place.Of(field),
               absl::StrCat(what, ": partials and changed delimiters are not allowed"), findings);
    return;
  }
  const std::string error = CompileError(text);
  if (error.empty()) return;
  AddFinding(place.Of(field), absl::StrCat(what, " does not compile: ", error), findings);
}

}  // namespace

void CheckTemplates(const TemplateSource& source, std::vector<Finding>* findings) {
  if (!IsWellFormedName(source.set.name(), '-')) {
    AddFinding(source.root.Of("name"), "the name must be of a-z, 0-9 and `-`", findings);
  }
  if (source.set.version() < 1) {
    AddFinding(source.root.Of("version"), "the version must be 1 or more", findings);
  }

  std::set<std::pair<std::string, std::string>> given;
  for (int i = 0; i < source.set.templates_size(); ++i) {
    const v1::Template& one = source.set.templates(i);
    const Place& place = source.places[i];
    const std::string what = absl::StrCat("template `", one.id(), "` in ", one.language());
    if (!IsWellFormedName(one.id(), '-')) {
      AddFinding(place.Of("id"), absl::StrCat(what, ": an id must be of a-z, 0-9 and `-`"),
                 findings);
    }
    if (std::find(std::begin(kLanguages), std::end(kLanguages), one.language()) ==
        std::end(kLanguages)) {
      AddFinding(place.Of("language"), absl::StrCat(what, ": the language must be zh-CN or en"),
                 findings);
    }
    if (!given.insert({one.id(), one.language()}).second) {
      AddFinding(place, absl::StrCat("there is another ", what), findings);
    }
    CheckMustache(place, what, "subject", one.subject(), findings);
    CheckMustache(place, what, "text", one.text(), findings);
  }
  for (int i = 0; i < source.set.templates_size(); ++i) {
    const std::string& id = source.set.templates(i).id();
    for (const absl::string_view language : kLanguages) {
      if (given.contains({id, std::string(language)})) continue;
      AddFinding(source.places[i], absl::StrCat("there is no template `", id, "` in ", language),
                 findings);
    }
  }
}

}  // namespace dsr
