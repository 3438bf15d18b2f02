#include <memory>
#include <utility>

#include "dsr/base/mutex.h"
#include "dsr/store/store.h"

namespace dsr {
namespace {

// Shared with `done`, which may still be in it when the waiting thread goes on.
struct Outcome {
  Mutex mutex;
  CondVar changed;
  bool is_known ABSL_GUARDED_BY(mutex) = false;
  absl::Status status ABSL_GUARDED_BY(mutex);
};

}  // namespace

absl::Status TransactAndWait(Store& store, Store::Body body) {
  const auto outcome = std::make_shared<Outcome>();
  store.Transact(std::move(body), [outcome](absl::Status status) {
    MutexLock lock(outcome->mutex);
    outcome->status = std::move(status);
    outcome->is_known = true;
    outcome->changed.NotifyOne();
  });
  MutexLock lock(outcome->mutex);
  while (!outcome->is_known) outcome->changed.Wait(outcome->mutex);
  return std::move(outcome->status);
}

}  // namespace dsr
