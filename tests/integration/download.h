// Downloads of packages.
#ifndef DSR_TESTS_INTEGRATION_DOWNLOAD_H_
#define DSR_TESTS_INTEGRATION_DOWNLOAD_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/v1/request.pb.h"
#include "integration/api_client.h"

namespace dsr {

// What a download gave.
struct Download {
  absl::Status status;
  std::string bytes;
  v1::Package package;
};

// Downloads the package of `request`, from `offset` on.
Download FetchPackage(const ApiClient& server, absl::string_view principal,
                      const std::string& request, const std::string& grant, int64_t offset = 0);

// The grant that a message brings: its one word of 26 characters. Fails the test when there is
// none.
std::string GrantIn(absl::string_view mail);

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_DOWNLOAD_H_
