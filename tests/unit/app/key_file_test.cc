#include "app/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "dsr/base/file.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

  EXPECT_THAT(file->Key(2), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(file->Key(1), IsOk());
  file.reset();
  DSR_ASSERT_OK_AND_ASSIGN(file, Open());
  ASSERT_THAT(file->EnsureFilled(100), IsOk());
  EXPECT_THAT(file->Key(2), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(KeyFileTest, RefusesARecordThatChangedItsPlace) {
  {
    DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<KeyFile> file, Open());
    ASSERT_THAT(file->EnsureFilled(2), IsOk());
  }
  DSR_ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path_));
  const std::string second = bytes.substr(64 + 72, 72);
  ASSERT_THAT(WriteFileAtomically(path_, bytes.replace(64, 72, second), 0600), IsOk());

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

TEST_F(KeyFileTest, ReadsAKeyEncryptionKeyOfItsOwnerOnly) {
  const std::string path = dir_.File("kek");
  ASSERT_THAT(WriteFileAtomically(path, std::string(32, 'k'), 0600), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey key, ReadKeyEncryptionKey(path));
  EXPECT_EQ(std::string(key.bytes()), std::string(32, 'k'));

  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_THAT(ReadKeyEncryptionKey(path), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));

  ASSERT_THAT(WriteFileAtomically(path, std::string(33, 'k'), 0600), IsOk());
  EXPECT_THAT(ReadKeyEncryptionKey(path), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_THAT(ReadKeyEncryptionKey(dir_.File("none")),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
