#include "rpc/held_refusals.h"

namespace dsr {
namespace {

constexpr int64_t kMostHeld = 2048;
constexpr int64_t kMostHeldBytes = int64_t{16} << 20;

}  // namespace

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
