#include "app/key_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "dsr/base/file.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

constexpr v1::ErrorReason kInvalid = v1::ERROR_REASON_INSTALLATION_INVALID;

class KeySourceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitCrypto(), IsOk()); }

  const TempDir dir_;
  const std::string path_ = dir_.File("kek");
};

TEST_F(KeySourceTest, ReadsAKeyOfItsOwnerOnly) {
  ASSERT_THAT(WriteFileAtomically(path_, std::string(32, 'k'), 0600), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey key, ReadKeyEncryptionKey(path_));
  EXPECT_EQ(std::string(key.bytes()), std::string(32, 'k'));

  ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  EXPECT_THAT(ReadKeyEncryptionKey(path_), ReasonIs(kInvalid));

  ASSERT_THAT(WriteFileAtomically(path_, std::string(33, 'k'), 0600), IsOk());
  EXPECT_THAT(ReadKeyEncryptionKey(path_), ReasonIs(kInvalid));
  EXPECT_THAT(ReadKeyEncryptionKey(dir_.File("none")), ReasonIs(kInvalid));
}

TEST_F(KeySourceTest, TakesTheKeyThatACommandPrints) {
  const std::string bytes(32, 'k');
  ASSERT_THAT(WriteFileAtomically(path_, bytes, 0600), IsOk());
  const KeySource raw = {.command = {"cat", path_}};
  const KeySource base64 = {.command = {"sh", "-c", "base64 < \"$1\"", "sh", path_}};

  for (const KeySource& source : {raw, base64}) {
    DSR_ASSERT_OK_AND_ASSIGN(const SecretKey key, source.Read());
    EXPECT_EQ(key.bytes(), bytes);
  }
}

TEST_F(KeySourceTest, RefusesACommandThatFailsOrPrintsNoKey) {
  const std::vector<std::vector<std::string>> commands = {
      {},
      {"/nowhere/there-is-no-such-program"},
      {"false"},
      {"true"},
      {"echo", "no key"},
      {"sh", "-c", "head -c 33 /dev/zero"},
      {"sh", "-c", "head -c 100000 /dev/zero"},
      // It printed a key and then failed: what it means is not known.
      {"sh", "-c", "head -c 32 /dev/zero; exit 1"},
  };
  for (const std::vector<std::string>& command : commands) {
    EXPECT_THAT(RunKeyCommand(command), ReasonIs(kInvalid)) << ::testing::PrintToString(command);
  }
}

TEST_F(KeySourceTest, EndsACommandThatDoesNotEnd) {
  EXPECT_THAT(RunKeyCommand({"sleep", "600"}, absl::Milliseconds(50)), ReasonIs(kInvalid));
  EXPECT_THAT(RunKeyCommand({"sh", "-c", "head -c 32 /dev/zero; exec >&-; sleep 600"},
                            absl::Milliseconds(300)),
              ReasonIs(kInvalid));
}

}  // namespace
}  // namespace dsr
