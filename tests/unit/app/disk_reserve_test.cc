#include "app/disk_reserve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>

#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

constexpr int64_t kBytes = 256 << 10;
// More than any disk has.
constexpr int64_t kTooMuch = int64_t{1} << 50;

class DiskReserveTest : public ::testing::Test {
 protected:
  std::unique_ptr<DiskReserve> Open(int64_t bytes) {
    auto reserve = DiskReserve::Open(Path(), bytes);
    EXPECT_THAT(reserve, IsOk());
    return *std::move(reserve);
  }
  std::string Path() const { return dir_.File("dsrd.reserve"); }
  // What the file takes of the disk.
  int64_t Allocated() const {
    struct stat status;
    EXPECT_EQ(stat(Path().c_str(), &status), 0);
    return static_cast<int64_t>(status.st_blocks) * 512;
  }

  TempDir dir_;
};

TEST_F(DiskReserveTest, TakesItsRoomAtOnce) {
  const auto reserve = Open(kBytes);

  EXPECT_GE(Allocated(), kBytes);
  EXPECT_FALSE(reserve->IsFull());
  EXPECT_THAT(reserve->CheckRoom(), IsOk());
}

TEST_F(DiskReserveTest, IsMadeAnewAsSoonAsThereIsRoom) {
  const auto reserve = Open(kBytes);

  reserve->OnDiskFull();
  EXPECT_LT(Allocated(), kBytes);

  // This disk has room, whatever was said.
  EXPECT_THAT(reserve->CheckRoom(), IsOk());
  EXPECT_GE(Allocated(), kBytes);
}

TEST_F(DiskReserveTest, WithoutRoomForItTheDiskIsFullFromTheBeginning) {
  const auto reserve = Open(kTooMuch);

  EXPECT_TRUE(reserve->IsFull());
  EXPECT_THAT(reserve->CheckRoom(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(reserve->CheckRoom(), ReasonIs(v1::ERROR_REASON_DISK_FULL));
  EXPECT_EQ(Allocated(), 0);
}

TEST_F(DiskReserveTest, OfNothingRefusesNothing) {
  Open(kBytes);
  const auto reserve = Open(0);

  reserve->OnDiskFull();

  EXPECT_THAT(reserve->CheckRoom(), IsOk());
  EXPECT_EQ(Allocated(), 0);
}

TEST_F(DiskReserveTest, OfAnotherSizeTakesThat) {
  Open(4 * kBytes);

  const auto reserve = Open(kBytes);

  EXPECT_GE(Allocated(), kBytes);
  EXPECT_LT(Allocated(), 4 * kBytes);
}

}  // namespace
}  // namespace dsr
