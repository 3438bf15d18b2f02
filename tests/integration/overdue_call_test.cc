// Calls that take too long.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "integration/bad_input.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Requests = v1::RequestService;

constexpr int kCapSeconds = 1;

// Another process that holds the data file's write lock, as a careless person with a database tool
// does: nothing is committed until it ends.
class StrayWriter {
 public:
  explicit StrayWriter(const std::string& data_dir) {
    sqlite3_open(absl::StrCat(data_dir, "/dsrd.db").c_str(), &database_);
    is_holding_ =
        sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  ~StrayWriter() { sqlite3_close(database_); }

  bool is_holding() const { return is_holding_; }
  void Release() { sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr); }

 private:
  sqlite3* database_ = nullptr;
  bool is_holding_ = false;
};

class OverdueCallTest : public BadInputTest {
 protected:
  OverdueCallTest() : BadInputTest(kCapSeconds) {}
};

TEST_F(OverdueCallTest, ACallWithoutADeadlineEndsAtTheServersCap) {
  StrayWriter writer(server_.data_dir());
  ASSERT_TRUE(writer.is_holding());
  const v1::CreateRequestRequest call = DeletionCall();
  grpc::ClientContext context;
  context.AddMetadata("authorization", server_.Authorization("intake-tool"));
  v1::Request out;

  const absl::Status status =
      FromGrpc(Requests::NewStub(server_.channel())->CreateRequest(&context, call, &out));

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_DEADLINE_PASSED));
  writer.Release();
  EXPECT_THAT(File(call), IsOk());
  EXPECT_EQ(OpenRequests(), 1);
}

}  // namespace
}  // namespace dsr
