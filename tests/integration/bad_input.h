// What the tests of bad input have in common.
#ifndef DSR_TESTS_INTEGRATION_BAD_INPUT_H_
#define DSR_TESTS_INTEGRATION_BAD_INPUT_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "integration/shop.h"
#include "integration/test_server.h"

namespace dsr {

// The fields that a status names as wrong.
std::vector<std::string> FieldsOf(const absl::Status& status);

// A server that nobody has used yet.
class BadInputTest : public ::testing::Test {
 protected:
  explicit BadInputTest(int call_seconds = 30) : server_("", call_seconds) {}

  // Files as the intake tool does; may fail.
  absl::StatusOr<v1::Request> File(const v1::CreateRequestRequest& call);
  // -1 when the server does not tell.
  int64_t OpenRequests();

  TestServer server_;
  Shop shop_{server_};
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_BAD_INPUT_H_
