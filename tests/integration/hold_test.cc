// Legal holds through real gRPC: who may place them, what they do to a deletion, what is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "integration/bad_input.h"
#include "integration/kept_bytes.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using Holding = v1::HoldService;
using Requests = v1::RequestService;

constexpr char kLaw[] = "Civil Procedure Law, article 84";
constexpr char kReason[] = "the reason-canary of this hold";

v1::Date Day(int year, int month, int day) {
  v1::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

// A call that holds all data of kAccount until it is lifted.
v1::PlaceHoldRequest HoldCall() {
  v1::PlaceHoldRequest in;
  v1::Hold& hold = *in.mutable_hold();
  hold.set_subject_account(kAccount);
  hold.set_ground(v1::HOLD_GROUND_LAWSUIT);
  hold.set_law(kLaw);
  hold.set_reason(kReason);
  in.set_idempotency_key(FreshKey());
  return in;
}

v1::LiftHoldRequest LiftCall(const std::string& name) {
  v1::LiftHoldRequest in;
  in.set_name(name);
  in.set_idempotency_key(FreshKey());
  return in;
}

class HoldTest : public ::testing::Test {
 protected:
  void SetUp() override { shop_.Register(); }

  absl::StatusOr<v1::Hold> Place(const v1::PlaceHoldRequest& in = HoldCall(),
                                 absl::string_view principal = "officer-1") {
    return server_.Call<Holding>(principal, &Holding::Stub::PlaceHold, in);
  }
  absl::StatusOr<v1::Hold> Lift(const v1::LiftHoldRequest& in,
                                absl::string_view principal = "officer-1") {
    return server_.Call<Holding>(principal, &Holding::Stub::LiftHold, in);
  }
  absl::StatusOr<v1::ListHoldsResponse> List(absl::string_view principal = "auditor-1",
                                             const std::string& account = kAccount,
                                             int page_size = 0, const std::string& token = "") {
    v1::ListHoldsRequest in;
    in.set_subject_account(account);
    in.set_page_size(page_size);
    in.set_page_token(token);
    return server_.Call<Holding>(principal, &Holding::Stub::ListHolds, in);
  }

  // A confirmed deletion, after the system restricted what it was told to keep: seven records.
  std::string RestrictedDeletion() {
    const std::string request = shop_.ConfirmDeletion();
    shop_.Work("browsing", [](const v1::Task& task) {
      v1::TaskResult result;
      v1::CategoryResult& line = *result.add_categories();
      line.set_category("browsing");
      line.add_retained()->set_records(7);
      EXPECT_EQ(task.kind(), v1::TASK_KIND_ERASE);
      return result;
    });
    EXPECT_EQ(shop_.Get(request).state(), "answered");
    return request;
  }
  // Whether there is something to erase, after the request's overdue timers have fired.
  bool IsErasing(const std::string& request) {
    v1::AssignRequestRequest in;
    in.set_assignee("caseworker-1");
    const auto assigned = shop_.Act("caseworker-1", &Requests::Stub::AssignRequest, in, request);
    EXPECT_THAT(assigned, IsOk());
    return assigned.ok() && assigned->progress().tasks_open() > 0;
  }
  // Lets the system erase what it kept, which must be asked for without anything else happening.
  void EraseTheRest() {
    shop_.Work("browsing", [](const v1::Task& task) {
      EXPECT_EQ(task.kind(), v1::TASK_KIND_ERASE);
      return RecordsOf("browsing", 7);
    });
  }

  TestServer server_;
  Shop shop_{server_};
};

// Placing, lifting, listing

TEST_F(HoldTest, APrivacyOfficerPlacesAHoldAndLiftsIt) {
  v1::PlaceHoldRequest call = HoldCall();
  call.mutable_hold()->add_categories("browsing");
  *call.mutable_hold()->mutable_until() = Day(2027, 1, 31);
  // What dsrd says itself is not the caller's to say.
  call.mutable_hold()->set_name("holds/mine");
  call.mutable_hold()->set_state(v1::Hold::STATE_LIFTED);
  call.mutable_hold()->set_placed_by("somebody");
  call.mutable_hold()->set_lifted_by("somebody");
  const absl::Time placing = server_.clock().Now();

  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold placed, Place(call));
  server_.clock().Advance(absl::Hours(1));
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold lifted, Lift(LiftCall(placed.name())));

  EXPECT_THAT(placed.name(), AllOf(HasSubstr("holds/"), Not(HasSubstr("mine"))));
  EXPECT_EQ(placed.state(), v1::Hold::STATE_ACTIVE);
  EXPECT_EQ(placed.placed_by(), "officer-1");
  EXPECT_EQ(FromTimestamp(placed.create_time()), placing);
  EXPECT_EQ(placed.lifted_by(), "");
  EXPECT_EQ(lifted.state(), v1::Hold::STATE_LIFTED);
  EXPECT_EQ(lifted.lifted_by(), "officer-1");
  EXPECT_EQ(FromTimestamp(lifted.lift_time()), placing + absl::Hours(1));
  EXPECT_EQ(lifted.placed_by(), "officer-1");
  EXPECT_EQ(FromTimestamp(lifted.create_time()), placing);
  EXPECT_EQ(lifted.law(), kLaw);
  EXPECT_THAT(lifted.categories(), ElementsAre("browsing"));
  const auto listed = List();
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(listed->holds(), SizeIs(1));
  EXPECT_EQ(listed->holds(0).SerializeAsString(), lifted.SerializeAsString());
}

