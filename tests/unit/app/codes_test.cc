#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "app/grants.h"
#include "app/server_secrets.h"
#include "app/verification_codes.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

class CodesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitCrypto(), IsOk()); }

  static VerificationId Id(uint8_t last) {
    Id128::Tail tail = {};
    tail.back() = last;
    return VerificationId::Make(absl::FromUnixSeconds(1'700'000'000), tail);
  }

  const SecretKey kek_ = *SecretKey::FromBytes(std::string(32, 'k'));
  const ServerSecrets secrets_{kek_};
};

TEST_F(CodesTest, ACodeIsThatManyDigitsAndTheSameEachTime) {
  const std::string code = CodeFor(secrets_, Id(1), 1, 6);

  EXPECT_EQ(code.size(), 6u);
  EXPECT_TRUE(std::all_of(code.begin(), code.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  }));
  EXPECT_EQ(CodeFor(secrets_, Id(1), 1, 6), code);
  EXPECT_EQ(CodeFor(secrets_, Id(1), 1, 10).size(), 10u);
}

TEST_F(CodesTest, CodesDifferBySendVerificationAndServer) {
  const std::set<std::string> codes = {
      CodeFor(secrets_, Id(1), 1, 10), CodeFor(secrets_, Id(1), 2, 10),
      CodeFor(secrets_, Id(2), 1, 10), CodeFor(ServerSecrets(SecretKey::Generate()), Id(1), 1, 10)};

  EXPECT_EQ(codes.size(), 4u);
}

TEST_F(CodesTest, EveryDigitIsAsLikelyAsEveryOther) {
  std::array<int, 10> counts = {};
  for (int send = 1; send <= 10'000; ++send) {
    for (const char digit : CodeFor(secrets_, Id(1), send, 6)) ++counts[digit - '0'];
  }

  for (const int count : counts) EXPECT_NEAR(count, 6000, 300);
}

TEST_F(CodesTest, ASubmittedCodeMatchesTheSendItCameFrom) {
  EXPECT_EQ(MatchSend(secrets_, Id(1), CodeFor(secrets_, Id(1), 2, 6), 3, 6), 2);
  EXPECT_EQ(MatchSend(secrets_, Id(1), CodeFor(secrets_, Id(1), 4, 6), 3, 6), 0);
  EXPECT_EQ(MatchSend(secrets_, Id(1), CodeFor(secrets_, Id(2), 1, 6), 3, 6), 0);
  EXPECT_EQ(MatchSend(secrets_, Id(1), "", 3, 6), 0);
}

TEST_F(CodesTest, AGrantIsRecognisedAndNoOtherTextIs) {
  const std::string id(16, 'g');
  std::string grant = GrantFor(secrets_, id);

  EXPECT_EQ(grant.size(), 26u);
  EXPECT_TRUE(IsGrant(secrets_, id, grant));
  EXPECT_FALSE(IsGrant(secrets_, std::string(16, 'h'), grant));
  EXPECT_FALSE(IsGrant(ServerSecrets(SecretKey::Generate()), id, grant));
  EXPECT_FALSE(IsGrant(secrets_, id, grant.substr(1)));
  EXPECT_FALSE(IsGrant(secrets_, id, ""));
  grant.back() = grant.back() == '0' ? '1' : '0';
  EXPECT_FALSE(IsGrant(secrets_, id, grant));
}

TEST_F(CodesTest, NoGrantFitsARequestThatHasNone) {
  EXPECT_FALSE(IsGrant(secrets_, "", GrantFor(secrets_, "")));
}

TEST_F(CodesTest, EachUseOfTheServersSecretHasAKeyOfItsOwn) {
  const std::set<std::string> hashes = {secrets_.AccountHash("x"), secrets_.CodeHash("x"),
                                        secrets_.GrantHash("x"), secrets_.PageTokenHash("x")};

  EXPECT_EQ(hashes.size(), 4u);
  EXPECT_EQ(secrets_.Fingerprint("ab", "c").size(), 16u);
  EXPECT_NE(secrets_.Fingerprint("ab", "c"), secrets_.Fingerprint("a", "bc"));
}

}  // namespace
}  // namespace dsr
