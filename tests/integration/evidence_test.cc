// Evidence of identity and authority through real gRPC: what is taken, what is refused and by which
// field, and what ends with a revocation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "integration/evidence_desk.h"
#include "integration/kept_bytes.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Requests = v1::RequestService;
using Tasks = v1::TaskService;
using Verifications = v1::VerificationService;

v1::Evidence Guardianship() { return Good(v1::EVIDENCE_KIND_GUARDIANSHIP); }

v1::Evidence DeathOn(int year, int month, int day) {
  v1::Evidence evidence = Good(v1::EVIDENCE_KIND_DEATH);
  *evidence.mutable_death_day() = DateOf(year, month, day);
  return evidence;
}

// What a written request is proved by

TEST_F(EvidenceTest, AWrittenRequestWithoutItsEvidenceIsNotVerifiedAndNamesWhatIsMissing) {
  const std::string proof = Start(shop_.File().name(), v1::VERIFICATION_METHOD_WRITTEN_REQUEST);

  const absl::Status nothing = Decide(proof).status();
  ASSERT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)), IsOk());
  const absl::Status half = Decide(proof).status();

  EXPECT_THAT(nothing, AllOf(StatusIs(absl::StatusCode::kFailedPrecondition),
                             ReasonIs(v1::ERROR_REASON_NOT_VERIFIED)));
  EXPECT_EQ(ErrorInfoOf(nothing)->metadata().at("missing"), "SIGNED_REQUEST,IDENTITY_DOCUMENT");
  EXPECT_THAT(half, ReasonIs(v1::ERROR_REASON_NOT_VERIFIED));
  EXPECT_EQ(ErrorInfoOf(half)->metadata().at("missing"), "IDENTITY_DOCUMENT");
}

TEST_F(EvidenceTest, WhatWasSeenAndWhyItWasTakenBackIsShownToWhoWorksWithEvidence) {
  const std::string request = shop_.File().name();
  const std::string proof = ProveIdentity(request);
  ASSERT_THAT(Revoke(proof), IsOk());

  const auto full = ShowVerification(proof, v1::VERIFICATION_VIEW_FULL, "verifier-1");

  ASSERT_THAT(full, IsOk());
  ASSERT_THAT(full->evidence(), SizeIs(2));
  EXPECT_EQ(full->evidence(0).seen(), "page 3 of what was shown");
  EXPECT_EQ(full->revoke_reason(), "the power was withdrawn");
  EXPECT_THAT(ShowVerification(proof, v1::VERIFICATION_VIEW_FULL, "caseworker-1"), IsOk());
  EXPECT_THAT(ShowVerification(proof, v1::VERIFICATION_VIEW_FULL, "officer-1"), IsOk());
}

TEST_F(EvidenceTest, WhatWasSeenIsShownToNobodyElseAndOnlyInFull) {
  const std::string request = shop_.File().name();
  const std::string proof = ProveIdentity(request);

  const auto basic = ShowVerification(proof, v1::VERIFICATION_VIEW_BASIC, "verifier-1");

  ASSERT_THAT(basic, IsOk());
  EXPECT_EQ(basic->evidence(0).seen(), "");
  for (const char* principal : {"intake-tool", "auditor-1", "authority-1"}) {
    EXPECT_THAT(ShowVerification(proof, v1::VERIFICATION_VIEW_FULL, principal),
                AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                      ReasonIs(v1::ERROR_REASON_ROLE_MISSING)))
        << principal;
  }
}

TEST_F(EvidenceTest, AWrittenRequestIsProvedBySignatureAndIdentityDocument) {
  const std::string request = shop_.File().name();
  const std::string proof = Start(request, v1::VERIFICATION_METHOD_WRITTEN_REQUEST);

  const auto recorded = Record(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST));
  ASSERT_THAT(recorded, IsOk());
  ASSERT_THAT(recorded->evidence(), SizeIs(1));
  EXPECT_EQ(recorded->evidence(0).kind(), v1::EVIDENCE_KIND_SIGNED_REQUEST);
  EXPECT_EQ(recorded->evidence(0).seen_by(), "verifier-1");
  EXPECT_EQ(FromTimestamp(recorded->evidence(0).record_time()), server_.clock().Now());
  EXPECT_EQ(recorded->evidence(0).document_sha256(), "");
  EXPECT_FALSE(recorded->evidence(0).has_document_purge_time());

  ASSERT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_IDENTITY_DOCUMENT)), IsOk());
  const auto decided = Decide(proof);

  ASSERT_THAT(decided, IsOk());
  EXPECT_EQ(decided->state(), v1::Verification::STATE_PASSED);
  EXPECT_EQ(decided->level(), v1::ASSURANCE_LEVEL_DOCUMENT);
  EXPECT_EQ(decided->verified_by(), "verifier-1");
  EXPECT_EQ(shop_.Get(request).state(), "assessing");
}

