// The checker for everything a workflow refers to: policy, calendars, message templates.
#ifndef DSR_WORKFLOW_POLICY_CHECKER_H_
#define DSR_WORKFLOW_POLICY_CHECKER_H_

#include <set>
#include <string>
#include <vector>

#include "dsr/workflow/definitions.h"
#include "workflow/definition_source.h"

namespace dsr {

// Reports every number out of its range in policy.proto, a zone that does not load, a text missing
// in a language, a relation or notice kind without a term, categories of one name, and a calendar
// or template set that is not there. `calendars` are the names that exist, `templates` is the name
// of the template set.
void CheckPolicy(const v1::Policy& policy, const Place& root,
                 const std::set<std::string>& calendars, absl::string_view templates,
                 std::vector<Finding>* findings);

// Reports deadline profiles of one name, without a length or one out of its range, with a zone or a
// calendar that is not there; one in force, or a clock's, that is none of them or has another
// calendar than the policy; regions that are no codes; and teams without a name or of one name. For
// CheckPolicy.
void CheckDeadlineProfiles(const v1::Policy& policy, const Place& root,
                           const std::set<std::string>& calendars, std::vector<Finding>* findings);

// Reports dates that do not exist, ranges that end before they begin, days both off and working,
// make-up days that are no weekend, and a calendar that does not say which days it knows.
void CheckCalendar(const v1::Calendar& calendar, const Place& root, std::vector<Finding>* findings);

// A template set with its files merged, and where its parts come from: `places` runs parallel to
// `set.templates()`, `layout_places` to `set.layouts()`.
struct TemplateSource {
  v1::TemplateSet set;
  Place root;
  std::vector<Place> places;
  std::vector<Place> layout_places;
};

// Reports templates that are there twice or in one language only, lack subject or text, do not
// compile, hold tags that templates of ours do not have, or ask for variables that do not exist;
// HTML in one language only, or unsound (html_checker.h); and a language without a layout.
void CheckTemplates(const TemplateSource& source, std::vector<Finding>* findings);

}  // namespace dsr

#endif  // DSR_WORKFLOW_POLICY_CHECKER_H_
