#include "app/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "app/server_secrets.h"
#include "dsr/base/file.h"
#include "dsr/base/thread.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kHeader = 256;

class KeyFileTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitCrypto(), IsOk()); }

  absl::StatusOr<std::unique_ptr<KeyFile>> Open(bool create = true) {
    return KeyFile::Open(path_, kek_, create);
  }

  const TempDir dir_;
  const std::string path_ = dir_.File("keys");
  const SecretKey kek_ = SecretKey::Generate();
};

TEST_F(KeyFileTest, GivesTheSameKeysAfterReopening) {
  DSR_ASSERT_OK_AND_ASSIGN(std::unique_ptr<KeyFile> file, Open());
  ASSERT_THAT(file->EnsureFilled(10), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey first, file->Key(1));
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey tenth, file->Key(10));
  EXPECT_NE(first.bytes(), tenth.bytes());

  file.reset();
  DSR_ASSERT_OK_AND_ASSIGN(file, Open(/*create=*/false));

  EXPECT_EQ(file->filled(), 10);
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey again, file->Key(10));
  EXPECT_EQ(again.bytes(), tenth.bytes());
}

TEST_F(KeyFileTest, FillsMoreWithoutTouchingWhatIsThere) {
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
  ASSERT_THAT(file->EnsureFilled(3), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey before, file->Key(3));

  ASSERT_THAT(file->EnsureFilled(5000), IsOk());

  EXPECT_EQ(file->filled(), 5000);
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey after, file->Key(3));
  EXPECT_EQ(before.bytes(), after.bytes());
  EXPECT_THAT(file->Key(5000), IsOk());
}

