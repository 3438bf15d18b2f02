#include "app/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/deletion_certificate.h"
#include "app/leaf_record.h"
#include "app/refusal_audit.h"
#include "dsr/base/crypto.h"
#include "dsr/base/thread.h"
#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/raw_database.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using v1::LogFinding;

std::vector<LogFinding::Kind> KindsOf(const v1::VerifyLogResponse& verified) {
  std::vector<LogFinding::Kind> kinds;
  for (const LogFinding& finding : verified.details()) kinds.push_back(finding.kind());
  return kinds;
}

// Alters the database behind dsrd's back. Nothing else runs meanwhile.
class AuditorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.AddSystem("shop", {"orders"});
    requests_.push_back(world_.FileOne("access", "account-1"));
    requests_.push_back(world_.FileOne("copy", "account-2"));
  }

  // What a checkpoint of the log as it stands says.
  LogCheckpoint Checkpoint() {
    const NoteSigner signer = InstallationSigner(world_.secrets);
    LogCheckpoint made;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint,
                           MakeCheckpoint(view, signer, world_.clock.Now()));
      DSR_ASSIGN_OR_RETURN(const NoteVerifier verifier,
                           NoteVerifier::Parse(checkpoint.verifier_key()));
      DSR_ASSIGN_OR_RETURN(made, OpenCheckpoint(checkpoint.note(), verifier));
      return absl::OkStatus();
    }),
                IsOk());
    return made;
  }

  v1::VerifyLogResponse Verify(std::vector<LogCheckpoint> checkpoints = {}) {
    absl::StatusOr<v1::VerifyLogResponse> verified =
        VerifyLog(*world_.store, {.checkpoints = std::move(checkpoints)});
    EXPECT_THAT(verified, IsOk());
    return *std::move(verified);
  }

  v1::VerifyLogResponse VerifyAfter(const std::string& statement) {
    RawDatabase database(world_.dir.File("dsr.db"));
    EXPECT_GT(database.Run(statement), 0) << statement;
    return Verify();
  }

  void AppendRecord(absl::string_view kind, absl::string_view about) {
    const std::string record =
        MakeAuditRecord(world_.clock.Now(), "system:test", kind, about).SerializeAsString();
    EXPECT_THAT(TransactAndWait(*world_.store,
                                [&](Transaction& transaction) {
                                  return transaction.AppendAuditRecord(record, "");
                                }),
                IsOk());
  }

  std::string Key(int request) { return Blob(requests_[request].bytes()); }

  World world_;
  std::vector<RequestId> requests_;
};

TEST_F(AuditorTest, FindsNothingInALogThatNobodyTouched) {
  const LogCheckpoint before = Checkpoint();
  world_.FileOne("access", "account-3");
  const LogCheckpoint after = Checkpoint();

  const v1::VerifyLogResponse verified =
      Verify({after, before, {before.origin, 0, Sha256(""), {}}});

  EXPECT_TRUE(verified.intact()) << verified.ShortDebugString();
  EXPECT_EQ(verified.size(), after.size);
  EXPECT_EQ(verified.root(), Base64Encode(after.root));
  ASSERT_EQ(verified.checkpoints_size(), 3);
  EXPECT_EQ(verified.checkpoints(1).size(), before.size);
  for (const v1::CheckpointComparison& compared : verified.checkpoints()) {
    EXPECT_TRUE(compared.consistent());
  }
}

TEST_F(AuditorTest, FindsTheRecordThatWasChanged) {
  const v1::VerifyLogResponse verified =
      VerifyAfter("UPDATE log SET clear = CAST(clear || x'00' AS BLOB) WHERE leaf = 1");

  EXPECT_FALSE(verified.intact());
  EXPECT_THAT(verified.damaged_leaves(), ElementsAre(1));
  EXPECT_THAT(KindsOf(verified), ElementsAre(LogFinding::KIND_RECORD_ALTERED));
  EXPECT_EQ(verified.details(0).leaf(), 1);
}

TEST_F(AuditorTest, FindsASealedBoxThatWasChanged) {
  EXPECT_THAT(VerifyAfter("UPDATE log SET sealed = x'0102' WHERE leaf = 0").damaged_leaves(),
              ElementsAre(0));
}

TEST_F(AuditorTest, FindsALeafThatWasMadeToFitItsChangedRecord) {
  const v1::VerifyLogResponse verified =
      VerifyAfter("UPDATE log SET hash = zeroblob(32) WHERE leaf = 1");

  EXPECT_THAT(KindsOf(verified), Contains(LogFinding::KIND_NODE_ALTERED));
}

