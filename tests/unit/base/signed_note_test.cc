#include "dsr/base/signed_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

// The example of c2sp.org/signed-note.
constexpr char kExampleKey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr char kExampleText[] = "This is an example message.\n";
constexpr char kExampleNote[] =
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuw"
    "HjG1Yu72IneyaQM=\n";

// The example of Go's golang.org/x/mod/sumdb/note, with its private key.
constexpr char kGoName[] = "PeterNeumann";
constexpr char kGoSeed[] = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";  // 0x01 and the seed
constexpr char kGoKey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kGoText[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr char kGoSignature[] =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6"
    "RyyBwJnAM=\n";

SecretKey SeedOf(char c) { return *SecretKey::FromBytes(std::string(SecretKey::kSize, c)); }

NoteVerifier VerifierOf(const NoteSigner& signer) {
  return *NoteVerifier::Parse(signer.verifier_key());
}

const auto kNoNote = StatusIs(absl::StatusCode::kInvalidArgument);
const auto kNotVerified = StatusIs(absl::StatusCode::kDataLoss);

class SignedNoteTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitCrypto(), IsOk()); }

  const NoteSigner signer_{"dsrd-test", SeedOf('s')};
  const NoteVerifier verifier_ = VerifierOf(signer_);
};

TEST_F(SignedNoteTest, TheExampleOfTheSpecificationOpens) {
  DSR_ASSERT_OK_AND_ASSIGN(const NoteVerifier verifier, NoteVerifier::Parse(kExampleKey));

  EXPECT_EQ(verifier.name(), "example.com/foo");
  EXPECT_EQ(HexEncode(verifier.key_id()), "530d903a");
  EXPECT_THAT(OpenNote(kExampleNote, verifier), IsOkAndHolds(kExampleText));
}

TEST_F(SignedNoteTest, IsByteForByteWhatAnotherImplementationSigns) {
  const NoteSigner signer(kGoName, *SecretKey::FromBytes(Base64Decode(kGoSeed)->substr(1)));

  EXPECT_EQ(signer.verifier_key(), kGoKey);
  EXPECT_EQ(signer.Sign(kGoText), absl::StrCat(kGoText, "\n", kGoSignature));
  EXPECT_THAT(OpenNote(signer.Sign(kGoText), VerifierOf(signer)), IsOkAndHolds(kGoText));
}

TEST_F(SignedNoteTest, ATextMayHaveEmptyLinesAndDashes) {
  const std::string text = "one\n\n\n— dsrd-test two\n\n三\n\n";

  EXPECT_THAT(OpenNote(signer_.Sign(text), verifier_), IsOkAndHolds(text));
  EXPECT_THAT(OpenNote(signer_.Sign("\n"), verifier_), IsOkAndHolds("\n"));
}

TEST_F(SignedNoteTest, NoByteOfItCanBeChangedOrLeftOut) {
  const std::string note = signer_.Sign("first\n\nsecond\n");
  for (size_t i = 0; i < note.size(); ++i) {
    std::string cut = note;
    EXPECT_FALSE(OpenNote(cut.erase(i, 1), verifier_).ok()) << i;
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = note;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_FALSE(OpenNote(flipped, verifier_).ok()) << i << " " << bit;
    }
  }
}

TEST_F(SignedNoteTest, NothingCanBeAddedBeforeOrAfterTheText) {
  const std::string note = signer_.Sign("text\n");

  EXPECT_THAT(OpenNote(absl::StrCat("more\n", note), verifier_), kNotVerified);
  EXPECT_THAT(OpenNote(absl::StrCat("\n", note), verifier_), kNotVerified);
  EXPECT_THAT(OpenNote(absl::StrReplaceAll(note, {{"text\n", "text\n\n"}}), verifier_),
              kNotVerified);
  EXPECT_THAT(OpenNote(absl::StrCat(note, "more\n"), verifier_), kNoNote);
  EXPECT_THAT(OpenNote(absl::StrCat(note, "\n"), verifier_), kNoNote);
}

TEST_F(SignedNoteTest, TheSignatureOfAnotherTextIsFound) {
  const std::string other = signer_.Sign("5 records\n").substr(std::string("5 records\n").size());

  EXPECT_THAT(OpenNote(absl::StrCat("6 records\n", other), verifier_), kNotVerified);
}

