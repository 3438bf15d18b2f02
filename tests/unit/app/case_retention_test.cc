#include "app/case_retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "app/integrity_checker.h"
#include "app/reporter.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "store/sqlite/database_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::Contains;

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Property;

// Of workflows/policy.textproto, and a day beyond.
constexpr absl::Duration kContentPeriod = absl::Hours(24 * 366);
constexpr absl::Duration kRecordPeriod = absl::Hours(24 * (3 * 365 + 3));

class CaseRetentionTest : public ::testing::Test {
 protected:
  CaseRetentionTest()
      : shredder_(*KeyShredder::Open(world_.dir.File("shreds"), *world_.store, *world_.keys,
                                     world_.secrets, world_.clock)) {}

  RetentionCounts Run() {
    const std::atomic<bool> closing = false;
    const absl::StatusOr<RetentionCounts> counts =
        CaseRetention::RunDue({.store = *world_.store,
                               .clock = world_.clock,
                               .rulebooks = *world_.rulebooks,
                               .shredder = *shredder_},
                              closing);
    EXPECT_THAT(counts, IsOk());
    return counts.value_or(RetentionCounts());
  }
  // One that is closed now.
  RequestId Closed(absl::string_view account) {
    const RequestId id = world_.FileOne("access", account);
    EXPECT_THAT(world_.Execute(id, WithdrawRequest{}, world_.As("caseworker")), IsOk());
    EXPECT_EQ(world_.Record(id).state().request().phase(), v1::PHASE_CLOSED);
    return id;
  }
  absl::Status Open(const RequestId& id) {
    return world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const storage::v1::RequestRecord record,
                           world_.reader->ReadFull(view, id));
      return record.state().request().subject_account().empty() ? absl::DataLossError("no account")
                                                                : absl::OkStatus();
    });
  }
  SubjectRecord SubjectOf(const RequestId& id) {
    SubjectRecord subject;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const storage::v1::RequestState state, view.FindRequest(id));
      DSR_ASSIGN_OR_RETURN(const SubjectId of, SubjectId::FromBytes(state.subject_id()));
      DSR_ASSIGN_OR_RETURN(subject, view.FindSubjectById(of));
      return absl::OkStatus();
    }),
                IsOk());
    return subject;
  }
  std::string PlacedHold() {
    v1::PlaceHoldRequest place;
    place.mutable_hold()->set_subject_account("account-1");
    place.mutable_hold()->set_ground(v1::HOLD_GROUND_LAWSUIT);
    place.mutable_hold()->set_law("Civil Procedure Law, article 84");
    place.mutable_hold()->set_reason("a lawsuit");
    const auto placed = World::Wait([&](ExecutionDone done) {
      world_.holds->Place(place, world_.As("officer"), std::move(done));
    });
    EXPECT_THAT(placed, IsOk());
    v1::Hold hold;
    EXPECT_TRUE(placed.ok() && hold.ParseFromString(placed->answer));
    return hold.name();
  }
  std::string Report(absl::Time as_of) {
    std::string bytes;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      SlaQuery query;
      query.zone = absl::FixedTimeZone(8 * 60 * 60);
      query.as_of = as_of;
      DSR_ASSIGN_OR_RETURN(const v1::SlaReport report, MakeSlaReport(view, query));
      bytes = report.SerializeAsString();
      return absl::OkStatus();
    }),
                IsOk());
    return bytes;
  }
  void ExpectIntactLog() {
    const absl::StatusOr<v1::VerifyLogResponse> verified = VerifyLog(*world_.store);
    ASSERT_THAT(verified, IsOk());
    EXPECT_TRUE(verified->intact()) << verified->DebugString();
  }

  World world_;
  std::unique_ptr<KeyShredder> shredder_;
};

TEST_F(CaseRetentionTest, ARequestTellsFromItsClosingOnUntilWhenItIsKept) {
  const RequestId id = Closed("account-1");

  const v1::Request request = world_.Record(id).state().request();
  const absl::Time closed = FromTimestamp(request.close_time());

  EXPECT_GT(FromTimestamp(request.content_end_time()), closed + absl::Hours(24 * 365));
  EXPECT_LE(FromTimestamp(request.content_end_time()), closed + absl::Hours(24 * 366));
  EXPECT_GT(FromTimestamp(request.record_end_time()), closed + absl::Hours(24 * 3 * 365));
}