TEST_F(AuditorTest, FindsBytesThatWereMovedBetweenClearAndSealed) {
  // The leaf's hash is over both together, and fits still.
  for (const char* moved :
       {"clear = CAST(clear || substr(sealed, 1, 3) AS BLOB), sealed = substr(sealed, 4)",
        "sealed = CAST(substr(clear, -1) || sealed AS BLOB), "
        "clear = substr(clear, 1, length(clear) - 1)"}) {
    RawDatabase database(world_.dir.File("dsr.db"));
    const std::string where = " WHERE leaf = (SELECT min(leaf) FROM log WHERE length(sealed) > 3)";
    database.Run("CREATE TABLE kept AS SELECT * FROM log" + where);
    ASSERT_GT(database.Run(absl::StrCat("UPDATE log SET ", moved, where)), 0);

    EXPECT_THAT(KindsOf(Verify()), ElementsAre(LogFinding::KIND_ROW_ALTERED)) << moved;

    database.Run("INSERT OR REPLACE INTO log SELECT * FROM kept; DROP TABLE kept");
    EXPECT_TRUE(Verify().intact());
  }
}

TEST_F(AuditorTest, FindsARowThatSaysSomethingElseThanItsRecord) {
  const std::string event = absl::StrCat(" WHERE request_id = ", Key(0), " AND sequence = 1");
  const std::string record = " WHERE request_id IS NULL";
  for (const std::string& altered :
       {"SET time = time + 1" + event, "SET time = NULL" + event,
        "SET request_id = NULL, sequence = 0, time = NULL" + event,
        absl::StrCat("SET request_id = ", Key(1), event), "SET sequence = 900" + event,
        "SET time = 1" + record, "SET sequence = 1" + record,
        absl::StrCat("SET sequence = 1, time = 1, request_id = ", Key(0), record)}) {
    RawDatabase database(world_.dir.File("dsr.db"));
    database.Run("CREATE TABLE kept AS SELECT * FROM log");
    ASSERT_GT(database.Run("UPDATE log " + altered), 0) << altered;

    EXPECT_THAT(KindsOf(Verify()), Contains(LogFinding::KIND_ROW_ALTERED)) << altered;

    database.Run("DELETE FROM log; INSERT INTO log SELECT * FROM kept; DROP TABLE kept");
    EXPECT_TRUE(Verify().intact());
  }
}

TEST_F(AuditorTest, FindsEventsThatWereExchangedBetweenRequests) {
  const v1::VerifyLogResponse verified =
      VerifyAfter(absl::StrCat("UPDATE log SET request_id = CASE request_id WHEN ", Key(0),
                               " THEN ", Key(1), " ELSE ", Key(0), " END WHERE sequence = 2"));

  EXPECT_THAT(KindsOf(verified), Contains(LogFinding::KIND_ROW_ALTERED));
}

TEST_F(AuditorTest, FindsARequestThatIsGoneOrHasAnotherNumberOfEvents) {
  storage::v1::RequestState state = world_.Record(requests_[0]).state();
  state.set_version(state.version() - 1);
  const v1::VerifyLogResponse fewer =
      VerifyAfter(absl::StrCat("UPDATE requests SET state = ", Blob(state.SerializeAsString()),
                               " WHERE request_id = ", Key(0)));
  EXPECT_THAT(KindsOf(fewer), ElementsAre(LogFinding::KIND_REQUEST_ALTERED));
  EXPECT_EQ(fewer.details(0).request(), RequestName(requests_[0]));
  const v1::VerifyLogResponse gone =
      VerifyAfter("DELETE FROM requests WHERE request_id = " + Key(1));
  EXPECT_THAT(KindsOf(gone), Contains(LogFinding::KIND_REQUEST_ALTERED));
  EXPECT_EQ(gone.details(gone.details_size() - 1).request(), RequestName(requests_[1]));
}

TEST_F(AuditorTest, FindsALeafThatIsMissingInTheMiddle) {
  const v1::VerifyLogResponse verified = VerifyAfter("DELETE FROM log WHERE leaf = 2");

  EXPECT_THAT(KindsOf(verified), Contains(LogFinding::KIND_LEAF_MISSING));
  EXPECT_EQ(verified.root(), "");
}

TEST_F(AuditorTest, FindsARowBeforeTheFirstLeaf) {
  EXPECT_THAT(KindsOf(VerifyAfter("INSERT INTO log SELECT -1, hash, request_id, sequence, time, "
                                  "clear, sealed FROM log WHERE leaf = 1")),
              Contains(LogFinding::KIND_ROW_ALTERED));
}

TEST_F(AuditorTest, FindsEveryNodeThatWasChangedTakenOutOrAdded) {
  for (const char* altered :
       {"UPDATE log_nodes SET hash = zeroblob(32) WHERE level = 1 AND position = 1",
        "DELETE FROM log_nodes WHERE level = 1 AND position = 0",
        "DELETE FROM log_nodes WHERE level = (SELECT max(level) FROM log_nodes)",
        "INSERT INTO log_nodes SELECT level, max(position) + 1, hash FROM log_nodes WHERE level = "
        "1",
        "INSERT INTO log_nodes SELECT level, -1, hash FROM log_nodes WHERE level = 2 LIMIT 1",
        "INSERT INTO log_nodes SELECT 40, 0, hash FROM log_nodes LIMIT 1",
        "INSERT INTO log_nodes SELECT -3, 0, hash FROM log_nodes LIMIT 1",
        "INSERT INTO log_nodes SELECT 0, 0, hash FROM log_nodes LIMIT 1"}) {
    RawDatabase database(world_.dir.File("dsr.db"));
    database.Run("CREATE TABLE kept AS SELECT * FROM log_nodes");
    ASSERT_GT(database.Run(altered), 0) << altered;

    EXPECT_THAT(KindsOf(Verify()), ElementsAre(LogFinding::KIND_NODE_ALTERED)) << altered;

    database.Run(
        "DELETE FROM log_nodes; INSERT INTO log_nodes SELECT * FROM kept; DROP TABLE kept");
    EXPECT_TRUE(Verify().intact());
  }
}

