// What no call's message may exceed, whatever is in it.
#ifndef DSR_RPC_SIZE_CHECKS_H_
#define DSR_RPC_SIZE_CHECKS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace dsr {

// The longest text: a workflow to be checked. Other fields have less, as their comments say.
inline constexpr size_t kMostTextBytes = 256 << 10;
// The longest list of any field; most have 1000 or less.
inline constexpr int kMostEntries = 10'000;

// Looks at each text and list of `message`, at any depth, before a method does: what a method does
// not look at is bounded, too. Errors: INVALID_ARGUMENT FIELD_INVALID or LIST_TOO_LONG, naming the
// first field that is too large.
absl::Status CheckSizes(const google::protobuf::Message& message);

}  // namespace dsr

#endif  // DSR_RPC_SIZE_CHECKS_H_