TEST_F(HoldTest, NobodyButAPrivacyOfficerPlacesOrLiftsOne) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold hold, Place());

  for (const char* other : {"intake-tool", "session-tool", "verifier-1", "authority-1",
                            "caseworker-1", "reviewer-1", "children-1", "auditor-1", "operator-1",
                            "registrar-1", "system-browsing", "recipient-ad-partner"}) {
    EXPECT_THAT(Place(HoldCall(), other), AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                                                ReasonIs(v1::ERROR_REASON_ROLE_MISSING)))
        << other;
    EXPECT_THAT(Lift(LiftCall(hold.name()), other),
                AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                      ReasonIs(v1::ERROR_REASON_ROLE_MISSING)))
        << other;
  }
  EXPECT_THAT(Place(HoldCall(), ""), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));

  const auto listed = List();
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(listed->holds(), SizeIs(1));
  EXPECT_EQ(listed->holds(0).state(), v1::Hold::STATE_ACTIVE);
}

TEST_F(HoldTest, HoldsAreListedToThoseWhoWorkOnRequestsOrAuditThem) {
  ASSERT_THAT(Place(), IsOk());

  for (const char* reader : {"officer-1", "caseworker-1", "auditor-1"}) {
    EXPECT_THAT(List(reader), IsOk()) << reader;
  }
  for (const char* other : {"intake-tool", "verifier-1", "reviewer-1", "operator-1", "registrar-1",
                            "system-browsing", "recipient-ad-partner"}) {
    EXPECT_THAT(List(other), ReasonIs(v1::ERROR_REASON_ROLE_MISSING)) << other;
  }
}

TEST_F(HoldTest, HoldsComeInPagesByAge) {
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold hold, Place());
    names.push_back(hold.name());
    server_.clock().Advance(absl::Seconds(1));
  }

  DSR_ASSERT_OK_AND_ASSIGN(const auto first, List("auditor-1", kAccount, 2));
  DSR_ASSERT_OK_AND_ASSIGN(const auto second,
                           List("auditor-1", kAccount, 2, first.next_page_token()));

  ASSERT_THAT(first.holds(), SizeIs(2));
  EXPECT_EQ(first.holds(0).name(), names[0]);
  EXPECT_EQ(first.holds(1).name(), names[1]);
  ASSERT_THAT(second.holds(), SizeIs(1));
  EXPECT_EQ(second.holds(0).name(), names[2]);
  EXPECT_THAT(second.next_page_token(), IsEmpty());
  EXPECT_THAT(List("auditor-1", "account-2", 2, first.next_page_token()),
              ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
}

TEST_F(HoldTest, AnAccountThatNobodyHasHeardOfHasNoHoldsAndMayGetOne) {
  const auto before = List("auditor-1", "account-unheard");
  ASSERT_THAT(before, IsOk());
  EXPECT_THAT(before->holds(), IsEmpty());
  v1::PlaceHoldRequest call = HoldCall();
  call.mutable_hold()->set_subject_account("account-unheard");

  ASSERT_THAT(Place(call), IsOk());

  const auto after = List("auditor-1", "account-unheard");
  ASSERT_THAT(after, IsOk());
  EXPECT_THAT(after->holds(), SizeIs(1));
  const auto other = List();
  ASSERT_THAT(other, IsOk());
  EXPECT_THAT(other->holds(), IsEmpty());
}

