#include "app/integrity_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/record_rules.h"
#include "dsr/base/crypto.h"
#include "dsr/base/merkle.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "store/sqlite/database_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using storage::v1::Event;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A deletion under way, a request for access to be proved, and one that is refused; what is broken
// is broken in a copy of the file.
class IntegrityCheckerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.AddSystem("members", {"browsing"});
    world_.AddRecipient("ads", "account-1", {"browsing"});
    world_.AddRecipient("parcel", "account-1", {"browsing"});
    refused_ = Refused();
    deletion_ = Deletion();
    open_ = world_.FileOne("access", "account-3");
    ASSERT_THAT(dynamic_cast<sqlite::SqliteStore&>(*world_.store).CopyTo(Path(), {}), IsOk());
  }

  RequestId Assessed(const std::string& account) {
    storage::v1::RequestFiled filed = World::Filed("deletion", account);
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
    return id;
  }

  RequestId Deletion() {
    const RequestId id = Assessed("account-1");
    EXPECT_THAT(world_.Execute(id, AssessRequest{}, world_.As("caseworker")), IsOk());
    EXPECT_THAT(world_.Execute(id, ConfirmPlan{}, world_.As("caseworker")), IsOk());
    return id;
  }

  RequestId Refused() {
    const RequestId id = Assessed("account-2");
    ProposeRefusal proposal;
    proposal.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
    EXPECT_THAT(world_.Execute(id, proposal, world_.As("caseworker")), IsOk());
    EXPECT_THAT(world_.Execute(id, ApproveRefusal{}, world_.As("officer")), IsOk());
    return id;
  }

  std::string Path() const { return world_.dir.File("copy.db"); }

  IntegrityReport Check() {
    const auto file = sqlite::DatabaseReader::Open(Path());
    EXPECT_THAT(file, IsOk());
    auto report = CheckIntegrity(**file, [](int64_t) {});
    EXPECT_THAT(report, IsOk());
    return *std::move(report);
  }

  // The invariants that are broken after `statement`.
  std::set<int> BrokenAfter(const std::string& statement) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(Path().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    EXPECT_GT(sqlite3_total_changes(database), 0) << statement;
    sqlite3_close(database);
    return Broken();
  }
  std::set<int> Broken() {
    std::set<int> broken;
    findings_ = Check().findings();
    for (const IntegrityFinding& finding : findings_) broken.insert(finding.invariant);
    return broken;
  }

  // Puts other bytes into a column of the row that `where` names.
  std::set<int> BrokenByBytes(const std::string& table, const std::string& column,
                              const std::string& bytes, const std::string& where) {
    return BrokenAfter(absl::StrCat("UPDATE ", table, " SET ", column, " = x'", HexEncode(bytes),
                                    "' WHERE ", where));
  }

  // Rewrites the first event of the request that has such a payload, with a leaf that fits it, and
  // returns what is broken then: always the log as a whole, whose root is another.
  std::set<int> BrokenByEvent(const RequestId& id, Event::PayloadCase kind,
                              const std::function<void(Event&)>& change) {
    for (const StoredEvent& stored : world_.Events(id)) {
      Event event;
      EXPECT_TRUE(event.ParseFromString(stored.clear));
      if (event.payload_case() != kind) continue;
      change(event);
      const std::string clear = event.SerializeAsString();
      const std::string where =
          absl::StrCat("request_id = ", Blob(id), " AND sequence = ", stored.sequence);
      BrokenByBytes("log", "clear", clear, where);
      std::set<int> broken =
          BrokenByBytes("log", "hash", MerkleLeafHash({clear, stored.sealed}), where);
      EXPECT_EQ(broken.erase(13), 1u);
      return broken;
    }
    ADD_FAILURE() << "no such event";
    return {};
  }

  static std::string Blob(const RequestId& id) {
    return absl::StrCat("x'", HexEncode(id.bytes()), "'");
  }

  World world_;
  RequestId deletion_;
  RequestId refused_;
  RequestId open_;
  std::vector<IntegrityFinding> findings_;
};

TEST_F(IntegrityCheckerTest, FindsNothingInAFileThatNobodyTouched) {
  const IntegrityReport report = Check();

  EXPECT_THAT(report.findings(), IsEmpty());
  for (const int invariant : {0, 2, 3, 4, 5, 6, 8, 11, 13, 14, 15, 16, 19}) {
    EXPECT_GT(report.results()[static_cast<size_t>(invariant)].checked, 0) << "I" << invariant;
  }
  for (const int invariant : {1, 10, 18, 20}) {
    EXPECT_FALSE(report.results()[static_cast<size_t>(invariant)].is_visible) << "I" << invariant;
  }
}

