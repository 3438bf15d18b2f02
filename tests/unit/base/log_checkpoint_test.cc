#include "dsr/base/log_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

const absl::Time kMoment = absl::FromUnixSeconds(1764410400);

NoteSigner LogSigner(const std::string& name = "dsrd-test", char seed = 's') {
  return NoteSigner(name, *SecretKey::FromBytes(std::string(SecretKey::kSize, seed)));
}

NoteVerifier VerifierOf(const NoteSigner& signer) {
  return *NoteVerifier::Parse(signer.verifier_key());
}

TEST(LogCheckpointTest, IsOriginSizeAndRootOfTheC2spForm) {
  const std::string note = SignCheckpoint(LogSigner(), 292, std::string(32, 'r'), kMoment);

  EXPECT_THAT(note, StartsWith(absl::StrCat("dsrd-test\n292\n", Base64Encode(std::string(32, 'r')),
                                            "\ntime 2025-11-29T10:00:00Z\n\n— dsrd-test ")));
}

TEST(LogCheckpointTest, OpensWithTheKeyThatSignedIt) {
  const NoteSigner signer = LogSigner();
  const auto checkpoint = OpenCheckpoint(SignCheckpoint(signer, 292, std::string(32, 'r'), kMoment),
                                         VerifierOf(signer));

  ASSERT_THAT(checkpoint, IsOk());
  EXPECT_EQ(checkpoint->origin, "dsrd-test");
  EXPECT_EQ(checkpoint->size, 292);
  EXPECT_EQ(checkpoint->root, std::string(32, 'r'));
  EXPECT_THAT(checkpoint->extensions, ElementsAre("time 2025-11-29T10:00:00Z"));
}

TEST(LogCheckpointTest, LinesOfOthersAreSignedAndKept) {
  const NoteSigner signer = LogSigner();
  const LogCheckpoint given = {"dsrd-test", 7, std::string(32, 'r'), {"witness a", "b"}};

  const auto checkpoint = OpenCheckpoint(signer.Sign(CheckpointText(given)), VerifierOf(signer));

  EXPECT_THAT(checkpoint, IsOkAndHolds(given));
}

TEST(LogCheckpointTest, EveryAlteredByteIsNoticed) {
  const NoteSigner signer = LogSigner();
  const std::string note = SignCheckpoint(signer, 292, std::string(32, 'r'), kMoment);
  for (size_t i = 0; i < note.size(); ++i) {
    std::string altered = note;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_THAT(OpenCheckpoint(altered, VerifierOf(signer)),
                ReasonIs(v1::ERROR_REASON_CHECKPOINT_INVALID))
        << i;
  }
}

TEST(LogCheckpointTest, OneOfAnotherLogOrKeyIsRefused) {
  const NoteSigner signer = LogSigner();
  const std::string note = SignCheckpoint(signer, 292, std::string(32, 'r'), kMoment);

  for (const NoteSigner& other : {LogSigner("dsrd-other"), LogSigner("dsrd-test", 'x')}) {
    EXPECT_THAT(OpenCheckpoint(note, VerifierOf(other)),
                ReasonIs(v1::ERROR_REASON_CHECKPOINT_INVALID));
  }
  const std::string foreign =
      signer.Sign(CheckpointText({"dsrd-other", 292, std::string(32, 'r'), {}}));
  EXPECT_THAT(OpenCheckpoint(foreign, VerifierOf(signer)),
              ReasonIs(v1::ERROR_REASON_CHECKPOINT_INVALID));
}

TEST(LogCheckpointTest, TextOfAnyOtherFormIsRefused) {
  const std::string good = CheckpointText({"log", 5, std::string(32, 'r'), {"line"}});
  ASSERT_THAT(ParseCheckpointText(good), IsOk());
  const std::string root = Base64Encode(std::string(32, 'r'));
  for (const std::string& text :
       {std::string(), std::string("log\n"), std::string("log\n5\n"),
        absl::StrCat("log\n5\n", root), absl::StrCat("\n5\n", root, "\n"),
        absl::StrCat("log\n05\n", root, "\n"), absl::StrCat("log\n+5\n", root, "\n"),
        absl::StrCat("log\n-5\n", root, "\n"), absl::StrCat("log\n 5\n", root, "\n"),
        absl::StrCat("log\n\n", root, "\n"), absl::StrCat("log\n9223372036854775808\n", root, "\n"),
        absl::StrCat("log\n5\n", Base64Encode("short"), "\n"), std::string("log\n5\nroot\n"),
        absl::StrCat("log\n5\n", root, "\n\nline\n"), absl::StrCat("log\n0\n", root, "\n")}) {
    EXPECT_THAT(ParseCheckpointText(text), ReasonIs(v1::ERROR_REASON_CHECKPOINT_INVALID)) << text;
  }
  EXPECT_THAT(ParseCheckpointText(absl::StrCat("log\n0\n", Base64Encode(Sha256("")), "\n")),
              IsOk());
}

TEST(LogCheckpointTest, IsReadWithoutAKeyForComparison) {
  const std::string note = SignCheckpoint(LogSigner(), 292, std::string(32, 'r'), kMoment);

  const auto checkpoint = ReadUnverifiedCheckpoint(note);

  ASSERT_THAT(checkpoint, IsOk());
  EXPECT_EQ(checkpoint->size, 292);
  EXPECT_THAT(ReadUnverifiedCheckpoint("a letter\n"),
              ReasonIs(v1::ERROR_REASON_CHECKPOINT_INVALID));
}

}  // namespace
}  // namespace dsr