TEST_F(HoldTest, AHoldThatIsNotThereOrWasLiftedIsNotLifted) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold hold, Place());
  ASSERT_THAT(Lift(LiftCall(hold.name())), IsOk());

  EXPECT_THAT(Lift(LiftCall(hold.name())), AllOf(StatusIs(absl::StatusCode::kFailedPrecondition),
                                                 ReasonIs(v1::ERROR_REASON_ALREADY_ENDED)));
  EXPECT_THAT(
      Lift(LiftCall("holds/01kjj5zzzz0000000000000000")),
      AllOf(StatusIs(absl::StatusCode::kNotFound), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND)));
  const absl::Status malformed = Lift(LiftCall("hold-1")).status();
  EXPECT_THAT(malformed, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(FieldsOf(malformed), ElementsAre("name"));
}

// Idempotency

TEST_F(HoldTest, ARepeatedCallGetsItsAnswerAndPlacesNothingTwice) {
  const v1::PlaceHoldRequest call = HoldCall();
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold placed, Place(call));
  server_.clock().Advance(absl::Minutes(5));
  server_.Restart();

  const auto again = Place(call);
  const v1::LiftHoldRequest lifting = LiftCall(placed.name());
  const auto lifted = Lift(lifting);
  const auto lifted_again = Lift(lifting);

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), placed.SerializeAsString());
  ASSERT_THAT(lifted, IsOk());
  ASSERT_THAT(lifted_again, IsOk());
  EXPECT_EQ(lifted_again->SerializeAsString(), lifted->SerializeAsString());
  const auto listed = List();
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->holds(), SizeIs(1));
}

TEST_F(HoldTest, ARepeatedCallGetsItsAnswerEvenAfterTheHoldsLastDay) {
  v1::PlaceHoldRequest call = HoldCall();
  *call.mutable_hold()->mutable_until() = Day(2026, 3, 2);
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold placed, Place(call));
  server_.clock().Advance(absl::Hours(48));

  const auto again = Place(call);

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), placed.SerializeAsString());
}