TEST_F(IntegrityCheckerTest, FindsADisclosureBeforeVerification) {
  EXPECT_THAT(BrokenByEvent(deletion_, Event::kVerificationPassed,
                            [](Event& event) {
                              const Event before = event;
                              event.mutable_verification_failed()->set_verification_id(
                                  before.verification_passed().verification_id());
                            }),
              Contains(2));
}

TEST_F(IntegrityCheckerTest, FindsAProofThatWasOldAlready) {
  EXPECT_THAT(BrokenByEvent(deletion_, Event::kVerificationPassed,
                            [](Event& event) {
                              *event.mutable_verification_passed()->mutable_expire_time() =
                                  event.time();
                            }),
              Contains(2));
}

TEST_F(IntegrityCheckerTest, FindsATimerThatIsMissing) {
  EXPECT_THAT(BrokenAfter(absl::StrCat("DELETE FROM timers WHERE name = 'deadline' AND ",
                                       "request_id = ", Blob(open_))),
              ElementsAre(3));
  EXPECT_EQ(findings_.front().about, RequestName(open_));
}

TEST_F(IntegrityCheckerTest, FindsATimerThatNobodyHas) {
  EXPECT_THAT(BrokenAfter(absl::StrCat("INSERT INTO timers VALUES (1, ", Blob(open_), ", 'own')")),
              ElementsAre(3));
  EXPECT_THAT(BrokenAfter("INSERT INTO timers VALUES (2, zeroblob(16), 'own')"), ElementsAre(3));
}

TEST_F(IntegrityCheckerTest, FindsAnAnswerThatIsMissing) {
  // What was said to be the answer only names somebody, so that the request ended without one.
  EXPECT_THAT(BrokenByEvent(refused_, Event::kRequestAnswered,
                            [](Event& event) { event.mutable_request_assigned(); }),
              Contains(4));
}

TEST_F(IntegrityCheckerTest, FindsALateAnswerThatIsNoBreach) {
  EXPECT_THAT(BrokenByEvent(refused_, Event::kRequestAnswered,
                            [](Event& event) { event.mutable_request_answered()->set_late(true); }),
              Contains(4));
}

TEST_F(IntegrityCheckerTest, FindsARecipientThatIsToldTwice) {
  EXPECT_THAT(BrokenByEvent(deletion_, Event::kNoticesCreated,
                            [](Event& event) {
                              auto& created = *event.mutable_notices_created();
                              *created.add_notices() = created.notices(0);
                            }),
              Contains(5));
}

TEST_F(IntegrityCheckerTest, FindsARecipientThatIsNotToldForNoReason) {
  storage::v1::RequestRecord record = world_.Record(deletion_);
  record.mutable_notices(0)->set_state(v1::Notice::STATE_EXEMPT);
  record.mutable_notices(1)->set_state(v1::Notice::STATE_FAILED);
  IntegrityReport report;
  RequestFindings findings(report, RequestName(deletion_));

  CheckRecord(record, findings);

  EXPECT_EQ(report.results()[5].findings, 2);
}

TEST_F(IntegrityCheckerTest, FindsAClosedRequestWhoseRecipientsAreNotDone) {
  storage::v1::RequestRecord record = world_.Record(deletion_);
  record.mutable_state()->mutable_request()->set_phase(v1::PHASE_CLOSED);
  IntegrityReport report;
  RequestFindings findings(report, RequestName(deletion_));

  CheckRecord(record, findings);

  EXPECT_EQ(report.results()[5].findings, record.notices_size());
  EXPECT_GT(report.results()[4].findings, 0);
}

TEST_F(IntegrityCheckerTest, FindsKeptDataThatNothingWillErase) {
  storage::v1::RequestRecord record = world_.Record(deletion_);
  record.mutable_state()->mutable_request()->set_phase(v1::PHASE_FOLLOW_UP);
  storage::v1::RetainedData& retained = *record.mutable_state()->add_retained();
  retained.set_system("systems/members");
  retained.mutable_next_end()->set_year(2029);
  IntegrityReport report;
  RequestFindings findings(report, RequestName(deletion_));

  CheckRecord(record, findings);

  EXPECT_GT(report.results()[3].findings, 0);
}

TEST_F(IntegrityCheckerTest, FindsARowThatIsNotTheFoldOfItsEvents) {
  storage::v1::RequestRecord record = world_.Record(open_);
  record.mutable_state()->mutable_request()->set_assignee("somebody");
  EXPECT_THAT(BrokenByBytes("requests", "state", record.state().SerializeAsString(),
                            absl::StrCat("request_id = ", Blob(open_))),
              ElementsAre(6));
  EXPECT_THAT(findings_.front().words, HasSubstr("state.request.assignee"));
}

