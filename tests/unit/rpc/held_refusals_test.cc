#include "rpc/held_refusals.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace dsr {
namespace {

TEST(HeldRefusals, HoldNoMoreCallsThanThereArePlaces) {
  HeldRefusals held;
  std::vector<HeldRefusals::Place> places;
  while (places.size() < 10'000) {
    HeldRefusals::Place place = held.Hold(100);
    if (place == nullptr) break;
    places.push_back(std::move(place));
  }
  EXPECT_EQ(places.size(), 2048u);

  places.pop_back();

  EXPECT_NE(held.Hold(100), nullptr);
}

TEST(HeldRefusals, HoldNoMoreBytesThanThereIsRoomFor) {
  HeldRefusals held;
  const HeldRefusals::Place first = held.Hold(int64_t{16} << 20);
  ASSERT_NE(first, nullptr);

  EXPECT_EQ(held.Hold(1), nullptr);
}

TEST(HeldRefusals, ThoseThatCameTogetherDoNotLeaveTogether) {
  HeldRefusals held;
  std::set<absl::Duration> pauses;
  for (int i = 0; i < 500; ++i) pauses.insert(held.NextPause());

  EXPECT_EQ(pauses.size(), 500u);
  EXPECT_GE(*pauses.begin(), absl::Milliseconds(250));
  EXPECT_LT(*pauses.rbegin(), absl::Milliseconds(750));
}

}  // namespace
}  // namespace dsr
