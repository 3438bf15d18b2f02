#include "dsr/base/thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <string>
#include <utility>

#include "dsr/base/mutex.h"

namespace dsr {
namespace {

std::string NameOfThreadStartedAs(absl::string_view name) {
  std::string seen(32, '\0');
  Thread thread(name, [&] { pthread_getname_np(pthread_self(), seen.data(), seen.size()); });
  thread.Join();
  return seen.c_str();
}

TEST(ThreadTest, BearsItsName) { EXPECT_EQ(NameOfThreadStartedAs("scheduler"), "scheduler"); }

TEST(ThreadTest, BearsTheBeginningOfANameThatIsTooLong) {
  EXPECT_EQ(NameOfThreadStartedAs("notice-dispatcher"), "notice-dispatch");
}

TEST(ThreadTest, IsJoinedWhenItIsDestroyed) {
  std::atomic<bool> is_done = false;
  {
    const Thread thread("worker", [&] { is_done = true; });
  }
  EXPECT_TRUE(is_done);
}

TEST(ThreadTest, JoinsTheThreadThatIsReplaced) {
  std::atomic<int> done = 0;
  Thread thread("first", [&] { ++done; });

  thread = Thread("second", [&] { ++done; });
  EXPECT_GE(done, 1);

  Thread moved = std::move(thread);
  moved.Join();
  EXPECT_EQ(done, 2);
}

TEST(ThreadTest, DoesNothingWhenEmptyOrJoinedTwice) {
  Thread empty;
  empty.Join();

  int runs = 0;
  Thread thread("once", [&] { ++runs; });
  thread.Join();
  thread.Join();
  EXPECT_EQ(runs, 1);
}

TEST(MutexTest, LetsOneThreadInAtATime) {
  Mutex mutex;
  int count = 0;
  {
    const auto add = [&] {
      for (int i = 0; i < 10000; ++i) {
        MutexLock lock(mutex);
        ++count;
      }
    };
    const Thread first("first", add);
    const Thread second("second", add);
  }
  EXPECT_EQ(count, 20000);
}

TEST(MutexTest, IsNotTakenTwice) {
  Mutex mutex;
  bool is_taken = true;
  MutexLock lock(mutex);

  Thread("other", [&] {
    if (mutex.TryLock()) {
      mutex.Unlock();
    } else {
      is_taken = false;
    }
  }).Join();

  EXPECT_FALSE(is_taken);
}

TEST(CondVarTest, WakesEveryWaiter) {
  Mutex mutex;
  CondVar changed;
  bool is_open = false;
  int passed = 0;
  const auto pass = [&] {
    MutexLock lock(mutex);
    while (!is_open) changed.Wait(mutex);
    ++passed;
  };
  {
    const Thread first("first", pass);
    const Thread second("second", pass);
    {
      MutexLock lock(mutex);
      is_open = true;
    }
    changed.NotifyAll();
  }
  EXPECT_EQ(passed, 2);
}

}  // namespace
}  // namespace dsr
