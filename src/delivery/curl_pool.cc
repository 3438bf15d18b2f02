#include "delivery/curl_pool.h"

#include <algorithm>
#include <utility>

namespace dsr {

CurlHandle CurlPool::Take(absl::string_view endpoint, absl::Time now) {
  std::vector<CurlHandle> expired;  // destroyed after the lock is given up
  MutexLock lock(mutex_);
  expired = Expire(now);
  const auto found = std::find_if(idle_.begin(), idle_.end(),
                                  [&](const Idle& idle) { return idle.endpoint == endpoint; });
  if (found == idle_.end()) return nullptr;
  CurlHandle handle = std::move(found->handle);
  idle_.erase(found);
  return handle;
}

void CurlPool::Give(absl::string_view endpoint, CurlHandle handle, absl::Time now) {
  if (handle == nullptr) return;
  std::vector<CurlHandle> expired;
  MutexLock lock(mutex_);
  idle_.push_front(Idle{std::string(endpoint), std::move(handle), now});
  expired = Expire(now);
}

std::vector<CurlHandle> CurlPool::Expire(absl::Time now) {
  std::vector<CurlHandle> expired;
  while (!idle_.empty() &&
         (idle_.size() > kMostIdle || now - idle_.back().since >= kMostIdleTime)) {
    expired.push_back(std::move(idle_.back().handle));
    idle_.pop_back();
  }
  return expired;
}

}  // namespace dsr
