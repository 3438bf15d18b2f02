#include "rpc/held_refusals.h"

namespace dsr {
namespace {

constexpr absl::Duration kLeastPause = absl::Milliseconds(250);
constexpr uint32_t kPauseRange = 500;  // milliseconds
constexpr int64_t kMostHeld = 2048;
constexpr int64_t kMostHeldBytes = int64_t{16} << 20;

}  // namespace

absl::Duration HeldRefusals::NextPause() {
  // Prime to the range, so that it visits all of it before it comes back.
  constexpr uint32_t kStride = 309;
  return kLeastPause + absl::Milliseconds(pauses_++ * kStride % kPauseRange);
}

HeldRefusals::Place HeldRefusals::Hold(int64_t message_bytes) {
  MutexLock lock(mutex_);
  if (calls_ >= kMostHeld || bytes_ + message_bytes > kMostHeldBytes) return nullptr;
  ++calls_;
  bytes_ += message_bytes;
  return Place(this, [this, message_bytes](const void*) {
    MutexLock held(mutex_);
    --calls_;
    bytes_ -= message_bytes;
  });
}

}  // namespace dsr