TEST_F(HoldTest, AKeyIsForOneCallWithItsArguments) {
  v1::PlaceHoldRequest call = HoldCall();
  ASSERT_THAT(Place(call), IsOk());
  call.mutable_hold()->set_reason("another reason");
  v1::PlaceHoldRequest without_key = HoldCall();
  without_key.clear_idempotency_key();

  const absl::Status reused = Place(call).status();
  const absl::Status missing = Place(without_key).status();

  EXPECT_THAT(reused, AllOf(StatusIs(absl::StatusCode::kInvalidArgument),
                            ReasonIs(v1::ERROR_REASON_IDEMPOTENCY_KEY_REUSED)));
  EXPECT_THAT(missing, ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  for (const absl::Status& status : {reused, missing}) {
    EXPECT_THAT(FieldsOf(status), ElementsAre("idempotency_key"));
  }
}

// Wrong fields

TEST_F(HoldTest, AHoldMayEndTodayButNotYesterday) {
  // It is 10 in the morning of 2 March in the policy's time zone.
  v1::PlaceHoldRequest today = HoldCall();
  *today.mutable_hold()->mutable_until() = Day(2026, 3, 2);
  v1::PlaceHoldRequest yesterday = HoldCall();
  *yesterday.mutable_hold()->mutable_until() = Day(2026, 3, 1);
  v1::PlaceHoldRequest unreal = HoldCall();
  *unreal.mutable_hold()->mutable_until() = Day(2027, 2, 29);

  EXPECT_THAT(Place(today), IsOk());
  for (const v1::PlaceHoldRequest& wrong : {yesterday, unreal}) {
    const absl::Status status = Place(wrong).status();
    EXPECT_THAT(status, AllOf(StatusIs(absl::StatusCode::kInvalidArgument),
                              ReasonIs(v1::ERROR_REASON_FIELD_INVALID)));
    EXPECT_THAT(FieldsOf(status), ElementsAre("hold.until"));
  }
}

TEST_F(HoldTest, ADayIsPastWhenItIsOverInThePolicysZone) {
  v1::PlaceHoldRequest call = HoldCall();
  *call.mutable_hold()->mutable_until() = Day(2026, 3, 2);

  // 23:59:59 on that day in Shanghai, then midnight; in UTC it is still the same day.
  server_.clock().Advance(absl::Hours(14) - absl::Seconds(1));
  EXPECT_THAT(Place(call), IsOk());
  server_.clock().Advance(absl::Seconds(1));
  call.set_idempotency_key(FreshKey());
  EXPECT_THAT(FieldsOf(Place(call).status()), ElementsAre("hold.until"));
}

TEST_F(HoldTest, AnUnknownCategoryIsNamedByItsPlace) {
  v1::PlaceHoldRequest call = HoldCall();
  call.mutable_hold()->add_categories("browsing");
  call.mutable_hold()->add_categories("no-such-category");

  const absl::Status status = Place(call).status();

  EXPECT_THAT(status, AllOf(StatusIs(absl::StatusCode::kInvalidArgument),
                            ReasonIs(v1::ERROR_REASON_FIELD_INVALID)));
  EXPECT_THAT(FieldsOf(status), ElementsAre("hold.categories[1]"));
}

TEST_F(HoldTest, EveryWrongFieldIsNamedAndNothingIsPlaced) {
  v1::PlaceHoldRequest call;
  call.set_idempotency_key(FreshKey());
  call.mutable_hold()->add_categories("no-such-category");
  *call.mutable_hold()->mutable_until() = Day(2026, 3, 1);

  const absl::Status status = Place(call).status();

  EXPECT_THAT(FieldsOf(status),
              ElementsAre("hold.subject_account", "hold.categories[0]", "hold.ground", "hold.law",
                          "hold.reason", "hold.until"));
  EXPECT_THAT(shop_.AuditedKinds("officer-1"), IsEmpty());
}

// What is told to whom

TEST_F(HoldTest, TheReasonAndTheAccountAreShownToNobodyAndKeptOnlySealed) {
  LogCapture log;
  const std::string request = shop_.ConfirmDeletion();
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold placed, Place());
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold lifted, Lift(LiftCall(placed.name())));

  std::string shown = placed.SerializeAsString() + lifted.SerializeAsString();
  for (const char* reader : {"officer-1", "caseworker-1", "auditor-1"}) {
    const auto listed = List(reader);
    ASSERT_THAT(listed, IsOk());
    ASSERT_THAT(listed->holds(), SizeIs(1));
    shown += listed->SerializeAsString();
  }
  shown += shop_.Get(request, v1::REQUEST_VIEW_FULL).plan().SerializeAsString();
  // As a boolean: what was found must not stand in the test's own output.
  EXPECT_FALSE(absl::StrContains(shown, kReason));
  EXPECT_FALSE(absl::StrContains(shown, kAccount));
  EXPECT_TRUE(absl::StrContains(shown, kLaw));

  const std::string kept = BytesOfFiles(server_.data_dir());
  EXPECT_TRUE(absl::StrContains(kept, kLaw)) << "the database is not where it is looked for";
  EXPECT_FALSE(absl::StrContains(kept, kReason));
  EXPECT_FALSE(absl::StrContains(kept, kAccount));
  const std::string logged = log.Text();
  EXPECT_TRUE(absl::StrContains(logged, "PlaceHold"));
  EXPECT_FALSE(absl::StrContains(logged, kReason));
  EXPECT_FALSE(absl::StrContains(logged, kAccount));
}

