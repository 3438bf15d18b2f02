// What all tests of the Store contract share: a store of the backend under test, in a directory of
// its own.
#ifndef DSR_TESTS_CONTRACT_STORE_CONTRACT_H_
#define DSR_TESTS_CONTRACT_STORE_CONTRACT_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "contract/request_sample.h"
#include "dsr/store/store.h"
#include "google/protobuf/util/message_differencer.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {

MATCHER_P(EqualsProto, expected, "equals the message") {
  return google::protobuf::util::MessageDifferencer::Equals(arg, expected);
}

// An implementation of the contract, and how its store in a directory is opened.
struct Backend {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Store>>(const TempDir&, const Clock&)> open;
};

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

// Every backend there is; each test runs over each of them.
std::vector<Backend> AllBackends();

// The name of a test's backend, for INSTANTIATE_TEST_SUITE_P.
std::string NameOfBackend(const ::testing::TestParamInfo<Backend>& backend);

// The time at which the tests begin.
inline const absl::Time kNow = absl::FromUnixSeconds(1'780'000'000);

class StoreContract : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    store_.reset();
    DSR_ASSERT_OK_AND_ASSIGN(store_, GetParam().open(dir_, clock_));
  }

  absl::Status Write(const std::function<absl::Status(Transaction&)>& body) {
    return TransactAndWait(*store_, body);
  }

  absl::Status Write(const DecisionWrite& write) {
    return Write([&](Transaction& transaction) { return transaction.WriteDecision(write); });
  }

  // Reads one value; a failure fails the test.
  template <class Function>
  auto Read(Function function) {
    decltype(function(std::declval<ReadView&>())) result = absl::UnknownError("not read");
    const absl::Status status = store_->Read([&](ReadView& view) {
      result = function(view);
      return absl::OkStatus();
    });
    EXPECT_THAT(status, IsOk());
    return result;
  }

  TempDir dir_;
  SimulatedClock clock_{kNow};
  std::unique_ptr<Store> store_;
};

}  // namespace dsr

#endif  // DSR_TESTS_CONTRACT_STORE_CONTRACT_H_
