// Events of a request, told in words.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_EVENTS_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_EVENTS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "dsr/v1/request_service.pb.h"
#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// Returns the detail `name` of `event`; empty when it has none.
std::string DetailOf(const v1::RequestEvent& event, absl::string_view name);

// Returns `FEE_GROUND_REPEATED` without `prefix` as words: `repeated`.
std::string EnumWords(absl::string_view value, absl::string_view prefix);

// Returns the mark of an event that tells all about itself; nothing for those that a reader of the
// timeline does not miss, such as timers. An unknown kind is told by its name.
std::optional<Mark> MarkOf(const v1::RequestEvent& event);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_EVENTS_H_