TEST_F(EvidenceTest, WhatWasSeenIsShownToNobodyAndKeptOnlySealed) {
  constexpr char kSeen[] = "the seen-canary on page 3";
  v1::Evidence evidence = Good(v1::EVIDENCE_KIND_SIGNED_REQUEST);
  evidence.set_seen(kSeen);
  const std::string proof = Start(shop_.File().name(), v1::VERIFICATION_METHOD_WRITTEN_REQUEST);

  const auto recorded = Record(proof, evidence);

  ASSERT_THAT(recorded, IsOk());
  const std::string shown =
      recorded->SerializeAsString() + GetVerification(proof).SerializeAsString();
  EXPECT_FALSE(absl::StrContains(shown, kSeen));
  EXPECT_FALSE(absl::StrContains(BytesOfFiles(server_.data_dir()), kSeen));
}

TEST_F(EvidenceTest, EvidenceIsRecordedAndDecidedByVerifiersOnly) {
  const std::string proof = Start(shop_.File().name(), v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  ASSERT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)), IsOk());
  ASSERT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_IDENTITY_DOCUMENT)), IsOk());

  for (const char* other :
       {"intake-tool", "session-tool", "authority-1", "caseworker-1", "reviewer-1", "children-1",
        "officer-1", "auditor-1", "operator-1", "registrar-1", "system-browsing"}) {
    EXPECT_THAT(Record(RecordCall(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)), other),
                AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                      ReasonIs(v1::ERROR_REASON_ROLE_MISSING)))
        << other;
    EXPECT_THAT(Decide(proof, true, other), AllOf(StatusIs(absl::StatusCode::kPermissionDenied),
                                                  ReasonIs(v1::ERROR_REASON_ROLE_MISSING)))
        << other;
  }
  EXPECT_THAT(GetVerification(proof).evidence(), SizeIs(2));
  EXPECT_EQ(GetVerification(proof).state(), v1::Verification::STATE_PENDING);
}

TEST_F(EvidenceTest, AnExternalAuthorityDecidesWhatItWasAskedAndNobodyElseDoes) {
  const std::string request = shop_.File().name();
  const std::string proof = Start(request, v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY);

  EXPECT_THAT(Decide(proof, true, "verifier-1"), ReasonIs(v1::ERROR_REASON_ROLE_MISSING));
  const auto decided = Decide(proof, true, "authority-1");

  ASSERT_THAT(decided, IsOk());
  EXPECT_EQ(decided->level(), v1::ASSURANCE_LEVEL_AUTHORITY);
  EXPECT_EQ(shop_.Get(request).state(), "assessing");
}

TEST_F(EvidenceTest, ARepeatedCallGetsItsAnswerAndRecordsNothingTwice) {
  const std::string proof = Start(shop_.File().name(), v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  v1::RecordEvidenceRequest call =
      RecordCall(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST), "the document");
  const auto first = Record(call);
  server_.Restart();
  const auto second = Record(call);

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(GetVerification(proof).evidence(), SizeIs(1));
  call.set_document("another document");
  EXPECT_EQ(WrongField(call, v1::ERROR_REASON_IDEMPOTENCY_KEY_REUSED), "idempotency_key");
}

