#include "app/checkpoint_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "app/deletion_certificate.h"
#include "app/refusal_audit.h"
#include "dsr/base/file.h"
#include "dsr/base/log_checkpoint.h"
#include "testing/status_matchers.h"
#include "unit/app/raw_database.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CheckpointExporterTest : public ::testing::Test {
 protected:
  NoteSigner Signer() { return InstallationSigner(world_.secrets); }

  absl::StatusOr<CheckpointExport> Export() {
    return ExportCheckpoint(*world_.store, Signer(), directory_, world_.clock.Now());
  }

  void Grow(int leaves) {
    ASSERT_THAT(
        TransactAndWait(
            *world_.store,
            [&](Transaction& transaction) -> absl::Status {
              for (int i = 0; i < leaves; ++i) {
                DSR_RETURN_IF_ERROR(transaction.AppendAuditRecord(
                    MakeAuditRecord(world_.clock.Now(), "a", "test_record", "").SerializeAsString(),
                    ""));
              }
              return absl::OkStatus();
            }),
        IsOk());
  }

  std::vector<std::string> Names() {
    std::vector<std::string> names;
    std::error_code none_yet;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, none_yet)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  CheckpointExporter::Parts Parts() {
    return {.store = *world_.store,
            .clock = world_.clock,
            .secrets = world_.secrets,
            .directory = directory_,
            .interval = absl::Hours(1)};
  }

  World world_;
  const std::string directory_ = world_.dir.File("exported/checkpoints");
};

TEST_F(CheckpointExporterTest, WritesACheckpointThatTheInstallationsKeyOpens) {
  Grow(5);

  EXPECT_THAT(Export(), IsOkAndHolds(CheckpointExport::kWritten));

  EXPECT_THAT(Names(), ElementsAre("checkpoint-00000000000000000005.note"));
  DSR_ASSERT_OK_AND_ASSIGN(const std::string note,
                           ReadFile(directory_ + "/" + CheckpointFileName(5)));
  DSR_ASSERT_OK_AND_ASSIGN(const NoteVerifier verifier,
                           NoteVerifier::Parse(Signer().verifier_key()));
  DSR_ASSERT_OK_AND_ASSIGN(const LogCheckpoint checkpoint, OpenCheckpoint(note, verifier));
  EXPECT_EQ(checkpoint.size, 5);
  EXPECT_THAT(checkpoint.extensions, ElementsAre(CheckpointTimeLine(world_.clock.Now())));
}

TEST_F(CheckpointExporterTest, WritesNothingUntilTheLogHasGrown) {
  EXPECT_THAT(Export(), IsOkAndHolds(CheckpointExport::kUnchanged));
  Grow(3);
  EXPECT_THAT(Export(), IsOkAndHolds(CheckpointExport::kWritten));
  EXPECT_THAT(Export(), IsOkAndHolds(CheckpointExport::kUnchanged));
  Grow(4);
  EXPECT_THAT(Export(), IsOkAndHolds(CheckpointExport::kWritten));

  EXPECT_THAT(Names(), ElementsAre(CheckpointFileName(3), CheckpointFileName(7)));
}

TEST_F(CheckpointExporterTest, ADatabaseThatWasRolledBackIsNotPaperedOver) {
  Grow(7);
  ASSERT_THAT(Export(), IsOkAndHolds(CheckpointExport::kWritten));
  const std::string larger = directory_ + "/" + CheckpointFileName(7);
  DSR_ASSERT_OK_AND_ASSIGN(const std::string note, ReadFile(larger));
  World yesterday;

  // The same key over another log, from empty to longer than what was exported.
  for (int leaves = 0; leaves <= 10; ++leaves) {
    EXPECT_THAT(ExportCheckpoint(*yesterday.store, Signer(), directory_, world_.clock.Now()),
                IsOkAndHolds(CheckpointExport::kDiverged))
        << leaves;
    ASSERT_THAT(
        TransactAndWait(
            *yesterday.store,
            [&](Transaction& transaction) {
              return transaction.AppendAuditRecord(
                  MakeAuditRecord(yesterday.clock.Now(), "b", "other", "").SerializeAsString(), "");
            }),
        IsOk());
  }

  EXPECT_THAT(Names(), ElementsAre(CheckpointFileName(7)));
  EXPECT_THAT(ReadFile(larger), IsOkAndHolds(note));
}

TEST_F(CheckpointExporterTest, ALogThatWasRewrittenIsNotSigned) {
  Grow(7);
  ASSERT_THAT(Export(), IsOkAndHolds(CheckpointExport::kWritten));
  {
    RawDatabase database(world_.dir.File("dsr.db"));
    ASSERT_EQ(database.Run("UPDATE log SET clear = x'0102' WHERE leaf = 2"), 1);
    database.Rehash();
  }

  EXPECT_THAT(Export(), IsOkAndHolds(CheckpointExport::kDiverged));
  EXPECT_THAT(Names(), ElementsAre(CheckpointFileName(7)));
}

TEST_F(CheckpointExporterTest, NotesOfOthersAreNoCheckpointsOfThisLog) {
  Grow(3);
  ASSERT_THAT(Export(), IsOkAndHolds(CheckpointExport::kWritten));
  const NoteSigner other("dsrd-other", SecretKey::Generate());
  ASSERT_THAT(
      WriteFileAtomically(directory_ + "/" + CheckpointFileName(900),
                          SignCheckpoint(other, 900, std::string(32, 'r'), world_.clock.Now())),
      IsOk());
  ASSERT_THAT(WriteFileAtomically(directory_ + "/checkpoint-x.note", "a letter"), IsOk());
  Grow(1);

  EXPECT_THAT(Export(), IsOkAndHolds(CheckpointExport::kWritten));
  EXPECT_THAT(Names(), SizeIs(4));
}

TEST_F(CheckpointExporterTest, ADirectoryThatCannotBeMadeIsAnError) {
  ASSERT_THAT(WriteFileAtomically(world_.dir.File("exported"), "a file"), IsOk());
  Grow(3);

  EXPECT_THAT(Export(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(CheckpointExporterTest, ExportsAtTheStartEachIntervalAndAtTheEnd) {
  Grow(1);
  CheckpointExporter exporter(Parts());
  exporter.AwaitIdle();
  EXPECT_THAT(Names(), ElementsAre(CheckpointFileName(1)));

  Grow(1);
  world_.clock.Advance(absl::Minutes(59));
  exporter.AwaitIdle();
  EXPECT_THAT(Names(), SizeIs(1));
  world_.clock.Advance(absl::Minutes(1));
  exporter.AwaitIdle();
  EXPECT_THAT(Names(), ElementsAre(CheckpointFileName(1), CheckpointFileName(2)));

  Grow(1);
  exporter.Stop();
  EXPECT_THAT(Names(), SizeIs(3));
}

TEST_F(CheckpointExporterTest, AFailureIsTriedAgainAfterAMinute) {
  ASSERT_THAT(WriteFileAtomically(world_.dir.File("exported"), "a file"), IsOk());
  Grow(1);
  CheckpointExporter exporter(Parts());
  exporter.AwaitIdle();
  EXPECT_THAT(Names(), IsEmpty());
  std::filesystem::remove(world_.dir.File("exported"));

  world_.clock.Advance(absl::Minutes(1));
  exporter.AwaitIdle();

  EXPECT_THAT(Names(), ElementsAre(CheckpointFileName(1)));
}

}  // namespace
}  // namespace dsr
