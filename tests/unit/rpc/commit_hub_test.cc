#include "rpc/commit_hub.h"

#include <gtest/gtest.h>

namespace dsr {
namespace {

TEST(CommitHubTest, RingsThoseWhoWaitForWhatWasCommitted) {
  CommitHub hub;
  int orders = 0;
  int payment = 0;
  int any = 0;
  const auto first = hub.Subscribe("systems/orders", [&] { ++orders; });
  const auto second = hub.Subscribe("recipients/payment", [&] { ++payment; });
  const auto third = hub.Subscribe(CommitHub::kAny, [&] { ++any; });

  hub.OnCommitted(CommitHints{.systems = {"systems/orders", "systems/profile"}});
  hub.OnCommitted(CommitHints{.recipients = {"recipients/payment"}});
  hub.OnCommitted(CommitHints());

  EXPECT_EQ(orders, 1);
  EXPECT_EQ(payment, 1);
  EXPECT_EQ(any, 3);
}

TEST(CommitHubTest, AnEndedSubscriptionIsNotRung) {
  CommitHub hub;
  int rings = 0;
  {
    const auto subscription = hub.Subscribe("systems/orders", [&] { ++rings; });
  }

  hub.OnCommitted(CommitHints{.systems = {"systems/orders"}});

  EXPECT_EQ(rings, 0);
}

TEST(CommitHubTest, ARingMayEndItsOwnSubscription) {
  CommitHub hub;
  int rings = 0;
  std::unique_ptr<CommitHub::Subscription> subscription;
  subscription = hub.Subscribe("systems/orders", [&] {
    ++rings;
    subscription.reset();
  });

  hub.OnCommitted(CommitHints{.systems = {"systems/orders"}});
  hub.OnCommitted(CommitHints{.systems = {"systems/orders"}});

  EXPECT_EQ(rings, 1);
}

TEST(CommitHubTest, ClosingRingsEveryone) {
  CommitHub hub;
  int rings = 0;
  const auto first = hub.Subscribe("systems/orders", [&] { ++rings; });
  const auto second = hub.Subscribe(CommitHub::kAny, [&] { ++rings; });
  EXPECT_FALSE(hub.is_closed());

  hub.Close();

  EXPECT_TRUE(hub.is_closed());
  EXPECT_EQ(rings, 2);
}

}  // namespace
}  // namespace dsr