TEST_F(EvidenceTest, NothingIsRecordedOnceTheVerificationIsDecided) {
  const std::string proof = Start(shop_.File().name(), v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  ASSERT_THAT(Decide(proof, /*passed=*/false), IsOk());

  EXPECT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)),
              AllOf(StatusIs(absl::StatusCode::kFailedPrecondition),
                    ReasonIs(v1::ERROR_REASON_ALREADY_ENDED)));
  EXPECT_THAT(Decide(proof), ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

// Fields that are wrong whatever the case is

TEST_F(EvidenceTest, AWrongFieldOfTheCallIsNamed) {
  const std::string proof = Start(shop_.File().name(), v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  v1::Evidence evidence = Good(v1::EVIDENCE_KIND_SIGNED_REQUEST);

  v1::Evidence wrong = evidence;
  wrong.clear_kind();
  EXPECT_EQ(WrongField(proof, wrong, v1::ERROR_REASON_FIELD_MISSING), "evidence.kind");
  wrong.set_kind(static_cast<v1::EvidenceKind>(99));
  EXPECT_EQ(WrongField(proof, wrong), "evidence.kind");
  wrong = evidence;
  wrong.clear_seen();
  EXPECT_EQ(WrongField(proof, wrong, v1::ERROR_REASON_FIELD_MISSING), "evidence.seen");
  wrong.set_seen(std::string(401, 's'));
  EXPECT_EQ(WrongField(proof, wrong), "evidence.seen");
  wrong = evidence;
  wrong.set_kinship(static_cast<v1::Kinship>(99));
  EXPECT_EQ(WrongField(proof, wrong), "evidence.kinship");
  wrong = evidence;
  *wrong.mutable_death_day() = DateOf(2026, 2, 30);
  EXPECT_EQ(WrongField(proof, wrong), "evidence.death_day");
  wrong = evidence;
  wrong.mutable_expire_time()->set_nanos(-1);
  EXPECT_EQ(WrongField(proof, wrong), "evidence.expire_time");
  wrong = evidence;
  wrong.add_types("Not A Type");
  EXPECT_EQ(WrongField(proof, wrong), "evidence.types");
  wrong = evidence;
  wrong.add_categories("");
  EXPECT_EQ(WrongField(proof, wrong, v1::ERROR_REASON_FIELD_MISSING), "evidence.categories");
  v1::RecordEvidenceRequest call = RecordCall(proof, evidence);
  call.set_ward_birth_day("1 May 2014");
  EXPECT_EQ(WrongField(call), "ward_birth_day");
  call.set_ward_birth_day("2014-05-01");
  EXPECT_EQ(WrongField(call), "ward_birth_day");
  call = RecordCall("verification-1", evidence);
  EXPECT_EQ(WrongField(call), "name");
  call = RecordCall(proof, evidence);
  call.set_idempotency_key("1");
  EXPECT_EQ(WrongField(call), "idempotency_key");

  EXPECT_THAT(GetVerification(proof).evidence(), IsEmpty());
}

TEST_F(EvidenceTest, EvidenceOfAKindThatDoesNotBelongIsRefused) {
  const std::string own = shop_.File().name();
  const std::string proof = Start(own, v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  for (const v1::EvidenceKind kind :
       {v1::EVIDENCE_KIND_GUARDIANSHIP, v1::EVIDENCE_KIND_DEATH,
        v1::EVIDENCE_KIND_POWER_OF_ATTORNEY, v1::EVIDENCE_KIND_COURT_ORDER_AGAINST}) {
    EXPECT_EQ(WrongField(proof, Good(kind)), "evidence.kind") << v1::EvidenceKind_Name(kind);
  }

  const std::string agents = FileFor(v1::RELATION_AUTHORISED_AGENT, "access");
  const std::string authority = Start(agents, v1::VERIFICATION_METHOD_DOCUMENTS);
  for (const v1::EvidenceKind kind : {v1::EVIDENCE_KIND_SIGNED_REQUEST,
                                      v1::EVIDENCE_KIND_GUARDIANSHIP, v1::EVIDENCE_KIND_KINSHIP}) {
    EXPECT_EQ(WrongField(authority, Good(kind)), "evidence.kind") << v1::EvidenceKind_Name(kind);
  }
}

TEST_F(EvidenceTest, AVerificationThatIsNotThereTakesNoEvidence) {
  const std::string request = shop_.File().name();

  EXPECT_THAT(
      Record(request + "/verifications/01kjj5zzzz0000000000000000",
             Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)),
      AllOf(StatusIs(absl::StatusCode::kNotFound), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND)));
  EXPECT_THAT(Record("requests/01kjj5zzzz0000000000000000/verifications/"
                     "01kjj5zzzz0000000000000000",
                     Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)),
              ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

// Guardians

TEST_F(EvidenceTest, AGuardiansProofForAnAdultIsRefusedByTheWardsBirthday) {
  const std::string request = FileFor(v1::RELATION_GUARDIAN);
  const std::string authority = Start(request, v1::VERIFICATION_METHOD_DOCUMENTS);
  v1::RecordEvidenceRequest call = RecordCall(authority, Guardianship());

  for (const char* adult : {"1990-07-15", "2008-03-02"}) {
    call.set_ward_birth_day(adult);
    call.set_idempotency_key(FreshKey());
    EXPECT_EQ(WrongField(call), "ward_birth_day");
  }
  // Eighteen tomorrow.
  call.set_ward_birth_day("2008-03-03");
  call.set_idempotency_key(FreshKey());
  const auto recorded = Record(call);

  ASSERT_THAT(recorded, IsOk());
  ASSERT_THAT(recorded->evidence(), SizeIs(1));
  EXPECT_EQ(ToCivilDay(recorded->evidence(0).minor_until()), absl::CivilDay(2026, 3, 3));
}

TEST_F(EvidenceTest, AWardIsNotBornInTheFuture) {
  const std::string request = FileFor(v1::RELATION_GUARDIAN);
  v1::RecordEvidenceRequest call =
      RecordCall(Start(request, v1::VERIFICATION_METHOD_DOCUMENTS), Guardianship());

  call.set_ward_birth_day("2026-03-03");
  EXPECT_EQ(WrongField(call), "ward_birth_day");

  call.set_ward_birth_day("2026-03-02");
  call.set_idempotency_key(FreshKey());
  EXPECT_THAT(Record(call), IsOk());
}

TEST_F(EvidenceTest, OfAWardsBirthdayOnlyTheDaysItTurnsFourteenAndEighteenAreKept) {
  const std::string request = FileFor(v1::RELATION_GUARDIAN);
  const std::string authority = Start(request, v1::VERIFICATION_METHOD_DOCUMENTS);
  v1::RecordEvidenceRequest child = RecordCall(authority, Guardianship());
  child.set_ward_birth_day("2014-05-01");
  v1::RecordEvidenceRequest leapling = RecordCall(authority, Guardianship());
  leapling.set_ward_birth_day("2012-02-29");

  ASSERT_THAT(Record(child), IsOk());
  ASSERT_THAT(Record(leapling), IsOk());

  const v1::Verification recorded = GetVerification(authority);
  ASSERT_THAT(recorded.evidence(), SizeIs(2));
  EXPECT_EQ(ToCivilDay(recorded.evidence(0).child_until()), absl::CivilDay(2028, 5, 1));
  EXPECT_EQ(ToCivilDay(recorded.evidence(0).minor_until()), absl::CivilDay(2032, 5, 1));
  // In years without that day, the day after it.
  EXPECT_EQ(ToCivilDay(recorded.evidence(1).minor_until()), absl::CivilDay(2030, 3, 1));
  EXPECT_FALSE(absl::StrContains(BytesOfFiles(server_.data_dir()), "2014-05-01"));
}

TEST_F(EvidenceTest, AGuardianOfAnAdultShowsTheCourtsRulingToo) {
  const std::string request = FileFor(v1::RELATION_GUARDIAN);
  ProveIdentity(request);
  const std::string authority = Start(request, v1::VERIFICATION_METHOD_DOCUMENTS);
  ASSERT_THAT(Record(authority, Guardianship()), IsOk());

  const absl::Status refused = Decide(authority).status();
  ASSERT_THAT(Record(authority, Good(v1::EVIDENCE_KIND_CAPACITY_RULING)), IsOk());

  EXPECT_THAT(refused, AllOf(StatusIs(absl::StatusCode::kFailedPrecondition),
                             ReasonIs(v1::ERROR_REASON_REPRESENTATION_MISSING)));
  EXPECT_EQ(ErrorInfoOf(refused)->metadata().at("missing"), "CAPACITY_RULING");
  EXPECT_THAT(Decide(authority), IsOk());
  EXPECT_EQ(shop_.Get(request).state(), "assessing");
}

// Agents

TEST_F(EvidenceTest, AnAgentActsWithinTheScopeAndTheTimeOfItsPower) {
  const std::string request = FileFor(v1::RELATION_AUTHORISED_AGENT);
  const std::string authority = Start(request, v1::VERIFICATION_METHOD_DOCUMENTS);
  v1::Evidence power = Good(v1::EVIDENCE_KIND_POWER_OF_ATTORNEY);
  *power.mutable_expire_time() = ToTimestamp(server_.clock().Now() + absl::Hours(24 * 30));

  v1::Evidence other_type = power;
  other_type.add_types("access");
  EXPECT_EQ(WrongField(authority, other_type), "evidence.types");
  v1::Evidence other_data = power;
  other_data.add_categories("orders");
  EXPECT_EQ(WrongField(authority, other_data), "evidence.categories");
  v1::Evidence endless = power;
  endless.clear_expire_time();
  EXPECT_EQ(WrongField(authority, endless, v1::ERROR_REASON_FIELD_MISSING), "evidence.expire_time");
  v1::Evidence expired = power;
  *expired.mutable_expire_time() = ToTimestamp(server_.clock().Now());
  EXPECT_EQ(WrongField(authority, expired), "evidence.expire_time");

  v1::Evidence fitting = power;
  fitting.add_types("access");
  fitting.add_types("deletion");
  fitting.add_categories("browsing");
  EXPECT_THAT(Record(authority, fitting), IsOk());
  EXPECT_THAT(GetVerification(authority).evidence(), SizeIs(1));
}

TEST_F(EvidenceTest, WhatIsNotAcceptedIsRecordedHoweverWrongAndHelpsNobody) {
  const std::string request = FileFor(v1::RELATION_AUTHORISED_AGENT);
  ProveIdentity(request);
  const std::string authority = Start(request, v1::VERIFICATION_METHOD_DOCUMENTS);
  v1::Evidence power = Good(v1::EVIDENCE_KIND_POWER_OF_ATTORNEY);
  power.set_accepted(false);
  power.add_types("access");
  *power.mutable_expire_time() = ToTimestamp(server_.clock().Now() - absl::Hours(1));

  ASSERT_THAT(Record(authority, power), IsOk());

  const absl::Status refused = Decide(authority).status();
  EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_REPRESENTATION_MISSING));
  EXPECT_EQ(ErrorInfoOf(refused)->metadata().at("missing"), "POWER_OF_ATTORNEY");
  v1::ListAllowedActionsRequest in;
  in.set_name(request);
  const auto actions =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ListAllowedActions, in);
  ASSERT_THAT(actions, IsOk());
  ASSERT_THAT(actions->missing(), SizeIs(1));
  EXPECT_EQ(actions->missing(0).evidence(), v1::EVIDENCE_KIND_POWER_OF_ATTORNEY);
  EXPECT_EQ(actions->missing(0).reason(), v1::MissingProof::REASON_NOT_ACCEPTED);
  EXPECT_EQ(shop_.Get(request).state(), "verifying");
}

