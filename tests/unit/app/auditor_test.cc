#include "app/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// Alters the database behind dsrd's back, as someone with access to the machine can. Nothing else
// runs meanwhile.
class AuditorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.FileOne("access", "account-1");
    world_.FileOne("copy", "account-2");
  }

  v1::VerifyLogResponse VerifyAfter(const std::string& statement) {
    const std::string path = world_.dir.File("dsr.db");
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    EXPECT_EQ(sqlite3_changes(database) > 0, !statement.empty());
    sqlite3_close(database);
    absl::StatusOr<v1::VerifyLogResponse> verified = VerifyLog(*world_.store);
    EXPECT_THAT(verified, IsOk());
    return *std::move(verified);
  }

  World world_;
};

TEST_F(AuditorTest, FindsNothingInALogThatNobodyTouched) {
  const v1::VerifyLogResponse verified = VerifyAfter("");

  EXPECT_TRUE(verified.intact());
  EXPECT_GT(verified.size(), 4);
}

TEST_F(AuditorTest, FindsTheRecordThatWasChanged) {
  const v1::VerifyLogResponse verified =
      VerifyAfter("UPDATE log SET clear = CAST(clear || x'00' AS BLOB) WHERE leaf = 1");

  EXPECT_FALSE(verified.intact());
  EXPECT_THAT(verified.damaged_leaves(), ElementsAre(1));
}

TEST_F(AuditorTest, FindsASealedBoxThatWasChanged) {
  const v1::VerifyLogResponse verified =
      VerifyAfter("UPDATE log SET sealed = x'0102' WHERE leaf = 0");

  EXPECT_THAT(verified.damaged_leaves(), ElementsAre(0));
}

TEST_F(AuditorTest, FindsALeafThatWasMadeToFitItsChangedRecord) {
  const v1::VerifyLogResponse verified =
      VerifyAfter("UPDATE log SET hash = zeroblob(32) WHERE leaf = 1");

  EXPECT_FALSE(verified.intact());
  EXPECT_THAT(verified.findings(), Not(IsEmpty()));
}

TEST_F(AuditorTest, FindsARequestThatClaimsOtherEventsThanItsLeaves) {
  const v1::VerifyLogResponse verified = VerifyAfter(
      "UPDATE log SET request_id = (SELECT max(request_id) FROM requests), sequence = 900 "
      "WHERE leaf = 1");

  EXPECT_FALSE(verified.intact());
  EXPECT_THAT(verified.findings(), Not(IsEmpty()));
}

TEST_F(AuditorTest, FindsEventsThatWereExchangedBetweenRequests) {
  const v1::VerifyLogResponse verified = VerifyAfter(
      "UPDATE log SET request_id = zeroblob(16) WHERE sequence = 2 AND request_id = "
      "(SELECT min(request_id) FROM requests);"
      "UPDATE log SET request_id = (SELECT min(request_id) FROM requests) "
      "WHERE sequence = 2 AND request_id = (SELECT max(request_id) FROM requests);"
      "UPDATE log SET request_id = (SELECT max(request_id) FROM requests) "
      "WHERE sequence = 2 AND request_id = zeroblob(16)");

  EXPECT_FALSE(verified.intact());
  EXPECT_THAT(verified.findings(), Not(IsEmpty()));
}

TEST_F(AuditorTest, FindsARequestThatIsGone) {
  const v1::VerifyLogResponse verified =
      VerifyAfter("DELETE FROM requests WHERE request_id = (SELECT min(request_id) FROM requests)");

  EXPECT_FALSE(verified.intact());
  EXPECT_THAT(verified.findings(), Not(IsEmpty()));
}

}  // namespace
}  // namespace dsr
