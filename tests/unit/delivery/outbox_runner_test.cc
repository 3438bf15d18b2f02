#include "delivery/outbox_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "testing/running_core.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::SizeIs;

constexpr char kSlow[] = "recipients/slow";
constexpr char kQuick[] = "recipients/quick";

// Attempts that a test watches and holds. Thread-safe.
class WatchedAttempts {
 public:
  explicit WatchedAttempts(const Clock& clock) : clock_(clock) {}

  // Leaves the item to its claim, which is longer than the tests.
  absl::Time Attempt(const OutboxItem& item) {
    MutexLock lock(mutex_);
    Begun& begun = begun_[item.lane];
    begun.times.push_back(clock_.Now());
    begun.most_at_once = std::max(begun.most_at_once, ++begun.under_way);
    changed_.NotifyAll();
    while (held_ == item.lane) changed_.Wait(mutex_);
    --begun.under_way;
    return absl::InfiniteFuture();
  }
  void Hold(const std::string& recipient) {
    MutexLock lock(mutex_);
    held_ = recipient;
    changed_.NotifyAll();
  }
  void Release() { Hold(""); }

  // When attempts for `recipient` were begun.
  std::vector<absl::Time> Times(const std::string& recipient) {
    MutexLock lock(mutex_);
    return begun_[recipient].times;
  }
  int MostAtOnce(const std::string& recipient) {
    MutexLock lock(mutex_);
    return begun_[recipient].most_at_once;
  }
  // Blocks until `count` attempts for `recipient` were begun.
  void Await(const std::string& recipient, size_t count) {
    MutexLock lock(mutex_);
    while (begun_[recipient].times.size() < count) changed_.Wait(mutex_);
  }

 private:
  struct Begun {
    std::vector<absl::Time> times;
    int under_way = 0;
    int most_at_once = 0;
  };

  const Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  std::string held_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Begun> begun_ ABSL_GUARDED_BY(mutex_);
};

class OutboxRunnerTest : public ::testing::Test {
 protected:
  OutboxRunnerTest() : core_(folder_.path(), DSR_SOURCE_DIR "/workflows", clock_) {
    core_.AddShop();
    core_.AddRecipient(kSlow);
    core_.AddRecipient(kQuick);
  }
  ~OutboxRunnerTest() override { attempts_.Release(); }

  // Makes `count` notices for each of `recipients`.
  void MakeNotices(int count, const std::vector<std::string>& recipients) {
    for (int i = 0; i < count; ++i) {
      const std::string account = absl::StrCat("account-", ++accounts_);
      storage::v1::RequestFiled filed;
      filed.add_categories("recommendation");
      filed.mutable_deletion();
      const RequestId request = core_.File("deletion", account, std::move(filed));
      for (const std::string& recipient : recipients) {
        core_.AddDisclosure(account, recipient, absl::StrCat("reference of ", account));
      }
      core_.ResolveContact(request);
      core_.Verify(request);
      ASSERT_THAT(core_.Execute(request, AssessRequest{}), IsOk());
      ASSERT_THAT(core_.Execute(request, ConfirmPlan{}), IsOk());
    }
  }

  void SetLimits(const std::string& recipient, const LaneLimits& limits) {
    MutexLock lock(mutex_);
    limits_[recipient] = limits;
  }
  int Asked(const std::string& recipient) {
    MutexLock lock(mutex_);
    return asked_[recipient];
  }

  void Start(int threads = 8) {
    const auto limits = [this](const std::string& recipient) {
      MutexLock lock(mutex_);
      ++asked_[recipient];
      return limits_[recipient];
    };
    runner_ = std::make_unique<OutboxRunner>(
        core_.store(), clock_,
        OutboxOptions{.kind = OutboxKind::kNotice, .threads = threads, .limits = limits},
        [this](const OutboxItem& item) { return attempts_.Attempt(item); });
  }

  // Lets `duration` pass once the threads wait for it: the one that claims, and the one that keeps
  // the pace.
  void Pass(absl::Duration duration) {
    clock_.AwaitWaiters(2);
    clock_.Advance(duration);
  }

  TempDir folder_;
  SimulatedClock clock_{
      absl::FromCivil(absl::CivilSecond(2026, 3, 2, 2, 0, 0), absl::UTCTimeZone())};
  RunningCore core_;
  int accounts_ = 0;
  Mutex mutex_;
  std::map<std::string, LaneLimits> limits_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> asked_ ABSL_GUARDED_BY(mutex_);
  WatchedAttempts attempts_{clock_};
  std::unique_ptr<OutboxRunner> runner_;
};