TEST_F(EvidenceTest, APowerThatEndsBeforeItIsDecidedOnProvesNothing) {
  const std::string request = FileFor(v1::RELATION_AUTHORISED_AGENT);
  ProveIdentity(request);
  const std::string authority = Start(request, v1::VERIFICATION_METHOD_DOCUMENTS);
  v1::Evidence power = Good(v1::EVIDENCE_KIND_POWER_OF_ATTORNEY);
  *power.mutable_expire_time() = ToTimestamp(server_.clock().Now() + absl::Hours(2));
  ASSERT_THAT(Record(authority, power), IsOk());
  server_.clock().Advance(absl::Hours(2));

  const absl::Status refused = Decide(authority).status();

  EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_REPRESENTATION_MISSING));
  EXPECT_EQ(ErrorInfoOf(refused)->metadata().at("missing"), "POWER_OF_ATTORNEY");
}

// Relatives of the deceased

TEST_F(EvidenceTest, ADeathBeforeTheSubjectProvedItsIdentityIsRefusedByItsDay) {
  const std::string own = shop_.File().name();
  shop_.Verify(own);
  server_.clock().Advance(absl::Hours(24 * 3));
  const std::string relatives = FileFor(v1::RELATION_CLOSE_RELATIVE, "access");
  const std::string authority = Start(relatives, v1::VERIFICATION_METHOD_DOCUMENTS);

  EXPECT_EQ(WrongField(authority, DeathOn(2026, 3, 1)), "evidence.death_day");
  EXPECT_THAT(GetVerification(authority).evidence(), IsEmpty());

  EXPECT_THAT(Record(authority, DeathOn(2026, 3, 4)), IsOk());
}

