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

// RFC 8032, section 7.1.
struct Ed25519Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

constexpr Ed25519Vector kEd25519Vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
};

std::string FromHex(const char* text) { return *HexDecode(text); }

TEST_F(CryptoTest, Ed25519MatchesRfc8032) {
  for (const Ed25519Vector& vector : kEd25519Vectors) {
    const std::string seed = FromHex(vector.seed);
    const std::string message = FromHex(vector.message);

    EXPECT_EQ(HexEncode(Ed25519PublicKey(seed)), vector.public_key);
    EXPECT_EQ(HexEncode(Ed25519Sign(seed, message)), vector.signature);
    EXPECT_TRUE(Ed25519Verify(FromHex(vector.public_key), message, FromHex(vector.signature)));
  }
}

TEST_F(CryptoTest, Ed25519RefusesAnyChangedBitOfKeyMessageOrSignature) {
  const std::string seed = FromHex(kEd25519Vectors[1].seed);
  const std::string message = "deleted";
  const std::string key = Ed25519PublicKey(seed);
  const std::string signature = Ed25519Sign(seed, message);
  ASSERT_TRUE(Ed25519Verify(key, message, signature));

  const auto flipped = [](std::string bytes, size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    return bytes;
  };
  for (size_t bit = 0; bit < key.size() * 8; ++bit) {
    EXPECT_FALSE(Ed25519Verify(flipped(key, bit), message, signature)) << bit;
  }
  for (size_t bit = 0; bit < message.size() * 8; ++bit) {
    EXPECT_FALSE(Ed25519Verify(key, flipped(message, bit), signature)) << bit;
  }
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    EXPECT_FALSE(Ed25519Verify(key, message, flipped(signature, bit))) << bit;
  }
}

TEST_F(CryptoTest, Ed25519RefusesKeysAndSignaturesOfAnotherSize) {
  const std::string seed(kEd25519KeySize, 's');
  const std::string key = Ed25519PublicKey(seed);
  const std::string signature = Ed25519Sign(seed, "m");

  EXPECT_FALSE(Ed25519Verify("", "m", signature));
  EXPECT_FALSE(Ed25519Verify(key, "m", ""));
  EXPECT_FALSE(Ed25519Verify(key.substr(1), "m", signature));
  EXPECT_FALSE(Ed25519Verify(key + "k", "m", signature));
  EXPECT_FALSE(Ed25519Verify(key, "m", signature.substr(1)));
  EXPECT_FALSE(Ed25519Verify(key, "m", signature + "s"));
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
