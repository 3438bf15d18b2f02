// The checker for the HTML of messages.
#ifndef DSR_WORKFLOW_HTML_CHECKER_H_
#define DSR_WORKFLOW_HTML_CHECKER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dsr {

// Each of these returns what is wrong first with a mustache that compiles, as the end of a sentence
// such as `<p> is not closed`; empty when it is sound. Sound is what
//
//   - has every element closed where it was opened, whichever sections are shown;
//   - has only elements for text, and only attributes that reach for nothing outside and run
//     nothing: readers get what was written and nobody learns that they read it;
//   - has its tags of mustache in the text, never within a tag of HTML, so that an escaped value
//     stays a text whatever it holds.

// Checks what a template shows as the body: without the elements of a page, every value escaped.
std::string FaultOfBody(absl::string_view html);

// Checks a layout: a page whose `html` has `language` as its `lang`, and whose element `body` shows
// `{{{body}}}` once.
std::string FaultOfLayout(absl::string_view html, absl::string_view language);

}  // namespace dsr

#endif  // DSR_WORKFLOW_HTML_CHECKER_H_
