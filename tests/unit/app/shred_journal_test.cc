#include "app/shred_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

const absl::Time kDestroyed = absl::FromUnixSeconds(1'780'000'000);

class ShredJournalTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitCrypto(), IsOk()); }

  absl::StatusOr<std::unique_ptr<ShredJournal>> Open(int64_t known = 0) {
    return ShredJournal::Open(path_, secrets_, known);
  }
  // Numbers 101, 102, ... at positions 1, 2, ...
  void Write(int64_t count) {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal, Open());
    std::vector<KeyShred> shreds;
    for (int64_t i = journal->size() + 1; i <= count; ++i)
      shreds.push_back({.position = i, .key_number = 100 + i, .time = kDestroyed});
    ASSERT_THAT(journal->Append(shreds), IsOk());
  }

  const TempDir dir_;
  const std::string path_ = dir_.File("shreds");
  const ServerSecrets secrets_{SecretKey::Generate()};
};

TEST_F(ShredJournalTest, KeepsEntriesInTheirOrder) {
  Write(3);
  Write(5000);

  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal, Open());

  EXPECT_EQ(journal->size(), 5000);
  DSR_ASSERT_OK_AND_ASSIGN(const std::vector<KeyShred> shreds, journal->List(2, 4000));
  ASSERT_EQ(shreds.size(), 4000u);
  EXPECT_EQ(shreds.front().position, 3);
  EXPECT_EQ(shreds.front().key_number, 103);
  EXPECT_EQ(shreds.front().time, kDestroyed);
  EXPECT_EQ(shreds.back().key_number, 4102);
}

TEST_F(ShredJournalTest, GoesOnAfterEntriesThatAreKnownAlready) {
  Write(10);
  {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal, Open(/*known=*/10));
    EXPECT_EQ(journal->size(), 10);
    ASSERT_THAT(journal->Append({{.position = 11, .key_number = 9, .time = kDestroyed}}), IsOk());
  }
  EXPECT_THAT(Open(), IsOk());
  // One that is shorter than what is known is read to its end.
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal, Open(/*known=*/50));
  EXPECT_EQ(journal->size(), 11);
}

TEST_F(ShredJournalTest, DropsWhatACrashLeftUnfinished) {
  Write(2);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) + 20);

  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> journal, Open());

  EXPECT_EQ(journal->size(), 2);
  ASSERT_THAT(journal->Append({{.position = 3, .key_number = 7, .time = kDestroyed}}), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ShredJournal> again, Open());
  EXPECT_EQ(again->size(), 3);
}

TEST_F(ShredJournalTest, RefusesEveryChangedBitOfAnEntry) {
  Write(3);
  DSR_ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path_));
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] ^= 4;
    ASSERT_THAT(WriteFileAtomically(path_, changed), IsOk());
    EXPECT_THAT(Open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID)) << at;
  }
}

TEST_F(ShredJournalTest, RefusesEntriesTakenOutOrExchanged) {
  Write(3);
  DSR_ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path_));
  const std::string first = bytes.substr(32, 32);
  const std::string second = bytes.substr(64, 32);

  ASSERT_THAT(WriteFileAtomically(path_, bytes.substr(0, 32) + second + bytes.substr(96)), IsOk());
  EXPECT_THAT(Open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  ASSERT_THAT(WriteFileAtomically(path_, bytes.substr(0, 32) + second + first), IsOk());
  EXPECT_THAT(Open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(ShredJournalTest, RefusesTheJournalOfAnotherInstallation) {
  Write(1);
  const ServerSecrets others{SecretKey::Generate()};

  EXPECT_THAT(ShredJournal::Open(path_, others, 0),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
