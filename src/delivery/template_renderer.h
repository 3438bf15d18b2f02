// Renders message templates, which are written in mustache.
#ifndef DSR_DELIVERY_TEMPLATE_RENDERER_H_
#define DSR_DELIVERY_TEMPLATE_RENDERER_H_

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "dsr/v1/policy.pb.h"

namespace dsr {

struct TemplateValue;

// Values by the names that a template knows them by.
using TemplateVariables = std::map<std::string, TemplateValue>;
// What a section repeats: one set of variables for each round, before those around it.
using TemplateList = std::vector<TemplateVariables>;

// What a name in a template stands for: a text, a condition or a list.
//
//   TemplateVariables variables = {
//       {"due", "2026-03-16"}, {"is_partial", true}, {"categories", TemplateList{{{"title",
//       "Orders"}}}}};
struct TemplateValue {
  TemplateValue(std::string text) : value(std::move(text)) {}    // NOLINT: meant to convert
  TemplateValue(const char* text) : value(std::string(text)) {}  // NOLINT: meant to convert
  TemplateValue(bool condition) : value(condition) {}            // NOLINT: meant to convert
  TemplateValue(TemplateList list) : value(std::move(list)) {}   // NOLINT: meant to convert

  std::variant<std::string, bool, TemplateList> value;
};

// A template with its variables put in.
struct RenderedTemplate {
  std::string subject;
  std::string text;
  std::string html;  // empty without a layout
};

// Puts `variables` into subject and text of `source`, and into its HTML in `layout`; null makes no
// HTML.
//
// In subject and text `{{name}}` gives a text as it is, and what a text holds is never read as a
// template. A name that is missing or no text gives nothing. `{{#name}}...{{/name}}` shows what is
// between once for true and for a text that is not empty, and once for each element of a list;
// `{{^name}}...{{/name}}` shows it for all else.
//
// The HTML is a whole page: `layout` with the template's own HTML, or the paragraphs and lists of
// its rendered text, in the place of `{{{body}}}`. Values are escaped in it, whatever they hold.
//
// INTERNAL (INTERNAL) naming the template when it or the layout is broken, has partials or changed
// delimiters, or its HTML has values that would not be escaped, which ours do not have.
// Thread-safe.
absl::StatusOr<RenderedTemplate> RenderTemplate(const v1::Template& source,
                                                const TemplateVariables& variables,
                                                const v1::HtmlLayout* layout = nullptr);

}  // namespace dsr

#endif  // DSR_DELIVERY_TEMPLATE_RENDERER_H_
