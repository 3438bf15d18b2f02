#include "delivery/template_renderer.h"

#include <exception>
#include <kainjow/mustache.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

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

// The library reads a text named by a partial tag as a template: what a person wrote would be run.
// With other delimiters such a tag would not be seen here.
bool HasForbiddenTag(absl::string_view text) {
  for (size_t at = text.find("{{"); at != absl::string_view::npos; at = text.find("{{", at + 1)) {
    const size_t sign = text.find_first_not_of(" \t\r\n{", at + 2);
    if (sign != absl::string_view::npos && (text[sign] == '>' || text[sign] == '=')) return true;
  }
  return false;
}

absl::StatusOr<std::string> RenderText(const v1::Template& source, const std::string& text,
                                       const mustache::data& data) {
  if (HasForbiddenTag(text)) return BrokenTemplate(source);
  try {
    mustache::mustache parsed(text);
    parsed.set_custom_escape([](const std::string& value) { return value; });
    if (!parsed.is_valid()) return BrokenTemplate(source);
    std::string rendered = parsed.render(data);
    if (!parsed.is_valid()) return BrokenTemplate(source);
    return rendered;
  } catch (const std::exception&) {
    return BrokenTemplate(source);
  }
}

}  // namespace

absl::StatusOr<RenderedTemplate> RenderTemplate(const v1::Template& source,
                                                const TemplateVariables& variables) {
  const mustache::data data = ToData(variables);
  RenderedTemplate result;
  DSR_ASSIGN_OR_RETURN(result.subject, RenderText(source, source.subject(), data));
  DSR_ASSIGN_OR_RETURN(result.text, RenderText(source, source.text(), data));
  return result;
}

}  // namespace dsr
