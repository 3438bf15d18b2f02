#include "scheduler/timer_scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "contract/request_sample.h"
#include "dsr/base/proto_time.h"
#include "testing/running_core.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using storage::v1::Event;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kDefinitions[] = DSR_SOURCE_DIR "/workflows";

class TimerSchedulerTest : public ::testing::Test {
 protected:
  TimerSchedulerTest() { Start(TimerScheduler::Limits()); }
  ~TimerSchedulerTest() override { Stop(); }

  void Start(const TimerScheduler::Limits& limits) {
    core_ = std::make_unique<RunningCore>(folder_.path(), kDefinitions, clock_);
    core_->AddShop();
    Schedule(limits);
  }
  void Schedule(const TimerScheduler::Limits& limits) {
    scheduler_ = std::make_unique<TimerScheduler>(
        TimerScheduler::Parts{core_->store(), clock_, core_->executor()}, limits);
    core_->commits().Add(scheduler_.get());
  }
  void StopScheduler() {
    if (scheduler_ == nullptr) return;
    core_->commits().Remove(scheduler_.get());
    scheduler_.reset();
  }
  void Stop() {
    StopScheduler();
    core_.reset();
  }

  // A copy request that waits for a caseworker, so that only its deadline moves.
  RequestId FileVerified(absl::string_view account = "account-1") {
    const RequestId request = core_->File("copy", account);
    core_->ResolveContact(request);
    core_->Verify(request);
    return request;
  }

  void Advance(absl::Duration duration) {
    clock_.Advance(duration);
    scheduler_->AwaitIdle();
  }

  absl::Time DueOf(const RequestId& request, absl::string_view timer) {
    const storage::v1::RequestRecord record = core_->Record(request);
    for (const auto& pending : record.state().timers()) {
      if (pending.name() == std::string(timer)) return FromTimestamp(pending.due_time());
    }
    ADD_FAILURE() << "no timer " << timer;
    return absl::InfinitePast();
  }

  // The names of the timers that fired, in order.
  std::vector<std::string> Fired(const RequestId& request) {
    std::vector<std::string> names;
    for (const Event& event : core_->Events(request)) {
      if (event.has_timer_ended() && event.timer_ended().fired()) {
        names.push_back(event.timer_ended().name());
      }
    }
    return names;
  }

  TempDir folder_;
  SimulatedClock clock_{
      absl::FromCivil(absl::CivilSecond(2026, 3, 2, 2, 0, 0), absl::UTCTimeZone())};
  std::unique_ptr<RunningCore> core_;
  std::unique_ptr<TimerScheduler> scheduler_;
};

TEST_F(TimerSchedulerTest, FiresReminderEscalationAndBreachOnceEachOnTheirDays) {
  const RequestId request = FileVerified();
  const absl::Time reminder = DueOf(request, "reminder");
  const absl::Time escalation = DueOf(request, "escalation");
  const absl::Time deadline = DueOf(request, "deadline");

  for (int day = 0; day < 20; ++day) Advance(absl::Hours(24));

  EXPECT_THAT(Fired(request), ElementsAre("reminder", "escalation", "deadline"));
  std::vector<absl::Time> escalated;
  int breaches = 0;
  for (const Event& event : core_->Events(request)) {
    if (event.has_request_escalated()) escalated.push_back(FromTimestamp(event.time()));
    if (event.has_request_breached()) ++breaches;
  }
  ASSERT_EQ(escalated.size(), 3u);
  EXPECT_TRUE(escalated[0] >= reminder && escalated[0] < reminder + absl::Hours(24));
  EXPECT_TRUE(escalated[1] >= escalation && escalated[1] < escalation + absl::Hours(24));
  EXPECT_TRUE(escalated[2] >= deadline && escalated[2] < deadline + absl::Hours(24));
  EXPECT_EQ(breaches, 1);
}