TEST_F(IntegrityCheckerTest, FindsATaskNoticeOrMessageThatIsNotTheFoldOfItsEvents) {
  const storage::v1::RequestRecord record = world_.Record(deletion_);
  v1::Notice notice = record.notices(0);
  notice.set_state(v1::Notice::STATE_COMPLETED);
  EXPECT_THAT(
      BrokenByBytes("notices", "clear", notice.SerializeAsString(),
                    absl::StrCat("notice_id = x'",
                                 HexEncode(ParseNoticeName(notice.name())->second.bytes()), "'")),
      Contains(6));
}

TEST_F(IntegrityCheckerTest, FindsAColumnThatListsARequestWrongly) {
  EXPECT_THAT(BrokenAfter(absl::StrCat("UPDATE requests SET assignee = 'somebody' WHERE ",
                                       "request_id = ", Blob(open_))),
              ElementsAre(6));
}

TEST_F(IntegrityCheckerTest, FindsAStateThatTheWorkflowDoesNotLeadTo) {
  EXPECT_THAT(BrokenByEvent(deletion_, Event::kStateChanged,
                            [](Event& event) { event.mutable_state_changed()->set_to("closed"); }),
              Contains(6));
}

TEST_F(IntegrityCheckerTest, FindsDefinitionsThatAreNotWhatWasPinned) {
  EXPECT_THAT(BrokenAfter("UPDATE definitions SET sha256 = replace(hex(zeroblob(32)), '0', 'f') "
                          "WHERE name = 'access'"),
              ElementsAre(6));
}

TEST_F(IntegrityCheckerTest, FindsAnAnswerOfACallWhoseRequestIsMissing) {
  EXPECT_THAT(BrokenAfter("UPDATE answers SET request_id = zeroblob(16) WHERE request_id = "
                          "(SELECT min(request_id) FROM answers)"),
              ElementsAre(7));
  EXPECT_THAT(BrokenAfter("UPDATE answers SET fingerprint = x'01' WHERE rowid = "
                          "(SELECT min(rowid) FROM answers)"),
              ElementsAre(7));
}

TEST_F(IntegrityCheckerTest, FindsACompletionThatNoTaskAwaits) {
  EXPECT_THAT(BrokenByEvent(deletion_, Event::kTaskCompleted,
                            [](Event& event) {
                              event.mutable_task_completed()->set_task_id(std::string(16, 'x'));
                            }),
              Contains(8));
}

TEST_F(IntegrityCheckerTest, FindsAnErasureOfWhatIsHeld) {
  v1::Hold hold;
  hold.set_name(HoldName(*RecordId::FromBytes(std::string(16, 'h'))));
  hold.add_categories("browsing");
  hold.set_state(v1::Hold::STATE_ACTIVE);
  *hold.mutable_create_time() = ToTimestamp(world_.clock.Now() - absl::Hours(24));
  const std::string subject = world_.Record(deletion_).state().subject_id();
  EXPECT_THAT(BrokenAfter(absl::StrCat("INSERT INTO holds VALUES (x'",
                                       HexEncode(std::string(16, 'h')), "', x'", HexEncode(subject),
                                       "', x'", HexEncode(hold.SerializeAsString()), "', x'')")),
              ElementsAre(9));
}

TEST_F(IntegrityCheckerTest, FindsARefusalByOnePerson) {
  EXPECT_THAT(BrokenByEvent(refused_, Event::kRefusalDecided,
                            [](Event& event) { event.set_actor("caseworker"); }),
              Contains(11));
}

TEST_F(IntegrityCheckerTest, FindsARefusalWithoutGround) {
  EXPECT_THAT(BrokenByEvent(refused_, Event::kRefusalProposed,
                            [](Event& event) { event.mutable_refusal_proposed()->clear_ground(); }),
              Contains(11));
}

TEST_F(IntegrityCheckerTest, FindsAReviewByWhoDecidedFirst) {
  BrokenByEvent(refused_, Event::kRequestFiled,
                [](Event& event) { event.mutable_request_filed()->add_first_deciders("officer"); });
  EXPECT_THAT(
      BrokenByEvent(refused_, Event::kRefusalDecided,
                    [](Event& event) {
                      event.mutable_decision_reviewed()->set_outcome(v1::REVIEW_OUTCOME_UPHELD);
                    }),
      Contains(12));
}

TEST_F(IntegrityCheckerTest, FindsAnEventThatIsAltered) {
  EXPECT_THAT(BrokenAfter(absl::StrCat("UPDATE log SET clear = CAST(clear || x'00' AS BLOB) WHERE ",
                                       "sequence = 2 AND request_id = ", Blob(open_))),
              ElementsAre(13));
}

