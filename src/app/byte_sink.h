// Where bytes go, piece by piece.
#ifndef DSR_APP_BYTE_SINK_H_
#define DSR_APP_BYTE_SINK_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dsr {

// Takes the next bytes. An error ends the writing.
using ByteSink = std::function<absl::Status(absl::string_view bytes)>;

}  // namespace dsr

#endif  // DSR_APP_BYTE_SINK_H_
