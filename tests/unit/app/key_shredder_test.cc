// Keys stay destroyed, whatever comes back from a backup.
#include "app/key_shredder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "store/sqlite/sqlite_store.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::Contains;
using ::testing::Property;

class KeyShredderTest : public ::testing::Test {
 protected:
  std::string Journal() { return world_.dir.File("shreds"); }
  absl::StatusOr<std::unique_ptr<KeyShredder>> Open() {
    return KeyShredder::Open(Journal(), *world_.store, *world_.keys, world_.secrets, world_.clock);
  }
  // The first step alone, as if dsrd ended right after.
  void Record(int64_t number) {
    ASSERT_THAT(TransactAndWait(*world_.store,
                                [&](Transaction& transaction) {
                                  return KeyShredder::Record(transaction, number, "subjects/s",
                                                             world_.clock.Now());
                                }),
                IsOk());
  }
  bool IsRecorded(int64_t number) {
    bool recorded = false;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(recorded, view.IsShredded(number));
      return absl::OkStatus();
    }),
                IsOk());
    return recorded;
  }
  SubjectRecord SubjectOf(const RequestId& id) {
    SubjectRecord subject;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const SubjectId subject_id,
                           SubjectId::FromBytes(world_.Record(id).state().subject_id()));
      DSR_ASSIGN_OR_RETURN(subject, view.FindSubjectById(subject_id));
      return absl::OkStatus();
    }),
                IsOk());
    return subject;
  }
  // Puts the file back to what it was, as an operator does who restores a backup.
  static void Copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  }
  void ReopenKeys() {
    world_.keys.reset();
    DSR_ASSERT_OK_AND_ASSIGN(world_.keys,
                             KeyFile::Open(world_.dir.File("keys"), world_.kek, false));
  }

  World world_;
};

TEST_F(KeyShredderTest, FinishesAtTheNextStartWhatACrashInterruptedAfterTheDecision) {
  const RequestId id = world_.FileOne("access", "account-1");
  const int64_t number = world_.Record(id).state().key_number();
  ASSERT_THAT(Open(), IsOk());
  Record(number);
  EXPECT_THAT(world_.keys->Key(number), IsOk());

  ASSERT_THAT(Open(), IsOk());

  EXPECT_TRUE(world_.keys->IsDestroyed(number));
  EXPECT_EQ(world_.keys->shreds_followed(), 1);
  EXPECT_THAT(world_.AuditRecords(),
              Contains(Property(&storage::v1::AuditRecord::kind, "subject_key_destroyed")));
}

TEST_F(KeyShredderTest, FinishesAtTheNextStartWhatACrashInterruptedAfterTheJournal) {
  world_.FileOne("access", "account-1");
  ASSERT_THAT(Open(), IsOk());
  Record(2);
  {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal,
                             ShredJournal::Open(Journal(), world_.secrets, 0));
    ASSERT_THAT(journal->Append({{.position = 1, .key_number = 2, .time = world_.clock.Now()}}),
                IsOk());
  }
  EXPECT_FALSE(world_.keys->IsDestroyed(2));

  ASSERT_THAT(Open(), IsOk());

  EXPECT_TRUE(world_.keys->IsDestroyed(2));
}

TEST_F(KeyShredderTest, DestroysAgainWhatARestoredKeyFileStillHas) {
  world_.FileOne("access", "account-1");
  ASSERT_THAT(world_.keys->EnsureFilled(3), IsOk());
  Copy(world_.dir.File("keys"), world_.dir.File("keys.backup"));
  Record(2);
  ASSERT_THAT(Open(), IsOk());
  ASSERT_TRUE(world_.keys->IsDestroyed(2));

  Copy(world_.dir.File("keys.backup"), world_.dir.File("keys"));
  ReopenKeys();
  ASSERT_FALSE(world_.keys->IsDestroyed(2));
  ASSERT_THAT(Open(), IsOk());

  EXPECT_TRUE(world_.keys->IsDestroyed(2));
  EXPECT_FALSE(world_.keys->IsDestroyed(1));
}

// The database is as it was before the key was destroyed, and so is the key file; the journal
// stayed.
TEST_F(KeyShredderTest, TeachesARestoredDatabaseWhatItsJournalKnows) {
  const RequestId id = world_.FileOne("access", "account-1");
  const SubjectRecord subject = SubjectOf(id);
  {
    // What another database of the same installation wrote, before this one was restored.
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal,
                             ShredJournal::Open(Journal(), world_.secrets, 0));
    ASSERT_THAT(
        journal->Append(
            {{.position = 1, .key_number = subject.content_key_number, .time = world_.clock.Now()},
             {.position = 2, .key_number = subject.key_number, .time = world_.clock.Now()}}),
        IsOk());
  }

  ASSERT_THAT(Open(), IsOk());

  EXPECT_TRUE(world_.keys->IsDestroyed(subject.content_key_number));
  EXPECT_TRUE(world_.keys->IsDestroyed(subject.key_number));
  EXPECT_TRUE(IsRecorded(subject.key_number));
  EXPECT_TRUE(SubjectOf(id).is_retired);
  EXPECT_EQ(SubjectOf(id).content_key_number, 0);
}

TEST_F(KeyShredderTest, LearnsFromTheKeyFileWhenDatabaseAndJournalAreOlder) {
  const RequestId id = world_.FileOne("access", "account-1");
  const SubjectRecord subject = SubjectOf(id);
  ASSERT_THAT(world_.keys->Destroy(subject.content_key_number), IsOk());
  ASSERT_THAT(world_.keys->SetShredsFollowed(40), IsOk());

  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyShredder> shredder, Open());

  EXPECT_TRUE(IsRecorded(subject.content_key_number));
  EXPECT_EQ(SubjectOf(id).content_key_number, 0);
  // And what is destroyed from now on is not taken for done.
  Record(subject.key_number);
  ASSERT_THAT(shredder->Follow(), IsOk());
  EXPECT_TRUE(world_.keys->IsDestroyed(subject.key_number));
}

TEST_F(KeyShredderTest, MakesALostJournalAnew) {
  world_.FileOne("access", "account-1");
  Record(2);
  ASSERT_THAT(Open(), IsOk());
  std::filesystem::remove(Journal());

  ASSERT_THAT(Open(), IsOk());

  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal,
                           ShredJournal::Open(Journal(), world_.secrets, 0));
  EXPECT_EQ(journal->size(), 1);
}

TEST_F(KeyShredderTest, RefusesAJournalThatIsNotOfTheDatabase) {
  world_.FileOne("access", "account-1");
  Record(2);
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal,
                           ShredJournal::Open(Journal(), world_.secrets, 0));
  ASSERT_THAT(journal->Append({{.position = 1, .key_number = 1, .time = world_.clock.Now()}}),
              IsOk());

  EXPECT_THAT(Open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_FALSE(world_.keys->IsDestroyed(1));
}

TEST_F(KeyShredderTest, ADestroyedKeyIsGivenToNobodyAgain) {
  world_.FileOne("access", "account-1");
  DSR_ASSERT_OK_AND_ASSIGN(const int64_t next, world_.key_numbers->Next());
  ASSERT_THAT(world_.keys->EnsureFilled(next + 2), IsOk());
  ASSERT_THAT(world_.keys->Destroy(next + 1), IsOk());

  EXPECT_THAT(world_.key_numbers->Next(), IsOkAndHolds(next + 2));
}

}  // namespace
}  // namespace dsr