TEST_F(TimerSchedulerTest, FiresNoTimerBeforeItsDueTime) {
  const RequestId request = FileVerified();
  const absl::Time due = DueOf(request, "reminder");

  clock_.SetTime(due - absl::Microseconds(1));
  scheduler_->AwaitIdle();
  EXPECT_THAT(Fired(request), IsEmpty());

  Advance(absl::Microseconds(1));
  EXPECT_THAT(Fired(request), ElementsAre("reminder"));
}

TEST_F(TimerSchedulerTest, WaitsForATimerThatBeganAfterItLastLooked) {
  scheduler_->AwaitIdle();
  const RequestId request = core_->File("copy", "account-1");

  clock_.SetTime(DueOf(request, "verification-cutoff"));
  scheduler_->AwaitIdle();

  EXPECT_THAT(Fired(request), ElementsAre("reminder", "escalation", "verification-cutoff"));
  EXPECT_EQ(core_->Record(request).state().request().response().outcome(),
            v1::OUTCOME_NOT_VERIFIED);
}

TEST_F(TimerSchedulerTest, FiresAllOverdueTimersInDueOrderWhenTheClockStepsFarForward) {
  const RequestId request = FileVerified();

  Advance(absl::Hours(24 * 400));

  EXPECT_THAT(Fired(request), ElementsAre("reminder", "escalation", "deadline"));
  EXPECT_TRUE(core_->Record(request).state().request().breached());
}

TEST_F(TimerSchedulerTest, FiresNoTimerTwiceWhenTheClockStepsBackAndComesAgain) {
  const RequestId request = FileVerified();
  clock_.SetTime(DueOf(request, "reminder"));
  scheduler_->AwaitIdle();
  ASSERT_THAT(Fired(request), ElementsAre("reminder"));

  Advance(-absl::Hours(24));
  Advance(absl::Hours(25));

  EXPECT_THAT(Fired(request), ElementsAre("reminder"));
}

TEST_F(TimerSchedulerTest, FiresATimerAtItsDueTimeAfterTheClockSteppedBack) {
  const RequestId request = FileVerified();
  const absl::Time due = DueOf(request, "reminder");
  clock_.SetTime(due - absl::Hours(1));
  scheduler_->AwaitIdle();

  Advance(-absl::Hours(24));
  EXPECT_THAT(Fired(request), IsEmpty());
  Advance(absl::Hours(25));

  EXPECT_THAT(Fired(request), ElementsAre("reminder"));
}

TEST_F(TimerSchedulerTest, FiresNothingWhileTheClockIsFrozenThoughWorkGoesOn) {
  const RequestId request = FileVerified();
  clock_.SetTime(DueOf(request, "reminder") - absl::Microseconds(1));

  for (int i = 0; i < 10; ++i)
    ASSERT_THAT(core_->Execute(request, AssignRequest{absl::StrCat("kim-", i)}), IsOk());
  scheduler_->AwaitIdle();

  EXPECT_THAT(Fired(request), IsEmpty());
}

TEST_F(TimerSchedulerTest, WhateverStepsTheClockMakesNoTimerFiresEarlyTwiceOrNever) {
  constexpr uint64_t kSeed = 20261129;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  std::map<std::string, absl::Time> due;
  std::vector<RequestId> requests;
  for (int i = 0; i < 8; ++i) {
    requests.push_back(FileVerified(absl::StrCat("account-", i)));
    for (const char* timer : {"reminder", "escalation", "deadline"})
      due[requests.back().ToString() + timer] = DueOf(requests.back(), timer);
    clock_.Advance(absl::Hours(7));
  }
  absl::Time latest = clock_.Now();
  std::map<std::string, int> fired;
  const auto look = [&] {
    scheduler_->AwaitIdle();
    latest = std::max(latest, clock_.Now());
    fired.clear();
    for (const RequestId& request : requests) {
      for (const std::string& name : Fired(request)) ++fired[request.ToString() + name];
    }
    for (const auto& [key, times] : fired) {
      EXPECT_EQ(times, 1) << key;
      EXPECT_LE(due.at(key), latest) << key;
    }
  };

  const absl::Duration steps[] = {absl::Hours(24),  -absl::Hours(24), absl::Hours(31),
                                  absl::Minutes(3), -absl::Hours(2),  absl::ZeroDuration()};
  for (int step = 0; step < 60; ++step) {
    clock_.Advance(steps[random() % std::size(steps)]);
    if (step % 7 == 0) {
      ASSERT_THAT(core_->Execute(requests[random() % requests.size()], AssignRequest{"kim"}),
                  IsOk());
    }
    look();
  }
  clock_.Advance(absl::Hours(24 * 400));
  look();

  EXPECT_EQ(fired.size(), due.size());
}

