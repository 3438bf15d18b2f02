#include "app/command_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "app/refusal_audit.h"
#include "app/stored_status.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "google/protobuf/util/message_differencer.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class CommandExecutorTest : public ::testing::Test {
 protected:
  // A request for access, verified and ready to be assessed.
  RequestId Assessable() {
    world_.AddSystem("members", {"account"});
    const RequestId id = world_.FileOne("access", "account-1");
    v1::TaskResult contact;
    contact.mutable_contact()->set_channel("email");
    contact.mutable_contact()->set_address("on-file@example.com");
    EXPECT_THAT(world_.CompleteNext("systems/members", contact), IsOk());
    world_.Verify(id);
    return id;
  }

  std::vector<std::string> Kinds(const RequestId& id) {
    std::vector<std::string> kinds;
    for (const StoredEvent& stored : world_.Events(id)) {
      storage::v1::Event event;
      EXPECT_TRUE(event.ParseFromString(stored.clear));
      const auto* oneof = storage::v1::Event::descriptor()->FindOneofByName("payload");
      kinds.push_back(event.GetReflection()->GetOneofFieldDescriptor(event, oneof)->name());
    }
    return kinds;
  }

  static void SortChildren(storage::v1::RequestRecord& record) {
    const auto by_name = [](const auto& a, const auto& b) { return a.name() < b.name(); };
    std::sort(record.mutable_tasks()->begin(), record.mutable_tasks()->end(), by_name);
    std::sort(record.mutable_notices()->begin(), record.mutable_notices()->end(), by_name);
    std::sort(record.mutable_messages()->begin(), record.mutable_messages()->end(), by_name);
  }

  void ExpectRowsAreTheFoldOfEvents(const RequestId& id) {
    storage::v1::RequestRecord folded;
    for (const StoredEvent& stored : world_.Events(id)) {
      storage::v1::Event event;
      ASSERT_TRUE(event.ParseFromString(stored.clear));
      Evolve(folded, event);
    }
    // Rows come by id, which tells nothing about order within a millisecond.
    storage::v1::RequestRecord rows = world_.Record(id);
    SortChildren(folded);
    SortChildren(rows);
    MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(folded, rows)) << difference;
  }

  World world_;
};

TEST_F(CommandExecutorTest, FilesARequestWithItsDeadlineTimerAndFirstEvents) {
  const RequestId id = world_.FileOne("access", "account-1");

  const storage::v1::RequestRecord record = world_.Record(id);
  EXPECT_EQ(record.state().request().type(), "access");
  EXPECT_EQ(record.state().request().phase(), v1::PHASE_VERIFICATION);
  EXPECT_FALSE(record.state().timers().empty());
  EXPECT_EQ(Kinds(id).front(), "request_filed");
  ExpectRowsAreTheFoldOfEvents(id);
}

TEST_F(CommandExecutorTest, GivesTheStoredAnswerToARepeatedCallAndChangesNothing) {
  const CallContext context = world_.As("intake");
  DSR_ASSERT_OK_AND_ASSIGN(const ExecutionResult first,
                           world_.File(World::Filed("access", "account-1"), context));
  DSR_ASSERT_OK_AND_ASSIGN(const RequestId id, ParseRequestName(first.answer));
  const size_t events = world_.Events(id).size();

  DSR_ASSERT_OK_AND_ASSIGN(const ExecutionResult second,
                           world_.File(World::Filed("access", "account-1"), context));

  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(second.answer, first.answer);
  EXPECT_THAT(world_.Events(id), SizeIs(events));
}

TEST_F(CommandExecutorTest, RefusesAKeyThatIsUsedWithOtherArguments) {
  CallContext context = world_.As("intake");
  ASSERT_THAT(world_.File(World::Filed("access", "account-1"), context), IsOk());

  context.fingerprint = world_.secrets.Fingerprint("Method", "other arguments");

  EXPECT_THAT(world_.File(World::Filed("copy", "account-1"), context),
              ReasonIs(v1::ERROR_REASON_IDEMPOTENCY_KEY_REUSED));
}

TEST_F(CommandExecutorTest, KeepsTheKeysOfCallersApart) {
  const CallContext first = world_.As("intake-a");
  CallContext second = world_.As("intake-b");
  second.idempotency_key = first.idempotency_key;
  ASSERT_THAT(world_.File(World::Filed("access", "account-1"), first), IsOk());

  DSR_ASSERT_OK_AND_ASSIGN(const ExecutionResult result,
                           world_.File(World::Filed("access", "account-1"), second));

  EXPECT_FALSE(result.replayed);
}