TEST_F(OutboxRunnerTest, BeginsNoMoreAttemptsInASecondThanTheRecipientTakes) {
  MakeNotices(5, {kSlow});
  SetLimits(kSlow, {.concurrent = 4, .per_second = 2});
  Start();
  attempts_.Await(kSlow, 1);

  for (size_t count = 2; count <= 5; ++count) {
    Pass(absl::Milliseconds(499));
    EXPECT_THAT(attempts_.Times(kSlow), SizeIs(count - 1));
    Pass(absl::Milliseconds(1));
    attempts_.Await(kSlow, count);
  }

  runner_->AwaitIdle();
  const std::vector<absl::Time> times = attempts_.Times(kSlow);
  ASSERT_THAT(times, SizeIs(5));
  for (size_t i = 1; i < times.size(); ++i) {
    EXPECT_EQ(times[i] - times[i - 1], absl::Milliseconds(500));
  }
}

TEST_F(OutboxRunnerTest, KeepsThePaceAlsoWhenNothingWaitsInBetween) {
  MakeNotices(1, {kSlow});
  SetLimits(kSlow, {.concurrent = 4, .per_second = 1});
  Start();
  attempts_.Await(kSlow, 1);
  runner_->AwaitIdle();

  MakeNotices(1, {kSlow});
  runner_->Wake();
  Pass(absl::Milliseconds(999));
  EXPECT_THAT(attempts_.Times(kSlow), SizeIs(1));
  Pass(absl::Milliseconds(1));
  attempts_.Await(kSlow, 2);
}

TEST_F(OutboxRunnerTest, DelaysNoOtherRecipientByOneThatHasAPace) {
  MakeNotices(6, {kSlow, kQuick});
  SetLimits(kSlow, {.concurrent = 4, .per_second = 1});
  Start();

  attempts_.Await(kQuick, 6);
  attempts_.Await(kSlow, 1);

  EXPECT_THAT(attempts_.Times(kSlow), SizeIs(1));
}

TEST_F(OutboxRunnerTest, KeepsThePaceOfEachRecipient) {
  MakeNotices(3, {kSlow, kQuick});
  SetLimits(kSlow, {.concurrent = 1, .per_second = 1});
  SetLimits(kQuick, {.concurrent = 1, .per_second = 4});
  Start();
  attempts_.Await(kSlow, 1);
  attempts_.Await(kQuick, 1);

  Pass(absl::Milliseconds(250));
  attempts_.Await(kQuick, 2);
  Pass(absl::Milliseconds(250));
  attempts_.Await(kQuick, 3);
  EXPECT_THAT(attempts_.Times(kSlow), SizeIs(1));
  Pass(absl::Milliseconds(500));
  attempts_.Await(kSlow, 2);
}

TEST_F(OutboxRunnerTest, GoesOnWhenTheClockIsSetBack) {
  MakeNotices(2, {kSlow});
  SetLimits(kSlow, {.concurrent = 1, .per_second = 1});
  Start();
  attempts_.Await(kSlow, 1);

  Pass(-absl::Hours(1));

  attempts_.Await(kSlow, 2);
}

TEST_F(OutboxRunnerTest, GivesEachRecipientAsManyAttemptsAtOnceAsItTakes) {
  MakeNotices(6, {kSlow, kQuick});
  SetLimits(kSlow, {.concurrent = 3});
  SetLimits(kQuick, {.concurrent = 1});
  attempts_.Hold(kSlow);
  Start();

  attempts_.Await(kSlow, 3);
  attempts_.Await(kQuick, 6);
  attempts_.Release();
  runner_->AwaitIdle();

  EXPECT_EQ(attempts_.MostAtOnce(kSlow), 3);
  EXPECT_EQ(attempts_.MostAtOnce(kQuick), 1);
}

TEST_F(OutboxRunnerTest, GivesNoRecipientMoreThanHalfOfTheThreads) {
  MakeNotices(6, {kSlow, kQuick});
  SetLimits(kSlow, {.concurrent = 64});
  attempts_.Hold(kSlow);
  Start(/*threads=*/4);

  attempts_.Await(kSlow, 2);
  attempts_.Await(kQuick, 6);
  attempts_.Release();
  runner_->AwaitIdle();

  EXPECT_EQ(attempts_.MostAtOnce(kSlow), 2);
}

TEST_F(OutboxRunnerTest, AsksAgainForLimitsThatHaveChanged) {
  MakeNotices(12, {kSlow});
  SetLimits(kSlow, {.concurrent = 2, .per_second = 1});
  Start();
  attempts_.Await(kSlow, 1);

  SetLimits(kSlow, {.concurrent = 2});
  for (size_t count = 2; count <= 6; ++count) {
    Pass(absl::Seconds(1));
    attempts_.Await(kSlow, count);
  }
  // After five seconds: the rest comes at once.
  attempts_.Await(kSlow, 12);

  EXPECT_EQ(Asked(kSlow), 2);
}

TEST_F(OutboxRunnerTest, EndsWhileARecipientWaitsForItsTurn) {
  MakeNotices(3, {kSlow});
  SetLimits(kSlow, {.concurrent = 1, .per_second = 1});
  Start();
  attempts_.Await(kSlow, 1);

  runner_->Stop();

  EXPECT_THAT(attempts_.Times(kSlow), SizeIs(1));
}

}  // namespace
}  // namespace dsr