TEST_F(CaseRetentionTest, TheKeyDiesWhenTheContentPeriodOfTheLastRequestIsOver) {
  const RequestId id = Closed("account-1");
  const int64_t number = world_.Record(id).state().key_number();
  world_.clock.Advance(kContentPeriod - absl::Hours(48));
  EXPECT_EQ(Run().keys_destroyed, 0);
  EXPECT_THAT(Open(id), IsOk());

  world_.clock.Advance(absl::Hours(48));
  EXPECT_EQ(Run().keys_destroyed, 2);

  EXPECT_TRUE(world_.keys->IsDestroyed(number));
  EXPECT_THAT(Open(id), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
  // What proves the request is still there.
  EXPECT_EQ(world_.Record(id).state().request().type(), "access");
  EXPECT_THAT(world_.Events(id), Not(IsEmpty()));
  EXPECT_THAT(world_.AuditRecords(),
              Contains(Property(&storage::v1::AuditRecord::kind, "subject_key_destroyed")));
  ExpectIntactLog();
  EXPECT_EQ(Run().keys_destroyed, 0) << "the second time";
}

TEST_F(CaseRetentionTest, AReturningPersonIsANewSubjectWithANewKey) {
  const RequestId first = Closed("account-1");
  world_.clock.Advance(kContentPeriod);
  Run();
  EXPECT_TRUE(SubjectOf(first).is_retired);

  const RequestId second = world_.FileOne("access", "account-1");

  EXPECT_NE(SubjectOf(second).id, SubjectOf(first).id);
  EXPECT_NE(world_.Record(second).state().key_number(), world_.Record(first).state().key_number());
  EXPECT_THAT(Open(second), IsOk());
  EXPECT_THAT(Open(first), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
}

TEST_F(CaseRetentionTest, TheKeyLivesWhileAnotherRequestOfTheSubjectNeedsIt) {
  const RequestId first = Closed("account-1");
  world_.clock.Advance(kContentPeriod - absl::Hours(24 * 10));
  const RequestId second = world_.FileOne("access", "account-1");
  world_.clock.Advance(absl::Hours(24 * 11));
  EXPECT_EQ(Run().keys_destroyed, 0);
  EXPECT_THAT(Open(first), IsOk());

  EXPECT_THAT(world_.Execute(second, WithdrawRequest{}, world_.As("caseworker")), IsOk());
  world_.clock.Advance(kContentPeriod);
  EXPECT_EQ(Run().keys_destroyed, 2);

  EXPECT_THAT(Open(first), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
  EXPECT_THAT(Open(second), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
}

TEST_F(CaseRetentionTest, WhatIsRegisteredOfACustomerOutlivesTheContentsOfItsRequests) {
  world_.AddRecipient("courier", "account-1", {"orders"});
  const RequestId id = Closed("account-1");
  world_.clock.Advance(kContentPeriod);

  EXPECT_EQ(Run().keys_destroyed, 1);

  EXPECT_THAT(Open(id), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
  const SubjectRecord subject = SubjectOf(id);
  EXPECT_FALSE(subject.is_retired);
  EXPECT_FALSE(world_.keys->IsDestroyed(subject.key_number));
  // The next request has a key of its own, and knows of the disclosure.
  const RequestId next = world_.FileOne("access", "account-1");
  EXPECT_EQ(SubjectOf(next).id, subject.id);
  EXPECT_THAT(Open(next), IsOk());
}

TEST_F(CaseRetentionTest, AHoldKeepsContentAndRecordUntilItIsLifted) {
  const RequestId id = Closed("account-1");
  const std::string hold = PlacedHold();
  world_.clock.Advance(kRecordPeriod);

  EXPECT_EQ(Run().keys_destroyed, 0);
  EXPECT_THAT(Open(id), IsOk());
  EXPECT_FALSE(world_.Record(id).state().request().has_purge_time());

  v1::LiftHoldRequest lift;
  lift.set_name(hold);
  ASSERT_THAT(World::Wait([&](ExecutionDone done) {
                world_.holds->Lift(lift, world_.As("officer"), std::move(done));
              }),
              IsOk());
  world_.clock.Advance(absl::Hours(25));
  EXPECT_EQ(Run().requests_purged, 1);
  EXPECT_TRUE(world_.Record(id).state().request().has_purge_time());
}

TEST_F(CaseRetentionTest, TheRecordIsPurgedToItsOutlineAfterThreeYears) {
  const RequestId id = Closed("account-1");
  const storage::v1::RequestState before = world_.Record(id).state();
  const absl::Time as_of = world_.clock.Now() + absl::Hours(1);
  world_.clock.Advance(kRecordPeriod - absl::Hours(24 * 5));
  EXPECT_EQ(Run().requests_purged, 0);
  const std::string report = Report(as_of);

  world_.clock.Advance(absl::Hours(24 * 5));
  EXPECT_EQ(Run().requests_purged, 1);

  const storage::v1::RequestState after = world_.Record(id).state();
  EXPECT_TRUE(after.request().has_purge_time());
  EXPECT_EQ(after.request().type(), before.request().type());
  EXPECT_EQ(after.version(), before.version());
  EXPECT_EQ(after.subject_id(), "");
  EXPECT_EQ(after.request().subject(), "");
  for (const StoredEvent& event : world_.Events(id)) {
    EXPECT_EQ(event.clear, "");
    EXPECT_EQ(event.sealed, "");
  }
  EXPECT_THAT(world_.Record(id).tasks(), IsEmpty());
  EXPECT_THAT(world_.Record(id).messages(), IsEmpty());
  EXPECT_THAT(Open(id), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
  EXPECT_THAT(world_.Execute(id, WithdrawRequest{}, world_.As("caseworker")),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  // Reports of the time tell what they told, and the log still proves that nothing was altered.
  EXPECT_EQ(Report(as_of), report);
  ExpectIntactLog();
}

TEST_F(CaseRetentionTest, AFileWithPurgedRequestsIsInOrder) {
  Closed("account-1");
  Closed("account-2");
  world_.clock.Advance(kRecordPeriod);
  ASSERT_EQ(Run().requests_purged, 2);
  world_.FileOne("access", "account-1");
  const std::string copy = world_.dir.File("copy.db");
  ASSERT_THAT(dynamic_cast<sqlite::SqliteStore&>(*world_.store).CopyTo(copy, {}), IsOk());

  DSR_ASSERT_OK_AND_ASSIGN(const auto file, sqlite::DatabaseReader::Open(copy));
  DSR_ASSERT_OK_AND_ASSIGN(const IntegrityReport report, CheckIntegrity(*file, [](int64_t) {}));

  for (const IntegrityFinding& finding : report.findings())
    ADD_FAILURE() << finding.invariant << ": " << finding.words;
}

TEST_F(CaseRetentionTest, ARecordStaysWhileARequestOfTheSubjectIsOpenThatMayRestOnIt) {
  world_.AddRecipient("courier", "account-1", {"orders"});
  const RequestId first = Closed("account-1");
  world_.clock.Advance(kRecordPeriod);
  const RequestId second = world_.FileOne("access", "account-1");
  EXPECT_EQ(Run().requests_purged, 0);

  EXPECT_THAT(world_.Execute(second, WithdrawRequest{}, world_.As("caseworker")), IsOk());
  world_.clock.Advance(absl::Hours(25));

  EXPECT_EQ(Run().requests_purged, 1);
  EXPECT_TRUE(world_.Record(first).state().request().has_purge_time());
}

TEST_F(CaseRetentionTest, NothingEndsWhileTheClockStandsStill) {
  Closed("account-1");

  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Run().keys_destroyed, 0);
    EXPECT_EQ(Run().requests_purged, 0);
  }
}

TEST_F(CaseRetentionTest, TheThreadWaitsForTheTimesAndKeepsThem) {
  const RequestId id = Closed("account-1");
  const int64_t number = world_.Record(id).state().key_number();
  CaseRetention retention({.store = *world_.store,
                           .clock = world_.clock,
                           .rulebooks = *world_.rulebooks,
                           .shredder = *shredder_},
                          world_.clock);

  world_.clock.Advance(kContentPeriod);
  for (int i = 0; i < 3000 && !world_.keys->IsDestroyed(number); ++i)
    absl::SleepFor(absl::Milliseconds(10));

  EXPECT_TRUE(world_.keys->IsDestroyed(number));
  retention.Close();
}

}  // namespace
}  // namespace dsr