TEST_F(EvidenceTest, ADeathNeedsADayThatIsNotInTheFutureAndAKinshipItsKind) {
  const std::string relatives = FileFor(v1::RELATION_CLOSE_RELATIVE, "access");
  const std::string authority = Start(relatives, v1::VERIFICATION_METHOD_DOCUMENTS);

  EXPECT_EQ(WrongField(authority, Good(v1::EVIDENCE_KIND_DEATH), v1::ERROR_REASON_FIELD_MISSING),
            "evidence.death_day");
  EXPECT_EQ(WrongField(authority, DeathOn(2026, 3, 3)), "evidence.death_day");
  EXPECT_EQ(WrongField(authority, Good(v1::EVIDENCE_KIND_KINSHIP)), "evidence.kinship");

  EXPECT_THAT(Record(authority, DeathOn(2026, 3, 2)), IsOk());
}

// Revocation

TEST_F(EvidenceTest, ARevocationStopsTheTasksThatRestOnIt) {
  const std::string request = FileFor(v1::RELATION_AUTHORISED_AGENT, "access");
  ProveIdentity(request);
  const std::string authority = Start(request, v1::VERIFICATION_METHOD_DOCUMENTS);
  v1::Evidence power = Good(v1::EVIDENCE_KIND_POWER_OF_ATTORNEY);
  *power.mutable_expire_time() = ToTimestamp(server_.clock().Now() + absl::Hours(24 * 30));
  ASSERT_THAT(Record(authority, power), IsOk());
  ASSERT_THAT(Decide(authority), IsOk());
  ASSERT_THAT(shop_.Assess(request), IsOk());
  const auto leased =
      server_.Call<Tasks>("system-browsing", &Tasks::Stub::LeaseTasks, v1::LeaseTasksRequest());
  ASSERT_THAT(leased, IsOk());
  ASSERT_THAT(leased->tasks(), SizeIs(1));

  const auto revoked = Revoke(authority);

  ASSERT_THAT(revoked, IsOk());
  EXPECT_EQ(revoked->state(), v1::Verification::STATE_REVOKED);
  EXPECT_EQ(shop_.Get(request).state(), "verifying");
  // Only the contact point is looked up anew.
  EXPECT_EQ(shop_.Get(request).progress().tasks_open(), 1);
  EXPECT_THAT(shop_.Get(request).incidents(), IsEmpty());
  v1::CompleteTaskRequest late;
  late.set_name(leased->tasks(0).name());
  late.set_lease_token(leased->tasks(0).lease_token());
  late.set_idempotency_key(FreshKey());
  *late.mutable_result() = RecordsOf("browsing", 3);
  EXPECT_THAT(server_.Call<Tasks>("system-browsing", &Tasks::Stub::CompleteTask, late),
              ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
  EXPECT_THAT(shop_.Assess(request), ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

TEST_F(EvidenceTest, AFraudIsAnIncidentAndOneThatHadNoEffectSaysSo) {
  const std::string request = shop_.File().name();
  const std::string proof = Start(request, v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  ASSERT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)), IsOk());
  ASSERT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_IDENTITY_DOCUMENT)), IsOk());
  ASSERT_THAT(Decide(proof), IsOk());

  ASSERT_THAT(Revoke(proof, /*fraud=*/true), IsOk());

  const v1::Request revoked = shop_.Get(request);
  EXPECT_EQ(revoked.state(), "verifying");
  EXPECT_EQ(revoked.verified_level(), v1::ASSURANCE_LEVEL_UNSPECIFIED);
  ASSERT_THAT(revoked.incidents(), SizeIs(1));
  EXPECT_EQ(revoked.incidents(0).kind(), v1::Incident::KIND_VERIFICATION_FRAUD);
  EXPECT_FALSE(revoked.incidents(0).effective());
}

