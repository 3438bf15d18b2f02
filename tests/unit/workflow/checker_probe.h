// Looks at what the workflow checker says about one broken workflow.
#ifndef DSR_TESTS_UNIT_WORKFLOW_CHECKER_PROBE_H_
#define DSR_TESTS_UNIT_WORKFLOW_CHECKER_PROBE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/workflow/definitions.h"
#include "unit/workflow/good_definitions.h"

namespace dsr {

// Returns the findings about `text`, printed, under the good policy and templates.
inline std::vector<std::string> Check(const std::string& text) {
  std::vector<std::string> lines;
  for (const Finding& finding :
       CheckWorkflowText("good.textproto", text, GoodPolicy(), GoodTemplates())) {
    lines.push_back(ToString(finding));
  }
  return lines;
}

// Matches a finding on the line where `part` begins in `text` (0 for the file) that says `reason`.
inline auto Finds(const std::string& text, absl::string_view part, absl::string_view reason) {
  const int line = part.empty() ? 0 : LineOf(text, part);
  return testing::Contains(
      testing::AllOf(testing::StartsWith(absl::StrCat("good.textproto:", line, ": ")),
                     testing::HasSubstr(std::string(reason))));
}

// Replaces the first `old_part` after `anchor`.
inline std::string ReplacedAfter(const std::string& text, absl::string_view anchor,
                                 absl::string_view old_part, absl::string_view new_part) {
  const int line = LineOf(text, anchor);  // ends the test program when it is not there
  EXPECT_GT(line, 0);
  const size_t at = text.find(std::string(anchor));
  return text.substr(0, at) + Replaced(text.substr(at), old_part, new_part);
}

// Where the good workflow's transitions begin.
inline constexpr absl::string_view kVerified =
    "transitions {\n  from: \"verifying\"\n  trigger: TRIGGER_IDENTITY_VERIFIED";
inline constexpr absl::string_view kRefusedIdentity =
    "transitions {\n  from: \"verifying\"\n  trigger: TRIGGER_IDENTITY_REFUSED";
inline constexpr absl::string_view kAssessed =
    "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_ASSESSED";
inline constexpr absl::string_view kProposed =
    "transitions {\n  from: \"assessing\"\n  trigger: TRIGGER_REFUSAL_PROPOSED";
inline constexpr absl::string_view kApproved =
    "transitions {\n  from: \"approving\"\n  trigger: TRIGGER_REFUSAL_APPROVED";
inline constexpr absl::string_view kRejected =
    "transitions {\n  from: \"approving\"\n  trigger: TRIGGER_REFUSAL_REJECTED";
inline constexpr absl::string_view kErased = "transitions {\n  from: \"erasing\"";
inline constexpr absl::string_view kRetentionEnd =
    "transitions {\n  from: \"retaining\"\n  trigger: TRIGGER_TIMER";
inline constexpr absl::string_view kClosing =
    "transitions {\n  from: \"retaining\"\n  trigger: TRIGGER_FACTS_CHANGED";
inline constexpr absl::string_view kDeadline =
    "transitions {\n  from_unanswered: true\n  trigger: TRIGGER_TIMER\n  timer: \"deadline\"";

// Returns the good workflow with `more` after it.
inline std::string With(absl::string_view more) { return absl::StrCat(GoodWorkflowText(), more); }

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_CHECKER_PROBE_H_