TEST_F(HoldTest, TheReasonIsForColleaguesWhoMaySeePersonalFields) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold hold, Place());
  v1::GetHoldRequest in;
  in.set_name(hold.name());
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold basic,
                           server_.Call<Holding>("auditor-1", &Holding::Stub::GetHold, in));
  EXPECT_EQ(basic.reason(), "");

  in.set_view(v1::HOLD_VIEW_FULL);
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold full,
                           server_.Call<Holding>("officer-1", &Holding::Stub::GetHold, in));
  EXPECT_EQ(full.reason(), kReason);
  EXPECT_EQ(full.subject_account(), "");
  EXPECT_THAT(server_.Call<Holding>("auditor-1", &Holding::Stub::GetHold, in),
              StatusIs(absl::StatusCode::kPermissionDenied));
  in.set_name("holds/01jd2m8q7r5v9x3c6b4n1k0wte");
  EXPECT_THAT(server_.Call<Holding>("officer-1", &Holding::Stub::GetHold, in),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(HoldTest, ASubjectCanBeNamedByItsRequest) {
  const std::string request = shop_.File().name();
  v1::PlaceHoldRequest call = HoldCall();
  call.set_request(request);
  EXPECT_THAT(Place(call), ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << "named twice";
  call.mutable_hold()->clear_subject_account();

  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold hold, Place(call));

  v1::ListHoldsRequest in;
  in.set_request(request);
  DSR_ASSERT_OK_AND_ASSIGN(const v1::ListHoldsResponse by_request,
                           server_.Call<Holding>("officer-1", &Holding::Stub::ListHolds, in));
  ASSERT_THAT(by_request.holds(), SizeIs(1));
  EXPECT_EQ(by_request.holds(0).name(), hold.name());
  DSR_ASSERT_OK_AND_ASSIGN(const v1::ListHoldsResponse by_account, List());
  EXPECT_THAT(by_account.holds(), SizeIs(1));

  call.set_idempotency_key(FreshKey());
  call.set_request("requests/01jd2m8q7r5v9x3c6b4n1k0wte");
  EXPECT_THAT(Place(call), StatusIs(absl::StatusCode::kNotFound));
  call.set_request("no-name");
  EXPECT_THAT(Place(call), AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("request")),
                                 ReasonIs(v1::ERROR_REASON_FIELD_INVALID)));
}

TEST_F(HoldTest, EveryChangeAndEveryRefusedAttemptIsInTheAuditLog) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold hold, Place());
  EXPECT_THAT(Place(HoldCall(), "caseworker-1"), Not(IsOk()));
  EXPECT_THAT(Lift(LiftCall(hold.name()), "caseworker-1"), Not(IsOk()));
  ASSERT_THAT(Lift(LiftCall(hold.name())), IsOk());

  EXPECT_THAT(shop_.AuditedKinds("officer-1"), ElementsAre("hold_placed", "hold_lifted"));
  EXPECT_THAT(shop_.AuditedKinds("caseworker-1"), ElementsAre("call_refused", "call_refused"));
  const auto verified = server_.Call<v1::AuditService>(
      "auditor-1", &v1::AuditService::Stub::VerifyLog, v1::VerifyLogRequest());
  ASSERT_THAT(verified, IsOk());
  EXPECT_TRUE(verified->intact());
}

// What a hold does

TEST_F(HoldTest, AHoldPlacedBeforeADeletionMakesItRestrictAndTellTheLaw) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold hold, Place());

  const std::string request = RestrictedDeletion();

  const v1::Request answered = shop_.Get(request);
  ASSERT_THAT(answered.plan().items(), SizeIs(1));
  EXPECT_EQ(answered.plan().items(0).action(), v1::RETENTION_ACTION_RESTRICT);
  EXPECT_THAT(answered.plan().items(0).holds(), ElementsAre(hold.name()));
  EXPECT_EQ(answered.plan().items(0).law(), kLaw);
  EXPECT_EQ(answered.response().outcome(), v1::OUTCOME_PARTLY_FULFILLED);
  ASSERT_THAT(answered.outcomes(), SizeIs(1));
  EXPECT_EQ(answered.outcomes(0).disposition(), v1::DISPOSITION_RESTRICTED);
  EXPECT_EQ(answered.outcomes(0).retained_records(), 7);
  EXPECT_EQ(answered.outcomes(0).law(), kLaw);
  const std::string told = shop_.ReadMail(request, "response-deletion");
  EXPECT_TRUE(absl::StrContains(told, kLaw));
  EXPECT_FALSE(absl::StrContains(told, kReason));
}

TEST_F(HoldTest, AHoldPlacedAfterThePlanWasShownStillCounts) {
  const std::string request = shop_.File().name();
  shop_.Verify(request);
  const auto planned = shop_.Assess(request);
  ASSERT_THAT(planned, IsOk());
  EXPECT_EQ(planned->plan().items(0).action(), v1::RETENTION_ACTION_ERASE);

  ASSERT_THAT(Place(), IsOk());

  const auto confirmed =
      shop_.Act("caseworker-1", &Requests::Stub::ConfirmPlan, v1::ConfirmPlanRequest(), request);
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->plan().items(0).action(), v1::RETENTION_ACTION_RESTRICT);
  EXPECT_EQ(confirmed->plan().items(0).law(), kLaw);
}

