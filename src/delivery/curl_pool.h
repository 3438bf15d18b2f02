// Open connections to recipients' endpoints, kept for the next transfer.
#ifndef DSR_DELIVERY_CURL_POOL_H_
#define DSR_DELIVERY_CURL_POOL_H_

#include <cstddef>
#include <list>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "delivery/curl_transfer.h"
#include "dsr/base/mutex.h"

namespace dsr {

// Keeps the handles of transfers that succeeded, each with its connection, by the endpoint that it
// leads to. A handle is either here or in one transfer's hands. What was not used for kMostIdleTime
// is closed at the next call, and the one that waited longest when there are too many. Thread-safe;
// does not block.
class CurlPool {
 public:
  static constexpr size_t kMostIdle = 128;
  static constexpr absl::Duration kMostIdleTime = absl::Seconds(30);

  // Returns the handle for `endpoint` that was given back last; null when there is none, or the
  // peer has sent something on its connection since, or closed it.
  CurlHandle Take(absl::string_view endpoint, absl::Time now);

  // Keeps a handle, which has no settings of its last transfer any more.
  void Give(absl::string_view endpoint, CurlHandle handle, absl::Time now);

 private:
  struct Idle {
    std::string endpoint;
    CurlHandle handle;
    absl::Time since;
  };

  // Takes out what is to be closed; the caller closes it without the lock.
  std::vector<CurlHandle> Expire(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  // The one that was given back last comes first.
  std::list<Idle> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_DELIVERY_CURL_POOL_H_
