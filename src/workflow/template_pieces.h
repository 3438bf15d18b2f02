// Templates taken apart into text and tags.
#ifndef DSR_WORKFLOW_TEMPLATE_PIECES_H_
#define DSR_WORKFLOW_TEMPLATE_PIECES_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace dsr {

// One piece of a template. Refers to the template's text.
struct TemplatePiece {
  enum class Kind {
    kText,      // what stands between tags
    kValue,     // {{name}}
    kRawValue,  // {{{name}}} or {{&name}}: not escaped in HTML
    kSection,   // {{#name}}
    kInverse,   // {{^name}}
    kEnd,       // {{/name}}
  };
  Kind kind = Kind::kText;
  absl::string_view text;  // the text, or the tag's name
};

// Returns the pieces of `source`, a mustache that compiles, without comments. Partials and changed
// delimiters, which templates of ours do not have, come out as values.
std::vector<TemplatePiece> SplitTemplate(absl::string_view source);

// Tells whether a tag of `source` is a partial, which would run a person's words as a template, or
// changes the delimiters, which would hide one from every check.
bool HasForbiddenTag(absl::string_view source);

}  // namespace dsr

#endif  // DSR_WORKFLOW_TEMPLATE_PIECES_H_