TEST_F(HoldTest, AHoldOnOtherDataOrAnotherPersonsLetsADeletionErase) {
  v1::PlaceHoldRequest other_data = HoldCall();
  other_data.mutable_hold()->add_categories("orders");
  v1::PlaceHoldRequest other_person = HoldCall();
  other_person.mutable_hold()->set_subject_account("account-2");
  ASSERT_THAT(Place(other_data), IsOk());
  ASSERT_THAT(Place(other_person), IsOk());

  const std::string request = shop_.ConfirmDeletion();

  EXPECT_EQ(shop_.Get(request).plan().items(0).action(), v1::RETENTION_ACTION_ERASE);
}

TEST_F(HoldTest, LiftingAHoldErasesAtOnceWhatItAloneKept) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold hold, Place());
  const std::string request = RestrictedDeletion();
  server_.clock().Advance(absl::Hours(24 * 90));
  EXPECT_FALSE(IsErasing(request));

  ASSERT_THAT(Lift(LiftCall(hold.name())), IsOk());
  EraseTheRest();

  const v1::Request erased = shop_.Get(request);
  ASSERT_THAT(erased.outcomes(), SizeIs(1));
  EXPECT_EQ(erased.outcomes(0).disposition(), v1::DISPOSITION_ERASED);
  EXPECT_EQ(erased.outcomes(0).records(), 7);
  EXPECT_EQ(erased.outcomes(0).retained_records(), 0);
}

TEST_F(HoldTest, WhatTwoHoldsKeepIsKeptUntilBothAreLifted) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold first, Place());
  v1::PlaceHoldRequest call = HoldCall();
  call.mutable_hold()->set_law("Criminal Procedure Law, article 54");
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold second, Place(call));
  const std::string request = RestrictedDeletion();
  EXPECT_THAT(shop_.Get(request).plan().items(0).holds(),
              UnorderedElementsAre(first.name(), second.name()));
  EXPECT_THAT(shop_.Get(request).outcomes(0).law(),
              AllOf(HasSubstr(kLaw), HasSubstr("Criminal Procedure Law, article 54")));

  ASSERT_THAT(Lift(LiftCall(first.name())), IsOk());
  server_.clock().Advance(absl::Hours(24));
  EXPECT_FALSE(IsErasing(request));
  EXPECT_EQ(shop_.Get(request).outcomes(0).disposition(), v1::DISPOSITION_RESTRICTED);

  ASSERT_THAT(Lift(LiftCall(second.name())), IsOk());
  EraseTheRest();
  EXPECT_EQ(shop_.Get(request).outcomes(0).disposition(), v1::DISPOSITION_ERASED);
}

TEST_F(HoldTest, AHoldEndsWithItsLastDayAndNotBefore) {
  v1::PlaceHoldRequest call = HoldCall();
  *call.mutable_hold()->mutable_until() = Day(2026, 3, 20);
  ASSERT_THAT(Place(call), IsOk());
  const std::string request = RestrictedDeletion();
  EXPECT_EQ(shop_.Get(request).outcomes(0).retained_until().day(), 20);

  // The last second of that day in the policy's time zone.
  server_.clock().SetTime(
      absl::FromCivil(absl::CivilSecond(2026, 3, 20, 15, 59, 59), absl::UTCTimeZone()));
  EXPECT_FALSE(IsErasing(request));
  server_.clock().Advance(absl::Seconds(1));
  EraseTheRest();

  EXPECT_EQ(shop_.Get(request).outcomes(0).disposition(), v1::DISPOSITION_ERASED);
}

TEST_F(HoldTest, AHoldPlacedLateKeepsWhatIsKeptAlready) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold first, Place());
  const std::string request = RestrictedDeletion();

  DSR_ASSERT_OK_AND_ASSIGN(const v1::Hold second, Place());
  ASSERT_THAT(Lift(LiftCall(first.name())), IsOk());

  server_.clock().Advance(absl::Hours(24));
  EXPECT_FALSE(IsErasing(request));
  ASSERT_THAT(Lift(LiftCall(second.name())), IsOk());
  EraseTheRest();
}

}  // namespace
}  // namespace dsr