TEST_F(CommandExecutorTest, StoresARejectionAsTheAnswerOfItsKey) {
  const RequestId id = world_.FileOne("access", "account-1");
  const CallContext context = world_.As("caseworker");

  const absl::Status first = world_.Execute(id, AssessRequest{}, context).status();
  EXPECT_THAT(first, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Kinds(id), Contains("action_rejected"));
  const size_t events = world_.Events(id).size();

  const absl::Status second = world_.Execute(id, AssessRequest{}, context).status();
  EXPECT_EQ(second, first);
  EXPECT_THAT(world_.Events(id), SizeIs(events));
  ExpectRowsAreTheFoldOfEvents(id);
}

TEST_F(CommandExecutorTest, StoresTheRejectionOfAFilingThoughNoRequestExists) {
  storage::v1::RequestFiled filed = World::Filed("access", "account-1");
  filed.add_categories("no-such-category");
  const CallContext context = world_.As("intake");

  const absl::Status first = world_.File(filed, context).status();
  EXPECT_THAT(first, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_EQ(world_.File(filed, context).status(), first);
}

TEST_F(CommandExecutorTest, RefusesATypeThatNoWorkflowServes) {
  EXPECT_THAT(world_.File(World::Filed("dance", "account-1"), world_.As("intake")),
              ReasonIs(v1::ERROR_REASON_REQUEST_TYPE_UNKNOWN));
}

TEST_F(CommandExecutorTest, RefusesAnotherEtagAndLeavesALeafOfIt) {
  const RequestId id = Assessable();
  CallContext context = world_.As("caseworker");
  context.etag = "v1";
  const size_t events = world_.Events(id).size();

  EXPECT_THAT(world_.Execute(id, AssessRequest{}, context), StatusIs(absl::StatusCode::kAborted));

  EXPECT_THAT(world_.Events(id), SizeIs(events));
  const storage::v1::AuditRecord refusal = world_.AuditRecords().back();
  EXPECT_EQ(refusal.kind(), "call_refused");
  EXPECT_EQ(refusal.actor(), "caseworker");
  EXPECT_EQ(refusal.about(), RequestName(id));
  EXPECT_EQ(refusal.reason(), v1::ERROR_REASON_ETAG_MISMATCH);
}

TEST_F(CommandExecutorTest, AcceptsTheEtagThatWasRead) {
  const RequestId id = Assessable();
  CallContext context = world_.As("caseworker");
  context.etag = EtagOf(world_.Record(id).state());

  EXPECT_THAT(world_.Execute(id, AssessRequest{}, context), IsOk());
  EXPECT_EQ(world_.Record(id).state().request().state(), "collecting");
}

TEST_F(CommandExecutorTest, FiresOverdueTimersBeforeTheCommandInDueOrder) {
  const RequestId id = Assessable();
  const absl::Time due = FromTimestamp(world_.Record(id).state().request().due_time());
  world_.clock.SetTime(due);

  // The identity's proof has run out by then too, so the command itself is rejected.
  (void)world_.Execute(id, AssignRequest{"kim"}, world_.As("caseworker"));

  const storage::v1::RequestState state = world_.Record(id).state();
  EXPECT_TRUE(state.request().breached());
  EXPECT_EQ(state.request().escalation_level(), 3);
  std::vector<std::string> fired;
  for (const StoredEvent& stored : world_.Events(id)) {
    storage::v1::Event event;
    ASSERT_TRUE(event.ParseFromString(stored.clear));
    if (event.timer_ended().fired()) fired.push_back(event.timer_ended().name());
  }
  EXPECT_THAT(fired, ::testing::ElementsAre("reminder", "escalation", "deadline"));
  EXPECT_EQ(Kinds(id).back(), "request_assigned");
  ExpectRowsAreTheFoldOfEvents(id);
}

TEST_F(CommandExecutorTest, FiresNothingForATimerThatIsNotDue) {
  const RequestId id = world_.FileOne("access", "account-1");
  const storage::v1::PendingTimer timer = world_.Record(id).state().timers(0);
  const size_t events = world_.Events(id).size();

  EXPECT_THAT(world_.Execute(id, FireTimer{timer.name(), FromTimestamp(timer.due_time())},
                             CallContext{.principal = SchedulerPrincipal()}),
              IsOk());

  EXPECT_THAT(world_.Events(id), SizeIs(events));
}

TEST_F(CommandExecutorTest, EventTimesNeverGoBack) {
  const RequestId id = Assessable();
  const absl::Time last = FromTimestamp(world_.Record(id).state().last_event_time());
  world_.clock.SetTime(last - absl::Hours(5));

  ASSERT_THAT(world_.Execute(id, AssignRequest{"kim"}, world_.As("caseworker")), IsOk());

  EXPECT_EQ(FromTimestamp(world_.Record(id).state().last_event_time()), last);
}

TEST_F(CommandExecutorTest, AnUnknownRequestIsNotFoundAndAudited) {
  const RequestId id = world_.ids.Next<RequestId>();

  EXPECT_THAT(world_.Execute(id, AssessRequest{}, world_.As("caseworker")),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_EQ(world_.AuditRecords().back().about(), RequestName(id));
}

TEST_F(CommandExecutorTest, WhatTheStateForbidsIsAnEventOnceHoweverOftenItIsRepeated) {
  const RequestId id = world_.FileOne("access", "account-1");
  const size_t events = world_.Events(id).size();
  const CallContext context = world_.As("caseworker");

  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(world_.Execute(id, AssessRequest{}, context),
                ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
  }

  ASSERT_THAT(world_.Events(id), SizeIs(events + 1));
  EXPECT_EQ(Kinds(id).back(), "action_rejected");
  EXPECT_THAT(world_.AuditRecords(), IsEmpty());
}

TEST_F(CommandExecutorTest, WhatIsWrongInItselfIsNoLeaf) {
  const size_t before = world_.AuditRecords().size();

  EXPECT_THAT(world_.File(World::Filed("dance", "account-1"), world_.As("intake")),
              StatusIs(absl::StatusCode::kInvalidArgument));

  EXPECT_THAT(world_.AuditRecords(), SizeIs(before));
}

TEST_F(CommandExecutorTest, AWorkerReportsOnItsOwnTasksOnly) {
  world_.AddSystem("members", {"account"});
  const RequestId id = world_.FileOne("access", "account-1");
  const std::optional<LeasedTask> lease = world_.Lease("systems/members");
  ASSERT_TRUE(lease.has_value());
  PlannedCommand planned;
  planned.request = id;
  planned.command = CompleteTask{lease->task, {}};
  planned.lease_token = lease->lease_token;

  EXPECT_THAT(world_.executor->ExecuteAndWait(planned, world_.AsSystem("systems/orders")),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_THAT(world_.executor->ExecuteAndWait(planned, world_.As("caseworker")),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  planned.lease_token = std::string(16, 'x');
  EXPECT_THAT(world_.executor->ExecuteAndWait(planned, world_.AsSystem("systems/members")),
              ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_EQ(world_.AuditRecords().back().reason(), v1::ERROR_REASON_LEASE_LOST);
  planned.lease_token = lease->lease_token;
  EXPECT_THAT(world_.executor->ExecuteAndWait(planned, world_.AsSystem("systems/members")), IsOk());
  // Accepted once: another key is told that it has ended.
  EXPECT_THAT(world_.executor->ExecuteAndWait(planned, world_.AsSystem("systems/members")),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_F(CommandExecutorTest, AFailedTaskComesBackAfterADelay) {
  world_.AddSystem("members", {"account"});
  const RequestId id = world_.FileOne("access", "account-1");
  const std::optional<LeasedTask> lease = world_.Lease("systems/members");
  ASSERT_TRUE(lease.has_value());
  PlannedCommand planned;
  planned.request = id;
  planned.command = FailTask{.id = lease->task, .code = "timeout"};
  planned.lease_token = lease->lease_token;

  ASSERT_THAT(world_.executor->ExecuteAndWait(planned, world_.AsSystem("systems/members")), IsOk());

  EXPECT_FALSE(world_.Lease("systems/members").has_value());
  world_.clock.Advance(absl::Seconds(10));
  EXPECT_TRUE(world_.Lease("systems/members").has_value());
}

TEST_F(CommandExecutorTest, OnlyDsrdFiresTimersAndDeliversMessages) {
  const RequestId id = world_.FileOne("access", "account-1");
  const storage::v1::PendingTimer timer = world_.Record(id).state().timers(0);

  EXPECT_THAT(world_.Execute(id, FireTimer{timer.name(), FromTimestamp(timer.due_time())},
                             world_.As("operator")),
              ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  EXPECT_EQ(world_.AuditRecords().back().reason(), v1::ERROR_REASON_ROLE_MISSING);
}

TEST_F(CommandExecutorTest, OneAccountIsOneSubjectHoweverManyFileAtOnce) {
  std::vector<std::string> answers;
  Mutex mutex;
  CondVar changed;
  for (int i = 0; i < 20; ++i) {
    world_.executor->File(World::Filed("access", "account-1"), world_.As("intake"),
                          [&](absl::StatusOr<ExecutionResult> result) {
                            MutexLock lock(mutex);
                            answers.push_back(result.ok() ? result->answer : "failed");
                            changed.NotifyAll();
                          });
  }
  {
    MutexLock lock(mutex);
    while (answers.size() < 20) changed.Wait(mutex);
  }

  std::set<std::string> subjects;
  for (const std::string& answer : answers) {
    DSR_ASSERT_OK_AND_ASSIGN(const RequestId id, ParseRequestName(answer));
    subjects.insert(world_.Record(id).state().subject_id());
  }
  EXPECT_THAT(subjects, SizeIs(1));
}

TEST_F(CommandExecutorTest, NoPersonalByteIsInTheFiles) {
  const RequestId id = Assessable();
  ASSERT_THAT(World::Wait([&](ExecutionDone done) {
                world_.executor->PrepareAndExecute(
                    [id](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
                      storage::v1::Event event;
                      event.mutable_request_withdrawn()->set_reason("reason-canary");
                      DSR_ASSIGN_OR_RETURN(PreparedContent prepared,
                                           sealer.Prepare(id, std::move(event)));
                      PlannedCommand planned;
                      planned.request = id;
                      planned.command = WithdrawRequest{};
                      planned.content = std::move(prepared.content);
                      return planned;
                    },
                    world_.As("caseworker"), std::move(done));
              }),
              IsOk());

  const std::string bytes = world_.FileBytes();
  for (const char* canary :
       {"account-1", "Wang Xiaoming", "wang@example.com", "on-file@", "reason-canary"}) {
    EXPECT_THAT(bytes, Not(HasSubstr(canary))) << canary;
  }
  ExpectRowsAreTheFoldOfEvents(id);
}

TEST_F(CommandExecutorTest, TheFullViewHasWhatWasSealed) {
  const RequestId id = Assessable();

  ASSERT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const storage::v1::RequestRecord full, world_.reader->ReadFull(view, id));
    const v1::Request& request = full.state().request();
    EXPECT_EQ(request.subject_account(), "account-1");
    EXPECT_EQ(request.requester().display_name(), "Wang Xiaoming");
    EXPECT_EQ(request.contact().address(), "on-file@example.com");
    EXPECT_THAT(world_.reader->SubjectAccount(view, id), IsOkAndHolds("account-1"));
    return absl::OkStatus();
  }),
              IsOk());
}

TEST_F(CommandExecutorTest, ADestroyedKeyClosesThePersonalDataForEver) {
  const RequestId id = Assessable();
  ASSERT_THAT(world_.keys->Destroy(world_.Record(id).state().key_number()), IsOk());

  EXPECT_THAT(world_.store->Read(
                  [&](ReadView& view) { return world_.reader->ReadFull(view, id).status(); }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(world_.Execute(id, AssignRequest{"kim"}, world_.As("caseworker")), IsOk());
}

TEST(StoredStatusTest, ComesBackWithAllItsDetails) {
  const absl::Status status = MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "name", "is wrong");

  EXPECT_EQ(DecodeStatus(EncodeStatus(status)), status);
  EXPECT_THAT(DecodeStatus("\xff\xff"), StatusIs(absl::StatusCode::kInternal));
}

TEST(StoredStatusTest, LeavesOutThatAnErrorIsInTheAuditLog) {
  const absl::Status status = MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "name", "is wrong");

  EXPECT_TRUE(IsMarkedAudited(MarkAudited(status)));
  EXPECT_FALSE(IsMarkedAudited(status));
  EXPECT_EQ(DecodeStatus(EncodeStatus(MarkAudited(status))), status);
}

}  // namespace
}  // namespace dsr
