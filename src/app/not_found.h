// The one NOT_FOUND.
#ifndef DSR_APP_NOT_FOUND_H_
#define DSR_APP_NOT_FOUND_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dsr {

// NOT_FOUND RESOURCE_NOT_FOUND: the same for what does not exist and for what the caller may not
// see. Metadata `resource`: `name` where it has the form of a name of ours, nothing otherwise.
absl::Status ResourceNotFound(absl::string_view name);

}  // namespace dsr

#endif  // DSR_APP_NOT_FOUND_H_
