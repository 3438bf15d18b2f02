#include "dsr/base/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "dsr/base/thread.h"
#include "testing/simulated_clock.h"

namespace dsr {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1772294400);

// A thread that waits until a moment or until it is told to stop.
struct Sleeper {
  explicit Sleeper(Clock& clock, absl::Time deadline)
      : thread("sleeper", [this, &clock, deadline] {
          MutexLock lock(mutex);
          while (!stopped && clock.Now() < deadline) clock.WaitUntil(changed, mutex, deadline);
          woke_at = clock.Now();
        }) {}

  void Stop() {
    MutexLock lock(mutex);
    stopped = true;
    changed.NotifyAll();
  }

  Mutex mutex;
  CondVar changed;
  bool stopped ABSL_GUARDED_BY(mutex) = false;
  absl::Time woke_at ABSL_GUARDED_BY(mutex);
  Thread thread;
};

absl::Time WakeTime(Sleeper& sleeper) {
  sleeper.thread.Join();
  MutexLock lock(sleeper.mutex);
  return sleeper.woke_at;
}

TEST(SimulatedClockTest, StandsStillUntilItIsMoved) {
  SimulatedClock clock(kStart);
  EXPECT_EQ(clock.Now(), kStart);

  clock.Advance(absl::Hours(1));
  EXPECT_EQ(clock.Now(), kStart + absl::Hours(1));

  clock.SetTime(kStart - absl::Hours(24));
  EXPECT_EQ(clock.Now(), kStart - absl::Hours(24));
}

TEST(SimulatedClockTest, WakesAWaiterWhenItsDeadlineComesAndNotBefore) {
  SimulatedClock clock(kStart);
  Sleeper sleeper(clock, kStart + absl::Minutes(10));
  clock.AwaitWaiters(1);

  clock.Advance(absl::Minutes(9));
  clock.Advance(absl::Minutes(1));

  EXPECT_EQ(WakeTime(sleeper), kStart + absl::Minutes(10));
}

TEST(SimulatedClockTest, ReturnsAtOnceWhenTheDeadlineHasPassed) {
  SimulatedClock clock(kStart);
  Mutex mutex;
  CondVar condition;
  MutexLock lock(mutex);

  clock.WaitUntil(condition, mutex, kStart);

  EXPECT_EQ(clock.Now(), kStart);
}

TEST(SimulatedClockTest, LeavesAWaiterToItsOwnNotification) {
  SimulatedClock clock(kStart);
  Sleeper sleeper(clock, absl::InfiniteFuture());
  clock.AwaitWaiters(1);

  sleeper.Stop();

  EXPECT_EQ(WakeTime(sleeper), kStart);
}

TEST(SimulatedClockTest, LosesNoWakeUpWhenManyWaitWhileItMoves) {
  for (int round = 0; round < 50; ++round) {
    SimulatedClock clock(kStart);
    std::vector<std::unique_ptr<Sleeper>> sleepers;
    for (int i = 1; i <= 8; ++i) {
      sleepers.push_back(std::make_unique<Sleeper>(clock, kStart + absl::Seconds(i)));
    }

    for (int i = 0; i < 8; ++i) clock.Advance(absl::Seconds(1));

    for (const auto& sleeper : sleepers) {
      EXPECT_LE(WakeTime(*sleeper), kStart + absl::Seconds(8));
    }
  }
}

TEST(SystemClockTest, IsMovedByItsOffset) {
  const SystemClock clock;
  const SystemClock ahead(absl::Hours(24 * 400));

  EXPECT_GT(clock.Now(), kStart - absl::Hours(24 * 365 * 5));
  EXPECT_GE(ahead.Now(), clock.Now() + absl::Hours(24 * 399));
}

TEST(SystemClockTest, ReturnsAtOnceWhenTheDeadlineHasPassed) {
  SystemClock clock;
  Mutex mutex;
  CondVar condition;
  MutexLock lock(mutex);

  clock.WaitUntil(condition, mutex, absl::InfinitePast());

  EXPECT_FALSE(clock.Now() < absl::InfinitePast());
}

TEST(SystemClockTest, WaitsUntilTheDeadline) {
  SystemClock clock;
  const absl::Time deadline = clock.Now() + absl::Milliseconds(2);
  Sleeper sleeper(clock, deadline);

  EXPECT_GE(WakeTime(sleeper), deadline);
}

TEST(SystemClockTest, WakesOnANotification) {
  SystemClock clock;
  Sleeper sleeper(clock, absl::InfiniteFuture());

  sleeper.Stop();

  EXPECT_LT(WakeTime(sleeper), absl::InfiniteFuture());
}

}  // namespace
}  // namespace dsr
