#include "delivery/curl_pool.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace dsr {
namespace {

// Tells whether nothing was sent to us while the connection was idle. What was would be taken for
// the answer to the next request; libcurl 7.88 does not look.
bool IsQuiet(CURL* handle) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK ||
      socket == CURL_SOCKET_BAD) {
    return true;  // nothing is open
  }
  pollfd idle = {.fd = socket, .events = POLLIN, .revents = 0};
  return poll(&idle, 1, 0) == 0;
}

}  // namespace

CurlHandle CurlPool::Take(absl::string_view endpoint, absl::Time now) {
  CurlHandle handle;
  std::vector<CurlHandle> expired;  // destroyed after the lock is given up
  {
    MutexLock lock(mutex_);
    expired = Expire(now);
    const auto found = std::find_if(idle_.begin(), idle_.end(),
                                    [&](const Idle& idle) { return idle.endpoint == endpoint; });
    if (found == idle_.end()) return nullptr;
    handle = std::move(found->handle);
    idle_.erase(found);
  }
  if (!IsQuiet(handle.get())) return nullptr;
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