TEST_F(IntegrityCheckerTest, FindsAnEventThatIsMissing) {
  EXPECT_THAT(BrokenAfter(absl::StrCat("DELETE FROM log WHERE sequence = 2 AND request_id = ",
                                       Blob(deletion_))),
              ::testing::IsSupersetOf({6, 13}));
}

TEST_F(IntegrityCheckerTest, FindsPersonalDataInTheClear) {
  storage::v1::RequestRecord record = world_.Record(open_);
  record.mutable_state()->mutable_request()->set_subject_account("account-3");
  EXPECT_THAT(BrokenByBytes("requests", "state", record.state().SerializeAsString(),
                            absl::StrCat("request_id = ", Blob(open_))),
              Contains(14));
  for (const IntegrityFinding& finding : findings_) {
    EXPECT_THAT(finding.words, ::testing::Not(HasSubstr("account-3")));
  }
}

TEST_F(IntegrityCheckerTest, FindsPersonalDataOfARegisteredDisclosureInTheClear) {
  v1::Disclosure disclosure;
  disclosure.set_subject_account("account-1");
  EXPECT_THAT(BrokenByBytes("disclosures", "clear", disclosure.SerializeAsString(), "true"),
              ElementsAre(14));
}

TEST_F(IntegrityCheckerTest, FindsANoticeThatCarriesMoreThanItMay) {
  v1::Notice notice = world_.Record(deletion_).notices(0);
  notice.add_subject_references("ref-of-account-1");
  EXPECT_THAT(
      BrokenByBytes("notices", "clear", notice.SerializeAsString(),
                    absl::StrCat("notice_id = x'",
                                 HexEncode(ParseNoticeName(notice.name())->second.bytes()), "'")),
      Contains(15));
}

TEST_F(IntegrityCheckerTest, FindsADueDateThatMovedByItself) {
  storage::v1::RequestRecord record = world_.Record(open_);
  auto& due = *record.mutable_state()->mutable_request()->mutable_due_time();
  due.set_seconds(due.seconds() + 86400);
  EXPECT_THAT(BrokenByBytes("requests", "state", record.state().SerializeAsString(),
                            absl::StrCat("request_id = ", Blob(open_))),
              Contains(16));
}

TEST_F(IntegrityCheckerTest, FindsAWithdrawalAfterThePointOfNoReturn) {
  // The last event of a deletion under way.
  EXPECT_THAT(BrokenByEvent(deletion_, Event::kNoticesCreated,
                            [](Event& event) { event.mutable_request_withdrawn(); }),
              Contains(17));
}

TEST_F(IntegrityCheckerTest, FindsWhatIsMissingInTheOutbox) {
  EXPECT_THAT(BrokenAfter("DELETE FROM outbox WHERE kind = 2"), ElementsAre(19));
}

TEST_F(IntegrityCheckerTest, FindsWhatTheOutboxShouldNotHold) {
  EXPECT_THAT(BrokenAfter(absl::StrCat("INSERT INTO outbox (kind, item_id, request_id, lane, "
                                       "next_attempt, attempts) VALUES (1, zeroblob(16), ",
                                       Blob(deletion_), ", '', 0, 0)")),
              ElementsAre(19));
}

TEST_F(IntegrityCheckerTest, FindsRowsOfARequestThatIsGone) {
  EXPECT_THAT(
      BrokenAfter(absl::StrCat("DELETE FROM requests WHERE request_id = ", Blob(deletion_))),
      Contains(kFileInvariant));
}

TEST_F(IntegrityCheckerTest, FindsAFailedDeliveryOfNoNotice) {
  EXPECT_THAT(BrokenAfter("INSERT INTO delivery_failures VALUES (zeroblob(16), 1, 'timeout')"),
              ElementsAre(kFileInvariant));
}

TEST_F(IntegrityCheckerTest, FindsARowThatCannotBeRead) {
  EXPECT_THAT(BrokenByBytes("requests", "state", std::string(20, '\xff'),
                            absl::StrCat("request_id = ", Blob(open_))),
              Contains(kFileInvariant));
}

TEST_F(IntegrityCheckerTest, APurgedRequestIsNotFolded) {
  storage::v1::RequestRecord record = world_.Record(open_);
  *record.mutable_state()->mutable_request()->mutable_purge_time() =
      ToTimestamp(world_.clock.Now());
  record.mutable_state()->clear_timers();
  BrokenAfter(absl::StrCat("DELETE FROM timers WHERE request_id = ", Blob(open_)));

  EXPECT_THAT(BrokenByBytes("requests", "state", record.state().SerializeAsString(),
                            absl::StrCat("request_id = ", Blob(open_))),
              IsEmpty());
}

}  // namespace
}  // namespace dsr
