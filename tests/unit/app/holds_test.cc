#include "app/holds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "contract/request_sample.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

constexpr char kAccount[] = "account-1";

class HoldsTest : public ::testing::Test {
 protected:
  std::string Place(const std::string& request = "") {
    v1::PlaceHoldRequest in;
    in.set_request(request);
    if (request.empty()) in.mutable_hold()->set_subject_account(kAccount);
    in.mutable_hold()->set_ground(v1::HOLD_GROUND_LAWSUIT);
    in.mutable_hold()->set_law("Civil Procedure Law, article 84");
    in.mutable_hold()->set_reason("a lawsuit");
    const auto placed = World::Wait([&](ExecutionDone done) {
      world_.holds->Place(in, world_.As("officer"), std::move(done));
    });
    EXPECT_THAT(placed, IsOk());
    v1::Hold hold;
    EXPECT_TRUE(placed.ok() && hold.ParseFromString(placed->answer));
    return hold.name();
  }
  void Lift(const std::string& name) {
    v1::LiftHoldRequest in;
    in.set_name(name);
    ASSERT_THAT(World::Wait([&](ExecutionDone done) {
                  world_.holds->Lift(in, world_.As("officer"), std::move(done));
                }),
                IsOk());
  }

  // A deletion that was answered: the system kept what a hold is on.
  RequestId RestrictedDeletion() {
    storage::v1::RequestFiled filed = World::Filed("deletion", kAccount);
    filed.add_categories("browsing");
    filed.mutable_deletion()->set_ground(v1::DELETION_GROUND_NO_CONSENT);
    const auto result = world_.File(std::move(filed), world_.As("intake"));
    EXPECT_THAT(result, IsOk());
    const RequestId id = *ParseRequestName(result->answer);
    v1::TaskResult contact;
    contact.mutable_contact()->set_channel("email");
    contact.mutable_contact()->set_address("on-file@example.com");
    EXPECT_THAT(world_.CompleteNext("systems/members", contact), IsOk());
    world_.Verify(id);
    EXPECT_THAT(world_.Execute(id, AssessRequest{}, world_.As("caseworker")), IsOk());
    EXPECT_THAT(world_.Execute(id, ConfirmPlan{}, world_.As("caseworker")), IsOk());
    v1::TaskResult kept;
    kept.add_categories()->set_category("browsing");
    kept.mutable_categories(0)->add_retained()->set_records(7);
    EXPECT_THAT(world_.CompleteNext("systems/members", kept), IsOk());
    EXPECT_EQ(world_.Record(id).state().request().state(), "answered");
    return id;
  }
  // As many requests of the same subject that have ended, straight into the store.
  void AddYoungerRequests(int count, const RequestId& oldest) {
    const auto subject = SubjectId::FromBytes(world_.Record(oldest).state().subject_id());
    ASSERT_THAT(subject, IsOk());
    ASSERT_THAT(TransactAndWait(*world_.store,
                                [&](Transaction& transaction) {
                                  for (int i = 0; i < count; ++i) {
                                    RequestSample sample(i, world_.clock.Now() + absl::Hours(1));
                                    sample.SetSubject(*subject);
                                    sample.request().set_phase(v1::PHASE_CLOSED);
                                    DSR_RETURN_IF_ERROR(transaction.WriteDecision(
                                        sample.NextDecision(world_.clock.Now())));
                                  }
                                  return absl::OkStatus();
                                }),
                IsOk());
  }
  // Whether the end of what it keeps has come.
  bool EndsNow(const RequestId& id) {
    const storage::v1::RequestRecord record = world_.Record(id);
    for (const storage::v1::PendingTimer& timer : record.state().timers()) {
      if (timer.name() == "retention-end") {
        return FromTimestamp(timer.due_time()) <= world_.clock.Now();
      }
    }
    return false;
  }

  World world_;
};

TEST_F(HoldsTest, LiftingOneReachesARequestThatHasManyYoungerOnes) {
  world_.AddSystem("members", {"browsing"});
  const std::string hold = Place();
  const RequestId oldest = RestrictedDeletion();
  EXPECT_FALSE(EndsNow(oldest));
  AddYoungerRequests(kMostSiblings, oldest);

  Lift(hold);

  EXPECT_TRUE(EndsNow(oldest));
}

TEST_F(HoldsTest, WhatIsKeptAfterTheAccountClosedIsHeldByTheRequestThatKeptIt) {
  world_.AddSystem("members", {"browsing"});
  const std::string first = Place();
  const RequestId id = RestrictedDeletion();
  const auto subject = SubjectId::FromBytes(world_.Record(id).state().subject_id());
  ASSERT_THAT(subject, IsOk());
  ASSERT_THAT(TransactAndWait(
                  *world_.store,
                  [&](Transaction& transaction) { return transaction.RetireSubject(*subject); }),
              IsOk());
  const std::string second = Place(RequestName(id));

  Lift(first);
  EXPECT_FALSE(EndsNow(id));

  Lift(second);
  EXPECT_TRUE(EndsNow(id));
}

}  // namespace
}  // namespace dsr