TEST_F(AuditorTest, AnEndThatWasCutOffShowsByTheCheckpoint) {
  if (Checkpoint().size % 2 == 0) AppendRecord("test_record", "");
  AppendRecord("test_record", "");
  const LogCheckpoint checkpoint = Checkpoint();
  {
    // A record of its own, and the node over it: nothing in the database knows of it any more.
    RawDatabase database(world_.dir.File("dsr.db"));
    database.Run("DELETE FROM log WHERE leaf = (SELECT max(leaf) FROM log)");
    database.Rehash();
  }

  EXPECT_TRUE(Verify().intact());
  const v1::VerifyLogResponse verified = Verify({checkpoint});

  EXPECT_THAT(KindsOf(verified), ElementsAre(LogFinding::KIND_ROLLED_BACK));
  EXPECT_FALSE(verified.checkpoints(0).consistent());
}

TEST_F(AuditorTest, AForgerWhoRehashesEverythingIsFoundByTheCheckpointAlone) {
  AppendRecord("recipient_created", "recipients/pay");
  const LogCheckpoint checkpoint = Checkpoint();
  {
    RawDatabase database(world_.dir.File("dsr.db"));
    const std::string forged =
        MakeAuditRecord(world_.clock.Now(), "system:test", "recipient_created", "recipients/evil")
            .SerializeAsString();
    database.Run(absl::StrCat("UPDATE log SET clear = ", Blob(forged),
                              " WHERE leaf = (SELECT max(leaf) FROM log)"));
    database.Rehash();
  }

  EXPECT_TRUE(Verify().intact());
  EXPECT_THAT(KindsOf(Verify({checkpoint})), ElementsAre(LogFinding::KIND_CHECKPOINT_DIVERGED));
}

TEST_F(AuditorTest, AnEmptiedEventNeedsALaterRecordOfItsPurge) {
  AppendRecord(kRequestPurged, RequestName(requests_[0]));
  const v1::VerifyLogResponse unsaid = VerifyAfter(
      absl::StrCat("UPDATE log SET clear = NULL, sealed = x'' WHERE request_id = ", Key(1)));
  EXPECT_THAT(KindsOf(unsaid), ElementsAre(LogFinding::KIND_RECORD_EMPTIED));

  AppendRecord(kRequestPurged, RequestName(requests_[1]));
  EXPECT_TRUE(Verify({Checkpoint()}).intact());

  const v1::VerifyLogResponse record =
      VerifyAfter("UPDATE log SET clear = NULL, sealed = NULL WHERE request_id IS NULL");
  EXPECT_THAT(KindsOf(record), Contains(LogFinding::KIND_RECORD_EMPTIED));
}

TEST_F(AuditorTest, RaisesNoAlarmWhileTheLogGrows) {
  // More than a page, so that pages are of different snapshots.
  EXPECT_THAT(TransactAndWait(
                  *world_.store,
                  [&](Transaction& transaction) -> absl::Status {
                    for (int i = 0; i < 2500; ++i) {
                      DSR_RETURN_IF_ERROR(transaction.AppendAuditRecord(
                          MakeAuditRecord(world_.clock.Now(), "a", "test_record", absl::StrCat(i))
                              .SerializeAsString(),
                          ""));
                    }
                    return absl::OkStatus();
                  }),
              IsOk());
  const LogCheckpoint checkpoint = Checkpoint();
  std::atomic<bool> is_over = false;
  Thread writer("writer", [&] {
    for (int i = 0; i < 2000 && !is_over; ++i) {
      world_.FileOne("access", absl::StrCat("growing-", i));
    }
  });

  int64_t last = 0;
  for (int i = 0; i < 40 || (last == checkpoint.size && i < 10'000); ++i) {
    const v1::VerifyLogResponse verified = Verify({checkpoint});
    EXPECT_TRUE(verified.intact()) << verified.ShortDebugString();
    EXPECT_GE(verified.size(), last);
    last = verified.size();
  }

  is_over = true;
  writer.Join();
  EXPECT_GT(last, checkpoint.size);
}

TEST_F(AuditorTest, WhatCannotBeReadIsAFinding) {
  const v1::VerifyLogResponse verified =
      VerifyAfter("UPDATE log SET request_id = x'0102' WHERE request_id IS NOT NULL");

  EXPECT_THAT(KindsOf(verified), Contains(LogFinding::KIND_UNREADABLE));
}

}  // namespace
}  // namespace dsr
