#include "app/backup_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "app/deletion_certificate.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

std::string ProblemOf(const absl::Status& status) {
  const auto info = ErrorInfoOf(status);
  return info.has_value() && info->metadata().contains("problem") ? info->metadata().at("problem")
                                                                  : status.ToString();
}

class BackupFileTest : public ::testing::Test {
 protected:
  // Of two whole chunks and a part of one.
  static constexpr size_t kSize = (size_t{2} << 20) + 12345;

  void SetUp() override {
    ASSERT_THAT(InitCrypto(), IsOk());
    own_ = std::make_unique<ServerSecrets>(SecretKey::Generate());
    Write(RandomBytes(kSize));
  }

  void Write(const std::string& contents) {
    contents_ = contents;
    std::ofstream(dir_.File("plain"), std::ios::binary) << contents;
    storage::v1::BackupHeader header;
    header.set_installation(InstallationSigner(*own_).name());
    header.set_log_size(4711);
    header.set_database_bytes(static_cast<int64_t>(contents.size()));
    const auto sha256 = WriteBackup(dir_.File("plain"), header, *own_, Path());
    ASSERT_THAT(sha256, IsOk());
    sha256_ = *sha256;
  }

  std::string Path() const { return dir_.File("dsrd-1.backup"); }

  // Opens the backup; the bytes it held go to `opened_`.
  absl::StatusOr<storage::v1::BackupHeader> Open(const ServerSecrets& secrets) {
    const auto out = NewFile::Create(dir_.File("opened"));
    EXPECT_THAT(out, IsOk());
    auto header = OpenBackup(Path(), secrets, **out, [](int64_t, int64_t) {});
    opened_ = *ReadFile((*out)->temporary_path());
    return header;
  }
  std::string Problem() { return ProblemOf(Open(*own_).status()); }

  void Truncate(uintmax_t size) { std::filesystem::resize_file(Path(), size); }
  void FlipBit(uintmax_t offset) {
    std::fstream file(Path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(offset));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(byte ^ 1));
  }

  TempDir dir_;
  std::unique_ptr<ServerSecrets> own_;
  std::string contents_;
  std::string opened_;
  std::string sha256_;
};

TEST_F(BackupFileTest, GivesBackWhatItWasMadeOf) {
  const auto header = Open(*own_);

  ASSERT_THAT(header, IsOk());
  EXPECT_EQ(header->log_size(), 4711);
  EXPECT_TRUE(opened_ == contents_);
}

TEST_F(BackupFileTest, GivesBackWhatEndsWithAChunkAndWhatIsEmpty) {
  for (const size_t size : {size_t{1} << 20, size_t{0}}) {
    Write(RandomBytes(size));
    EXPECT_THAT(Open(*own_), IsOk()) << size;
    EXPECT_TRUE(opened_ == contents_) << size;
  }
}

TEST_F(BackupFileTest, HoldsNothingInTheClearButItsHeader) {
  Write(std::string(kSize, 'x') + "plain-canary");

  const auto bytes = ReadFile(Path());

  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(bytes->find("plain-canary"), std::string::npos);
  EXPECT_EQ(bytes->find("xxxxxxxx"), std::string::npos);
}

TEST_F(BackupFileTest, OfAnotherInstallationIsNamedAsThat) {
  const ServerSecrets other(SecretKey::Generate());

  const auto header = Open(other);

  EXPECT_THAT(header, ReasonIs(v1::ERROR_REASON_BACKUP_INVALID));
  EXPECT_EQ(ProblemOf(header.status()), "other_installation");
  EXPECT_THAT(header, StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr(InstallationSigner(*own_).name())));
  EXPECT_EQ(opened_, "");
}

TEST_F(BackupFileTest, CutOffAnywhereIsIncompleteOrDamaged) {
  const uintmax_t size = std::filesystem::file_size(Path());
  const uintmax_t chunk = (uintmax_t{1} << 20) + 17;
  const uintmax_t begin = size - 2 * chunk - (12345 + 17);
  // From the end to the beginning, for the file becomes shorter each time.
  for (const uintmax_t cut : {size - 1, begin + 2 * chunk + 1, begin + 2 * chunk, begin + chunk,
                              begin + 1, begin, begin - 1, begin - 25, uintmax_t{20}}) {
    Truncate(cut);
    EXPECT_THAT(Problem(), ::testing::AnyOf("incomplete", "damaged")) << cut << " of " << size;
  }
  Truncate(14);
  EXPECT_EQ(Problem(), "not_a_backup");
}

TEST_F(BackupFileTest, EveryFlippedBitIsFound) {
  const uintmax_t size = std::filesystem::file_size(Path());
  int found = 0;
  int tried = 0;
  // All of the beginning, and samples of the rest.
  for (uintmax_t offset = 0; offset < size; offset += offset < 200 ? 1 : 65'521) {
    FlipBit(offset);
    ++tried;
    if (!Open(*own_).ok()) ++found;
    FlipBit(offset);
  }
  EXPECT_EQ(found, tried);
  EXPECT_GT(tried, 200);
  EXPECT_THAT(Open(*own_), IsOk());
}

TEST_F(BackupFileTest, WhatFollowsItsEndIsFound) {
  std::ofstream(Path(), std::ios::binary | std::ios::app) << "more";

  EXPECT_EQ(Problem(), "damaged");
}

TEST_F(BackupFileTest, ItsChecksumIsThatOfSha256sum) {
  const auto line = ReadFile(Path() + ".sha256");

  EXPECT_THAT(line, IsOkAndHolds(sha256_ + "  dsrd-1.backup\n"));
  EXPECT_THAT(CheckBackupChecksum(Path(), [](int64_t, int64_t) {}), IsOkAndHolds(sha256_));
  EXPECT_EQ(sha256_, HexEncode(Sha256(*ReadFile(Path()))));
}

TEST_F(BackupFileTest, ItsChecksumFindsADamageWithoutKeys) {
  FlipBit(1'000'000);
  EXPECT_EQ(ProblemOf(CheckBackupChecksum(Path(), [](int64_t, int64_t) {}).status()), "checksum");

  std::filesystem::remove(Path() + ".sha256");
  EXPECT_EQ(ProblemOf(CheckBackupChecksum(Path(), [](int64_t, int64_t) {}).status()),
            "no_checksum");
}

}  // namespace
}  // namespace dsr
