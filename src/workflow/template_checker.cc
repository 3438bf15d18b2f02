#include <algorithm>
#include <exception>
#include <kainjow/mustache.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "workflow/definition_words.h"
#include "workflow/html_checker.h"
#include "workflow/message_vocabulary.h"
#include "workflow/policy_checker.h"
#include "workflow/template_pieces.h"

namespace dsr {
namespace {

std::string CompileError(const std::string& text) {
  try {
    const kainjow::mustache::mustache compiled(text);
    return compiled.is_valid() ? "" : compiled.error_message();
  } catch (const std::exception&) {
    return "it is no mustache";
  }
}

// Tells whether `text`, the field `field` of the message at `place`, can be rendered.
bool CheckMustache(const Place& place, const std::string& what, absl::string_view field,
                   const std::string& text, std::vector<Finding>* findings) {
  if (text.empty()) {
    AddFinding(place, absl::StrCat(what, " has no ", field), findings);
    return false;
  }
  if (HasForbiddenTag(text)) {
    AddFinding(place.Of(field),
               absl::StrCat(what, ": partials and changed delimiters are not allowed"), findings);
    return false;
  }
  const std::string error = CompileError(text);
  if (error.empty()) return true;
  AddFinding(place.Of(field), absl::StrCat(what, " does not compile: ", error), findings);
  return false;
}

// What is not known is rendered as nothing, which nobody would notice before a person reads it.
void CheckVariables(const v1::Template& one, const Place& place, const std::string& what,
                    const std::string& text, std::vector<Finding>* findings) {
  const auto is_variable = one.id() == kLetterTemplate ? IsLetterVariable : IsMessageVariable;
  std::vector<absl::string_view> sections;
  for (const TemplatePiece& piece : SplitTemplate(text)) {
    if (piece.kind == TemplatePiece::Kind::kText) continue;
    if (piece.kind == TemplatePiece::Kind::kEnd) {
      sections.pop_back();
      continue;
    }
    if (!is_variable(piece.text, sections)) {
      AddFinding(place, absl::StrCat(what, ": there is no variable `", piece.text, "` here"),
                 findings);
    }
    if (piece.kind == TemplatePiece::Kind::kSection ||
        piece.kind == TemplatePiece::Kind::kInverse) {
      sections.push_back(piece.text);
    }
  }
}

void CheckTemplate(const v1::Template& one, const Place& place, const std::string& what,
                   std::vector<Finding>* findings) {
  if (CheckMustache(place, what, "subject", one.subject(), findings)) {
    CheckVariables(one, place.Of("subject"), what, one.subject(), findings);
  }
  if (CheckMustache(place, what, "text", one.text(), findings)) {
    CheckVariables(one, place.Of("text"), what, one.text(), findings);
  }
  if (one.html().empty() || !CheckMustache(place, what, "html", one.html(), findings)) return;
  CheckVariables(one, place.Of("html"), what, one.html(), findings);
  const std::string fault = FaultOfBody(one.html());
  if (!fault.empty()) {
    AddFinding(place.Of("html"), absl::StrCat(what, ": the HTML ", fault), findings);
  }
}

void CheckLayouts(const TemplateSource& source, std::vector<Finding>* findings) {
  std::set<std::string> given;
  for (int i = 0; i < source.set.layouts_size(); ++i) {
    const v1::HtmlLayout& layout = source.set.layouts(i);
    const Place& place = source.layout_places[i];
    const std::string what = absl::StrCat("the layout in ", layout.language());
    if (!given.insert(layout.language()).second) {
      AddFinding(place, absl::StrCat("there is another layout in ", layout.language()), findings);
    }
    if (!CheckMustache(place, what, "html", layout.html(), findings)) continue;
    for (const TemplatePiece& piece : SplitTemplate(layout.html())) {
      if (piece.kind == TemplatePiece::Kind::kText || IsLayoutVariable(piece.text)) continue;
      AddFinding(place.Of("html"),
                 absl::StrCat(what, ": there is no variable `", piece.text, "` in a layout"),
                 findings);
    }
    const std::string fault = FaultOfLayout(layout.html(), layout.language());
    if (!fault.empty()) AddFinding(place.Of("html"), absl::StrCat(what, " ", fault), findings);
  }
  for (const absl::string_view language : kLanguages) {
    if (given.contains(std::string(language))) continue;
    AddFinding(source.root, absl::StrCat("there is no layout in ", language), findings);
  }
}

// Either both languages bring HTML of their own or neither: the one text would say less.
void CheckHtmlInBothLanguages(const TemplateSource& source, std::vector<Finding>* findings) {
  std::set<std::string> with_html;
  for (const v1::Template& one : source.set.templates()) {
    if (!one.html().empty()) with_html.insert(one.id());
  }
  for (int i = 0; i < source.set.templates_size(); ++i) {
    const v1::Template& one = source.set.templates(i);
    if (!one.html().empty() || !with_html.contains(one.id())) continue;
    AddFinding(source.places[i],
               absl::StrCat("template `", one.id(), "` in ", one.language(),
                            " has no html, which another language has"),
               findings);
  }
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
    CheckTemplate(one, place, what, findings);
  }
  for (int i = 0; i < source.set.templates_size(); ++i) {
    const std::string& id = source.set.templates(i).id();
    for (const absl::string_view language : kLanguages) {
      if (given.contains({id, std::string(language)})) continue;
      AddFinding(source.places[i], absl::StrCat("there is no template `", id, "` in ", language),
                 findings);
    }
  }
  CheckHtmlInBothLanguages(source, findings);
  CheckLayouts(source, findings);
}

}  // namespace dsr
