#include "dsr/base/crypto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

#include "testing/status_matchers.h"

namespace dsr {
namespace {

class CryptoTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitCrypto(), IsOk()); }
};

TEST_F(CryptoTest, CanBeInitialisedAgain) { EXPECT_THAT(InitCrypto(), IsOk()); }

TEST_F(CryptoTest, RandomBytesHaveTheAskedLengthAndDiffer) {
  EXPECT_EQ(RandomBytes(0), "");
  EXPECT_EQ(RandomBytes(16).size(), 16u);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
}

TEST_F(CryptoTest, Sha256MatchesTheStandardsVectors) {
  EXPECT_EQ(HexEncode(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexEncode(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(CryptoTest, Sha256ConcatHashesThePartsAsOneString) {
  EXPECT_EQ(Sha256Concat({"a", "", "bc"}), Sha256("abc"));
  EXPECT_EQ(Sha256Concat({}), Sha256(""));
}

TEST_F(CryptoTest, HmacSha256MatchesRfc4231) {
  EXPECT_EQ(HexEncode(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(HexEncode(HmacSha256(std::string(131, '\xaa'),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_F(CryptoTest, ConstantTimeEqualComparesBytesAndLength) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("123456", "123456"));
  EXPECT_FALSE(ConstantTimeEqual("123456", "123457"));
  EXPECT_FALSE(ConstantTimeEqual("123456", "12345"));
}

TEST_F(CryptoTest, SecretKeyHasThirtyTwoBytes) {
  EXPECT_THAT(SecretKey::FromBytes("short"), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  DSR_ASSERT_OK_AND_ASSIGN(const SecretKey key, SecretKey::FromBytes(std::string(32, 'k')));
  EXPECT_EQ(key.bytes(), std::string(32, 'k'));
  EXPECT_NE(SecretKey::Generate().bytes(), SecretKey::Generate().bytes());
}

TEST_F(CryptoTest, SecretKeyIsWipedWhenMovedFrom) {
  SecretKey first = SecretKey::Generate();
  const std::string bytes(first.bytes());

  SecretKey second = std::move(first);
  SecretKey third = SecretKey::Generate();
  third = std::move(second);

  EXPECT_EQ(first.bytes(), std::string(32, '\0'));
  EXPECT_EQ(second.bytes(), std::string(32, '\0'));
  EXPECT_EQ(third.bytes(), bytes);
  EXPECT_FALSE(std::is_copy_constructible_v<SecretKey>);
}

TEST_F(CryptoTest, WipedStringIsEmpty) {
  std::string secret = "secret";

  WipeString(secret);

  EXPECT_EQ(secret, "");
}

TEST_F(CryptoTest, BoxOpensWithItsKeyAndAssociatedData) {
  const SecretKey key = SecretKey::Generate();

  const std::string box = SealBox(key, "13800138000", "record 1 version 2");

  EXPECT_EQ(box.size(), 11 + kBoxOverhead);
  EXPECT_THAT(OpenBox(key, box, "record 1 version 2"), IsOkAndHolds("13800138000"));
  EXPECT_THAT(OpenBox(key, SealBox(key, "", ""), ""), IsOkAndHolds(""));
}

TEST_F(CryptoTest, BoxNeverRepeats) {
  const SecretKey key = SecretKey::Generate();

  EXPECT_NE(SealBox(key, "same", ""), SealBox(key, "same", ""));
}

TEST_F(CryptoTest, BoxDoesNotOpenWithAnotherKeyOrForAnotherRecord) {
  const SecretKey key = SecretKey::Generate();
  const std::string box = SealBox(key, "text", "record 1");

  EXPECT_THAT(OpenBox(SecretKey::Generate(), box, "record 1"),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(OpenBox(key, box, "record 2"), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(CryptoTest, BoxDoesNotOpenAfterAnyBitOfItChanged) {
  const SecretKey key = SecretKey::Generate();
  const std::string box = SealBox(key, "text", "");

  for (size_t i = 0; i < box.size() * 8; ++i) {
    std::string altered = box;
    altered[i / 8] = static_cast<char>(altered[i / 8] ^ (1 << i % 8));
    EXPECT_THAT(OpenBox(key, altered, ""), StatusIs(absl::StatusCode::kDataLoss)) << i;
  }
}

TEST_F(CryptoTest, BoxDoesNotOpenWhenCutShort) {
  const SecretKey key = SecretKey::Generate();
  const std::string box = SealBox(key, "text", "");

  for (size_t size = 0; size < box.size(); ++size) {
    EXPECT_THAT(OpenBox(key, box.substr(0, size), ""), StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST_F(CryptoTest, Base64MatchesRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xfb\xff", "+/8="}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(Base64Encode(bytes), text);
    EXPECT_THAT(Base64Decode(text), IsOkAndHolds(bytes));
  }
}

TEST_F(CryptoTest, Base64RefusesWhatEncodingNeverGives) {
  for (const std::string text :
       {"Zg", "Zg=", "Zg===", "Zm9v ", "Zm9v\n", "-_8=", "Zh==", "====", "Z"}) {
    EXPECT_THAT(Base64Decode(text), ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << text;
  }
}

TEST_F(CryptoTest, HexIsLowerCaseAndReadsBothCases) {
  EXPECT_EQ(HexEncode("\x01\xab"), "01ab");
  EXPECT_EQ(HexEncode(""), "");
  EXPECT_THAT(HexDecode("01aB"), IsOkAndHolds("\x01\xab"));
  EXPECT_THAT(HexDecode(""), IsOkAndHolds(""));
}

TEST_F(CryptoTest, HexRefusesOddLengthAndOtherCharacters) {
  for (const std::string text : {"0", "0g", "01 2", "01:2"}) {
    EXPECT_THAT(HexDecode(text), ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << text;
  }
}

}  // namespace
}  // namespace dsr