TEST_F(KeyFileTest, RefusesAnotherKeyEncryptionKey) {
  ASSERT_THAT(Open(), IsOk());

  EXPECT_THAT(KeyFile::Open(path_, SecretKey::Generate(), true),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(KeyFileTest, IsReadableByItsOwnerOnlyAndInsistsOnIt) {
  ASSERT_THAT(Open(), IsOk());
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);

  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);

  EXPECT_THAT(Open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(KeyFileTest, IsNotMadeUnlessAskedFor) {
  EXPECT_THAT(Open(/*create=*/false), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_FALSE(FileExists(path_));
}

TEST_F(KeyFileTest, RefusesAFileThatLostItsEnd) {
  {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
    ASSERT_THAT(file->EnsureFilled(10), IsOk());
  }
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);

  EXPECT_THAT(Open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(KeyFileTest, FillsAnewWhatACrashLeftBehindUnfinished) {
  {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
    ASSERT_THAT(file->EnsureFilled(2), IsOk());
  }
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) + 72 + 30);

  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
  EXPECT_EQ(file->filled(), 2);
  ASSERT_THAT(file->EnsureFilled(4), IsOk());
  EXPECT_THAT(file->Key(3), IsOk());
}

TEST_F(KeyFileTest, HasNoKeyBeyondItsEndOrBeforeItsBeginning) {
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
  ASSERT_THAT(file->EnsureFilled(2), IsOk());

  EXPECT_THAT(file->Key(3), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(file->Key(0), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(file->Key(-1), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(KeyFileTest, DestroysAKeyForEver) {
  DSR_ASSERT_OK_AND_ASSIGN(std::unique_ptr<KeyFile> file, Open());
  ASSERT_THAT(file->EnsureFilled(3), IsOk());

  ASSERT_THAT(file->Destroy(2), IsOk());

  EXPECT_THAT(file->Key(2), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
  EXPECT_TRUE(file->IsDestroyed(2));
  EXPECT_FALSE(file->IsDestroyed(1));
  EXPECT_THAT(file->Key(1), IsOk());
  file.reset();
  DSR_ASSERT_OK_AND_ASSIGN(file, Open());
  ASSERT_THAT(file->EnsureFilled(100), IsOk());
  EXPECT_THAT(file->Key(2), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
  EXPECT_THAT(file->ListDestroyed(), IsOkAndHolds(ElementsAre(2)));
}

TEST_F(KeyFileTest, KeepsItsRootSecretAndHowFarItFollowedTheJournal) {
  DSR_ASSERT_OK_AND_ASSIGN(std::unique_ptr<KeyFile> file, Open());
  const std::string root(file->root_secret().bytes());
  ASSERT_THAT(file->SetShredsFollowed(7), IsOk());

  file.reset();
  DSR_ASSERT_OK_AND_ASSIGN(file, Open());

  EXPECT_EQ(file->root_secret().bytes(), root);
  EXPECT_EQ(file->shreds_followed(), 7);
  EXPECT_NE(root, kek_.bytes());
}

TEST_F(KeyFileTest, IsWrappedAnewWithoutChangingAKey) {
  const SecretKey next = SecretKey::Generate();
  DSR_ASSERT_OK_AND_ASSIGN(std::unique_ptr<KeyFile> file, Open());
  ASSERT_THAT(file->EnsureFilled(5000), IsOk());
  ASSERT_THAT(file->Destroy(17), IsOk());
  ASSERT_THAT(file->SetShredsFollowed(1), IsOk());
  const std::string root(file->root_secret().bytes());
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey before, file->Key(4711));

  DSR_ASSERT_OK_AND_ASSIGN(const KeyFileCounts counts, file->Rewrap(next));

  EXPECT_EQ(counts.keys, 5000);
  EXPECT_EQ(counts.destroyed, 1);
  EXPECT_EQ(counts.damaged, 0);
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey after, file->Key(4711));
  EXPECT_EQ(before.bytes(), after.bytes());
  // What is written from now on goes into the new file.
  ASSERT_THAT(file->EnsureFilled(5001), IsOk());
  ASSERT_THAT(file->Destroy(18), IsOk());
  file.reset();
  EXPECT_FALSE(KeyFile::IsWrappedBy(path_, kek_));
  EXPECT_TRUE(KeyFile::IsWrappedBy(path_, next));
  EXPECT_THAT(Open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  DSR_ASSERT_OK_AND_ASSIGN(file, KeyFile::Open(path_, next, false));
  EXPECT_EQ(file->filled(), 5001);
  EXPECT_EQ(file->root_secret().bytes(), root);
  EXPECT_EQ(file->shreds_followed(), 1);
  EXPECT_THAT(file->ListDestroyed(), IsOkAndHolds(ElementsAre(17, 18)));
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey again, file->Key(4711));
  EXPECT_EQ(before.bytes(), again.bytes());
}

TEST_F(KeyFileTest, GivesKeysWhileItIsWrappedAnewAgainAndAgain) {
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
  ASSERT_THAT(file->EnsureFilled(200), IsOk());
  std::vector<std::string> keys;
  for (int64_t number = 1; number <= 200; ++number) {
    DSR_ASSERT_OK_AND_ASSIGN(const SecretKey key, file->Key(number));
    keys.emplace_back(key.bytes());
  }
  std::atomic<bool> done = false;
  std::atomic<int64_t> wrong = 0;
  Thread reader("reader", [&] {
    for (int64_t number = 1; !done; number = number % 200 + 1) {
      const absl::StatusOr<SecretKey> key = file->Key(number);
      if (!key.ok() || key->bytes() != keys[static_cast<size_t>(number - 1)]) ++wrong;
    }
  });
  for (int round = 0; round < 50; ++round) EXPECT_THAT(file->Rewrap(SecretKey::Generate()), IsOk());
  done = true;
  reader.Join();

  EXPECT_EQ(wrong, 0);
}

TEST_F(KeyFileTest, TakesADamagedKeyOverAndCountsIt) {
  {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
    ASSERT_THAT(file->EnsureFilled(3), IsOk());
  }
  DSR_ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path_));
  bytes[kHeader + 72 + 30] ^= 1;
  ASSERT_THAT(WriteFileAtomically(path_, bytes, 0600), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());

  DSR_ASSERT_OK_AND_ASSIGN(const KeyFileCounts counts, file->Rewrap(SecretKey::Generate()));

  EXPECT_EQ(counts.damaged, 1);
  EXPECT_THAT(file->Key(1), IsOk());
  EXPECT_THAT(file->Key(2), StatusIs(absl::StatusCode::kInternal));
}

// It holds keys, some of which may be destroyed later.
TEST_F(KeyFileTest, AWrappingThatACrashLeftBehindIsRemoved) {
  ASSERT_THAT(WriteFileAtomically(path_ + ".new", "half a file", 0600), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());

  EXPECT_FALSE(FileExists(path_ + ".new"));
  EXPECT_THAT(file->Rewrap(SecretKey::Generate()), IsOk());
  EXPECT_FALSE(FileExists(path_ + ".new"));
}

TEST_F(KeyFileTest, AFileThatCannotBeReadToItsEndIsNotWrappedAnew) {
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
  ASSERT_THAT(file->EnsureFilled(5000), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey before, file->Key(10));
  std::filesystem::resize_file(path_, kHeader + 72 * 4500);

  EXPECT_THAT(file->Rewrap(SecretKey::Generate()), StatusIs(absl::StatusCode::kInternal));

  EXPECT_TRUE(KeyFile::IsWrappedBy(path_, kek_));
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey after, file->Key(10));
  EXPECT_EQ(before.bytes(), after.bytes());
  EXPECT_FALSE(FileExists(path_ + ".new"));
}

// Of before there was a root secret: 64 bytes of header, and all secrets from the key-encryption
// key.
TEST_F(KeyFileTest, BringsAFileOfTheFirstFormToThePresentOne) {
  const SecretKey wrapping = DeriveKey(kek_, "dsrd key file 1");
  const SecretKey key = SecretKey::Generate();
  std::string bytes = "dsrdkeys";
  bytes += '\1';
  bytes.resize(16);
  bytes += HmacSha256(wrapping.bytes(), "dsrd key file check 1");
  bytes += std::string(7, '\0') + '\2';
  bytes.resize(64);
  bytes += SealBox(wrapping, key.bytes(), std::string(7, '\0') + '\1');
  bytes += std::string(72, '\0');
  ASSERT_THAT(WriteFileAtomically(path_, bytes, 0600), IsOk());

  for (int start = 0; start < 2; ++start) {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open(/*create=*/false));
    EXPECT_EQ(file->filled(), 2);
    EXPECT_EQ(file->root_secret().bytes(), kek_.bytes());
    DSR_ASSERT_OK_AND_ASSIGN(const SecretKey opened, file->Key(1));
    EXPECT_EQ(opened.bytes(), key.bytes());
    EXPECT_THAT(file->Key(2), ReasonIs(v1::ERROR_REASON_CONTENT_ERASED));
  }
}

TEST_F(KeyFileTest, RefusesARecordThatChangedItsPlace) {
  {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
    ASSERT_THAT(file->EnsureFilled(2), IsOk());
  }
  DSR_ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path_));
  const std::string second = bytes.substr(kHeader + 72, 72);
  ASSERT_THAT(WriteFileAtomically(path_, bytes.replace(kHeader, 72, second), 0600), IsOk());

  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
  EXPECT_THAT(file->Key(1), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(file->Key(2), IsOk());
}

TEST_F(KeyFileTest, HoldsNoKeyInTheClear) {
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
  ASSERT_THAT(file->EnsureFilled(1), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey key, file->Key(1));
  DSR_ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path_));

  EXPECT_THAT(bytes, Not(HasSubstr(std::string(key.bytes()))));
  EXPECT_THAT(bytes, Not(HasSubstr(std::string(kek_.bytes()))));
}

}  // namespace
}  // namespace dsr
