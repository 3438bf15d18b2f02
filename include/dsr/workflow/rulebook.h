// The definitions that rule one request, checked and ready to decide by.
#ifndef DSR_WORKFLOW_RULEBOOK_H_
#define DSR_WORKFLOW_RULEBOOK_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/v1/policy.pb.h"
#include "dsr/v1/request.pb.h"
#include "dsr/v1/workflow.pb.h"
#include "dsr/workflow/deadline_rule.h"

namespace dsr {

// A clock that runs for requests of one type.
struct RunningClock {
  DeadlineRule rule;
  std::vector<std::string> regions;  // see IsInRegions
};

// Workflow, policy, calendar and templates, exactly as a request pinned them. Immutable and shared
// by all requests with the same pins. Thread-safe.
struct Rulebook {
  v1::Pins pins;
  v1::Workflow workflow;  // fragments merged
  v1::Policy policy;
  v1::TemplateSet templates;
  WorkingCalendar calendar;
  absl::TimeZone zone;
  // By which answers of this type are due: the policy's first, which runs in every region.
  std::vector<RunningClock> clocks;

  // Returns the state of that name, or null.
  const v1::State* FindState(absl::string_view name) const;
  // Returns the category of that name, or null.
  const v1::Category* FindCategory(absl::string_view name) const;
  // Returns the template in `language`, in zh-CN where that language has none, or null.
  const v1::Template* FindTemplate(absl::string_view id, absl::string_view language) const;
  // Returns the layout of exactly `language`, or null: then there is no HTML.
  const v1::HtmlLayout* FindLayout(absl::string_view language) const;
};

// Returns the IANA zone of that name, such as `Asia/Shanghai`. Errors: INSTALLATION_INVALID
// (FAILED_PRECONDITION) when it does not load.
absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view name);

// Returns a calendar as days are counted by it.
WorkingCalendar ToWorkingCalendar(const v1::Calendar& calendar);

// Builds a rulebook from definitions that passed the checker; `pins` are taken over as they are.
// Errors: INSTALLATION_INVALID (FAILED_PRECONDITION) when the policy's zone does not load.
absl::StatusOr<std::shared_ptr<const Rulebook>> MakeRulebook(const v1::Pins& pins,
                                                             const v1::Workflow& workflow,
                                                             const v1::Policy& policy,
                                                             const v1::Calendar& calendar,
                                                             const v1::TemplateSet& templates);

}  // namespace dsr

#endif  // DSR_WORKFLOW_RULEBOOK_H_
