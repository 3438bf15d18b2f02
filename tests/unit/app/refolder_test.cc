#include "app/refolder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <vector>

#include "dsr/base/status_macros.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::SizeIs;

// What the row of a request would be if an older program had made it.
void MakeStale(const World& world) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(world.dir.File("dsr.db").c_str(), &database), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(database,
                   "UPDATE requests SET fold_version = 1, course = X'', channel = '', team = ''",
                   nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_close(database);
}

std::vector<SlaRow> Scan(World& world) {
  std::vector<SlaRow> rows;
  EXPECT_THAT(world.store->Read([&](ReadView& view) {
    return view.ScanSla(absl::InfinitePast(), absl::InfiniteFuture(), [&](const SlaRow& row) {
      rows.push_back(row);
      return absl::OkStatus();
    });
  }),
              IsOk());
  return rows;
}

TEST(RefolderTest, MakesTheRowsOfAnOlderProgramAnewFromTheEvents) {
  World world;
  const RequestId id = world.FileOne("access", "account-1");
  ASSERT_THAT(world.Execute(id, AssignRequest{"kim"}, world.As("caseworker")), IsOk());
  const std::vector<SlaRow> before = Scan(world);
  ASSERT_THAT(before, SizeIs(1));
  MakeStale(world);
  ASSERT_EQ(Scan(world)[0].course.phases_size(), 0);

  EXPECT_THAT(RefoldStaleRequests(*world.store), IsOkAndHolds(1));

  const std::vector<SlaRow> after = Scan(world);
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(after[0].course.SerializeAsString(), before[0].course.SerializeAsString());
  EXPECT_EQ(after[0].course.owners(0).owner(), "kim");
  EXPECT_THAT(RefoldStaleRequests(*world.store), IsOkAndHolds(0));
  // It goes on as before.
  EXPECT_THAT(world.Execute(id, WithdrawRequest{}, world.As("caseworker")), IsOk());
}

}  // namespace
}  // namespace dsr