TEST_F(TimerSchedulerTest, FindsTimersThatFellDueWhileTheServerWasDown) {
  const RequestId request = FileVerified();
  Stop();

  clock_.Advance(absl::Hours(24 * 30));
  Start(TimerScheduler::Limits());
  scheduler_->AwaitIdle();

  EXPECT_THAT(Fired(request), ElementsAre("reminder", "escalation", "deadline"));
}

TEST_F(TimerSchedulerTest, DrainsMoreTimersThanItReadsAtOnce) {
  std::vector<RequestId> requests;
  for (int i = 0; i < 20; ++i) {
    requests.push_back(core_->File("copy", absl::StrCat("account-", i)));
  }
  StopScheduler();
  clock_.Advance(absl::Hours(24 * 30));

  Schedule({.in_flight = 3, .batch = 7});
  scheduler_->AwaitIdle();

  for (const RequestId& request : requests) {
    EXPECT_THAT(Fired(request), ElementsAre("reminder", "escalation", "verification-cutoff"));
  }
}

TEST_F(TimerSchedulerTest, RetriesAFailingCommandLaterWithoutHoldingUpOtherRequests) {
  const RequestId sound = FileVerified();
  // Its definitions are unknown, so that no command about it can be decided.
  RequestSample broken(1, clock_.Now());
  const absl::Time due = DueOf(sound, "reminder");
  broken.AddTimer("reminder", due - absl::Seconds(1));
  ASSERT_THAT(TransactAndWait(core_->store(),
                              [&](Transaction& transaction) {
                                return transaction.WriteDecision(broken.NextDecision(clock_.Now()));
                              }),
              IsOk());
  const auto broken_timers = [&] { return core_->Record(broken.id()).state().timers_size(); };
  const int timers_before = broken_timers();

  clock_.SetTime(due);
  scheduler_->AwaitIdle();
  EXPECT_THAT(Fired(sound), ElementsAre("reminder"));
  EXPECT_EQ(broken_timers(), timers_before);

  *broken.request().mutable_pins() = core_->Record(sound).state().request().pins();
  broken.request().mutable_pins()->mutable_workflow()->CopyFrom(
      core_->rulebooks().files().Ref(DefinitionKind::kWorkflow, "deletion"));
  ASSERT_THAT(TransactAndWait(core_->store(),
                              [&](Transaction& transaction) {
                                return transaction.WriteDecision(broken.NextDecision(clock_.Now()));
                              }),
              IsOk());
  scheduler_->AwaitIdle();
  EXPECT_EQ(broken_timers(), timers_before);

  Advance(absl::Seconds(10));
  EXPECT_EQ(broken_timers(), timers_before - 1);
}

TEST_F(TimerSchedulerTest, EndsWithTimersLeftThatTheNextStartFinds) {
  const RequestId request = FileVerified();
  scheduler_->Stop();

  clock_.SetTime(DueOf(request, "reminder"));
  EXPECT_THAT(Fired(request), IsEmpty());

  StopScheduler();
  Schedule(TimerScheduler::Limits());
  scheduler_->AwaitIdle();
  EXPECT_THAT(Fired(request), ElementsAre("reminder"));
}

}  // namespace
}  // namespace dsr
