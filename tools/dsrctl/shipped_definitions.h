// The policy and the calendars that dsrd ships with, compiled in.
#ifndef DSR_TOOLS_DSRCTL_SHIPPED_DEFINITIONS_H_
#define DSR_TOOLS_DSRCTL_SHIPPED_DEFINITIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// As text, as the files under workflows/ have it.
absl::string_view ShippedPolicy();
const std::vector<std::string>& ShippedCalendars();

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_SHIPPED_DEFINITIONS_H_