TEST_F(SignedNoteTest, SignersThatAreNotKnownAreIgnored) {
  DSR_ASSERT_OK_AND_ASSIGN(const NoteVerifier go, NoteVerifier::Parse(kGoKey));
  const NoteSigner namesake(kGoName, SeedOf('x'));
  const std::string others =
      absl::StrCat(namesake.Sign(kGoText), kGoSignature, "— an.other/signer AAAAAAB0ZXN0\n");

  EXPECT_THAT(OpenNote(others, go), IsOkAndHolds(kGoText));
  EXPECT_THAT(OpenNote(namesake.Sign(kGoText), go), kNotVerified);
  EXPECT_THAT(OpenNote(signer_.Sign(kGoText), go), kNotVerified);
}

TEST_F(SignedNoteTest, AKnownSignerThatFailsOnceIsEnough) {
  const std::string good = signer_.Sign("text\n");
  const std::string bad = signer_.Sign("other\n").substr(std::string("other\n\n").size());

  EXPECT_THAT(OpenNote(absl::StrCat(good, bad), verifier_), kNotVerified);
  EXPECT_THAT(OpenNote(absl::StrCat("text\n\n", bad, good.substr(std::string("text\n\n").size())),
                       verifier_),
              kNotVerified);
}

TEST_F(SignedNoteTest, ControlCharactersAndOtherBytesAreRejected) {
  const std::string note = signer_.Sign("one two\n");
  for (const char* other : {"\t", "\r", "\x1B", "\x01", "\x1F", "\xFF", "\xC0\xAF"}) {
    EXPECT_THAT(
        OpenNote(absl::StrReplaceAll(note, {{"one two", absl::StrCat("one", other)}}), verifier_),
        kNoNote);
  }
  std::string zero = note;
  zero[3] = '\0';
  EXPECT_THAT(OpenNote(zero, verifier_), kNoNote);
  EXPECT_FALSE(IsNoteText("one\r\n"));
  EXPECT_FALSE(IsNoteText("one"));
  EXPECT_FALSE(IsNoteText(""));
  EXPECT_TRUE(IsNoteText("删除 one\n\ntwo\n"));
}

TEST_F(SignedNoteTest, WhatIsNoNoteIsSaidToBeNone) {
  for (const char* text :
       {"", "\n", "\n\n", "text", "text\n", "text\n\n", "text\n\n— a AAAAAAB0ZXN0",
        "text\n\n- a AAAAAAB0ZXN0\n", "text\n\n—a AAAAAAB0ZXN0\n", "text\n\n— a\n",
        "text\n\n— a+b AAAAAAB0ZXN0\n", "text\n\n—  AAAAAAB0ZXN0\n", "text\n\n— a  AAAAAAB0ZXN0\n",
        "text\n\n— a AAAAAA==\n", "text\n\n— a AAAAAAB0ZXN\n", "text\n\n— a AAAAAAB0ZXN0 \n"}) {
    EXPECT_THAT(OpenNote(text, verifier_), kNoNote) << text;
  }
}

TEST_F(SignedNoteTest, AHundredSignaturesAreEnough) {
  std::string note = signer_.Sign("text\n");
  for (int i = 1; i < 100; ++i) absl::StrAppend(&note, "— other AAAAAAB0ZXN0\n");
  EXPECT_THAT(OpenNote(note, verifier_), IsOk());

  absl::StrAppend(&note, "— other AAAAAAB0ZXN0\n");
  EXPECT_THAT(OpenNote(note, verifier_), kNoNote);
}

TEST_F(SignedNoteTest, AVerifierKeyIsTakenOnlyAsAWhole) {
  const std::string key = kGoKey;
  for (size_t begin = 0; begin < key.size(); ++begin) {
    for (size_t size = 0; begin + size <= key.size(); ++size) {
      if (size == key.size()) continue;
      EXPECT_THAT(NoteVerifier::Parse(key.substr(begin, size)), kNoNote);
    }
  }
  for (size_t i = 0; i < key.size(); ++i) {
    std::string changed = key;
    ++changed[i];
    EXPECT_THAT(NoteVerifier::Parse(changed), kNoNote) << changed;
  }
  // Of another length, and of another algorithm; the ids are right.
  EXPECT_THAT(NoteVerifier::Parse(
                  "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="),
              kNoNote);
  EXPECT_THAT(
      NoteVerifier::Parse("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
      kNoNote);
}

TEST_F(SignedNoteTest, AKeysNameHasNeitherSpacesNorPlus) {
  for (const char* name : {"dsrd-0a1b2c3d", "example.com/foo", "检查", "dsrd·1"}) {
    EXPECT_TRUE(IsNoteKeyName(name)) << name;
  }
  for (const char* name :
       {"", "a b", "a+b", "a\nb", "a\tb", "a\xC2\xA0", "a\xE3\x80\x80", "\xE2\x80\xA8", "\xFF"}) {
    EXPECT_FALSE(IsNoteKeyName(name)) << name;
  }
}

}  // namespace
}  // namespace dsr
