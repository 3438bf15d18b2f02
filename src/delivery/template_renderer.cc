#include "delivery/template_renderer.h"

#include <exception>
#include <kainjow/mustache.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "delivery/message_html.h"
#include "dsr/base/errors.h"
#include "dsr/base/html.h"
#include "dsr/base/status_macros.h"
#include "workflow/template_pieces.h"

namespace dsr {
namespace {

namespace mustache = kainjow::mustache;

mustache::data ToData(const TemplateVariables& variables);

// Turns a value into the library's form.
struct Converter {
  // As false, an empty text hides its section; where its value is asked for, false gives nothing
  // too.
  mustache::data operator()(const std::string& text) const {
    return text.empty() ? mustache::data(false) : mustache::data(text);
  }
  mustache::data operator()(bool condition) const { return mustache::data(condition); }
  mustache::data operator()(const TemplateList& list) const {
    mustache::data result(mustache::data::type::list);
    for (const TemplateVariables& element : list) result.push_back(ToData(element));
    return result;
  }
};

mustache::data ToData(const TemplateVariables& variables) {
  mustache::data result(mustache::data::type::object);
  for (const auto& [name, value] : variables)
    result.set(name, std::visit(Converter(), value.value));
  return result;
}

absl::Status BrokenTemplate(const v1::Template& source) {
  const std::string name = absl::StrCat(source.id(), " (", source.language(), ")");
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   absl::StrCat("the message template ", name, " is broken"));
}

// How values go into a text.
using Escape = std::string (*)(const std::string&);

std::string AsItIs(const std::string& value) { return value; }
std::string ForHtml(const std::string& value) { return EscapeHtml(value); }

absl::StatusOr<std::string> RenderText(const v1::Template& source, const std::string& text,
                                       const mustache::data& data, Escape escape = AsItIs) {
  if (HasForbiddenTag(text)) return BrokenTemplate(source);
  try {
    mustache::mustache parsed(text);
    parsed.set_custom_escape(escape);
    if (!parsed.is_valid()) return BrokenTemplate(source);
    std::string rendered = parsed.render(data);
    if (!parsed.is_valid()) return BrokenTemplate(source);
    return rendered;
  } catch (const std::exception&) {
    return BrokenTemplate(source);
  }
}

// Tells whether a tag of `html` other than that of `exception` gives a value without escaping it.
bool HasRawValue(absl::string_view html, absl::string_view exception) {
  for (const TemplatePiece& piece : SplitTemplate(html)) {
    if (piece.kind == TemplatePiece::Kind::kRawValue && piece.text != exception) return true;
  }
  return false;
}

absl::StatusOr<std::string> RenderHtml(const v1::Template& source, const v1::HtmlLayout& layout,
                                       const RenderedTemplate& rendered, mustache::data data) {
  // The checker says so too. Here a fault would let a person's words become a page's elements.
  if (HasRawValue(source.html(), "") || HasRawValue(layout.html(), "body")) {
    return BrokenTemplate(source);
  }
  std::string body;
  if (source.html().empty()) {
    body = ParagraphsOf(rendered.text);
  } else {
    DSR_ASSIGN_OR_RETURN(body, RenderText(source, source.html(), data, ForHtml));
  }
  data.set("subject", rendered.subject);
  data.set("body", body);
  return RenderText(source, layout.html(), data, ForHtml);
}

}  // namespace

absl::StatusOr<RenderedTemplate> RenderTemplate(const v1::Template& source,
                                                const TemplateVariables& variables,
                                                const v1::HtmlLayout* layout) {
  const mustache::data data = ToData(variables);
  RenderedTemplate result;
  DSR_ASSIGN_OR_RETURN(result.subject, RenderText(source, source.subject(), data));
  DSR_ASSIGN_OR_RETURN(result.text, RenderText(source, source.text(), data));
  if (layout == nullptr) return result;
  DSR_ASSIGN_OR_RETURN(result.html, RenderHtml(source, *layout, result, data));
  return result;
}

}  // namespace dsr
