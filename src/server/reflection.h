// Server reflection, for development.
#ifndef DSR_SERVER_REFLECTION_H_
#define DSR_SERVER_REFLECTION_H_

#include "absl/status/status.h"

namespace dsr {

// Loads gRPC's library for reflection, which adds itself to every server that this process builds
// from now on; without this it is not in the process. Errors: FAILED_PRECONDITION
// INSTALLATION_INVALID when it is not installed.
absl::Status LoadReflection();

}  // namespace dsr

#endif  // DSR_SERVER_REFLECTION_H_
