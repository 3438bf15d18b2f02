// Where a package is written: sealed chunks in the store.
#ifndef DSR_APP_PACKAGE_SINK_H_
#define DSR_APP_PACKAGE_SINK_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/base/clock.h"
#include "dsr/base/crypto.h"
#include "dsr/store/store.h"

namespace dsr {

// How long the packager's lease lasts beyond its latest sign of life.
inline constexpr absl::Duration kPackagerLease = absl::Seconds(30);

// Cuts bytes into chunks of 64 KiB, seals each and appends it to the task's package, renewing the
// task's lease with it: a packager that lost its lease cannot spoil what its successor writes. Not
// thread-safe; blocks on the database.
class PackageSink {
 public:
  // All but `task` outlives this.
  PackageSink(Store& store, const Clock& clock, const SecretKey& key, const LeasedTask& task)
      : store_(store), clock_(clock), key_(key), task_(task) {}

  // Removes what an earlier attempt left behind. First of all.
  absl::Status Begin();
  absl::Status Write(absl::string_view bytes);
  // Writes the last chunk. Last of all.
  absl::Status Finish();

  // After Finish: of the whole package.
  const std::string& sha256() const { return sha256_; }
  int64_t size_bytes() const { return size_bytes_; }

 private:
  absl::Status Flush();

  Store& store_;
  const Clock& clock_;
  const SecretKey& key_;
  const LeasedTask task_;
  Sha256Stream hash_;
  std::string pending_;
  int64_t size_bytes_ = 0;
  std::string sha256_;
};

}  // namespace dsr

#endif  // DSR_APP_PACKAGE_SINK_H_