TEST_F(EvidenceTest, OnlyAVerificationThatPassedIsRevokedOnceAndByThoseWhoMay) {
  const std::string request = shop_.File().name();
  const std::string proof = Start(request, v1::VERIFICATION_METHOD_WRITTEN_REQUEST);
  EXPECT_THAT(Revoke(proof), AllOf(StatusIs(absl::StatusCode::kFailedPrecondition),
                                   ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED)));
  ASSERT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_SIGNED_REQUEST)), IsOk());
  ASSERT_THAT(Record(proof, Good(v1::EVIDENCE_KIND_IDENTITY_DOCUMENT)), IsOk());
  ASSERT_THAT(Decide(proof), IsOk());

  for (const char* other : {"intake-tool", "caseworker-1", "auditor-1", "authority-1"}) {
    EXPECT_THAT(Revoke(proof, false, other), ReasonIs(v1::ERROR_REASON_ROLE_MISSING)) << other;
  }
  v1::RevokeVerificationRequest unexplained;
  unexplained.set_name(proof);
  unexplained.set_idempotency_key(FreshKey());
  EXPECT_THAT(FieldsOf(server_
                           .Call<Verifications>(
                               "verifier-1", &Verifications::Stub::RevokeVerification, unexplained)
                           .status()),
              ElementsAre("reason"));
  EXPECT_THAT(Revoke(proof, false, "verifier-1"), IsOk());
  EXPECT_THAT(Revoke(proof), ReasonIs(v1::ERROR_REASON_ACTION_NOT_ALLOWED));
}

}  // namespace
}  // namespace dsr
