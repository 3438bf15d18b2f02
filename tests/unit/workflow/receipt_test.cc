#include "dsr/workflow/receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

const absl::Time kMade =
    absl::FromCivil(absl::CivilSecond(2026, 3, 1, 8, 0, 0), absl::UTCTimeZone());
const absl::Time kSigned = kMade + absl::Hours(1);
const absl::Time kNow = kSigned + absl::Minutes(1);

std::string KeyOf(const std::string& seed) {
  return absl::StrCat("whpk_", Base64Encode(Ed25519PublicKey(seed)));
}

class ReceiptTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitCrypto(), IsOk()); }

  void SetUp() override {
    completed_.notice = "requests/r/notices/n";
    completed_.recipient = "recipients/ads";
    completed_.records = 6;
    completed_.onward_told = {"recipients/a", "recipients/b"};
    completed_.sign_time = kSigned;
    objected_ = completed_;
    objected_.answer = ReceiptFacts::Answer::kObjected;
    objected_.objection.set_ground("own-retention-law");
    objected_.objection.set_law("Payment Rules, art. 20");
    objected_.objection.mutable_until()->set_year(2031);
    objected_.objection.mutable_until()->set_month(12);
    objected_.objection.mutable_until()->set_day(31);
    recipient_.set_name("recipients/ads");
    recipient_.add_receipt_keys(KeyOf(new_seed_));
    recipient_.add_receipt_keys(KeyOf(seed_));
  }

  v1::Receipt Sign(const ReceiptFacts& facts) const {
    v1::Receipt receipt;
    *receipt.mutable_sign_time() = ToTimestamp(facts.sign_time);
    receipt.set_key(KeyOf(seed_));
    receipt.set_signature(Ed25519Sign(seed_, ReceiptText(facts)));
    return receipt;
  }

  // What is wrong with it; empty when nothing is.
  std::string Problem(const ReceiptFacts& facts, const v1::Receipt* receipt) const {
    const absl::Status status = CheckReceipt(recipient_, facts, receipt, kMade, kNow);
    if (status.ok()) return "";
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_RECEIPT_INVALID);
    EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), "receipt");
    return ErrorInfoOf(status)->metadata().at("problem");
  }

  const std::string seed_ = std::string(32, 's');
  const std::string new_seed_ = std::string(32, 'n');
  v1::Recipient recipient_;
  ReceiptFacts completed_;
  ReceiptFacts objected_;
};

TEST_F(ReceiptTest, TheTextIsThatOfTheApi) {
  EXPECT_EQ(ReceiptText(completed_),
            "dsr-receipt-v1\n"
            "notice: requests/r/notices/n\n"
            "recipient: recipients/ads\n"
            "answer: completed\n"
            "records: 6\n"
            "onward-told: recipients/a\n"
            "onward-told: recipients/b\n"
            "time: 2026-03-01T09:00:00Z\n");
  EXPECT_EQ(ReceiptText(objected_),
            "dsr-receipt-v1\n"
            "notice: requests/r/notices/n\n"
            "recipient: recipients/ads\n"
            "answer: objected\n"
            "ground: own-retention-law\n"
            "law: Payment Rules, art. 20\n"
            "until: 2031-12-31\n"
            "time: 2026-03-01T09:00:00Z\n");
}

TEST_F(ReceiptTest, WhatIsNotGivenHasNoLineAndSecondsAreWhole) {
  completed_.onward_told.clear();
  completed_.records = 0;
  completed_.sign_time += absl::Milliseconds(999);
  EXPECT_EQ(ReceiptText(completed_),
            "dsr-receipt-v1\n"
            "notice: requests/r/notices/n\n"
            "recipient: recipients/ads\n"
            "answer: completed\n"
            "records: 0\n"
            "time: 2026-03-01T09:00:00Z\n");

  objected_.objection.clear_until();
  EXPECT_THAT(ReceiptText(objected_), ::testing::Not(::testing::HasSubstr("until")));
}

TEST_F(ReceiptTest, ARightOneIsTakenUnderAnyKeyOfTheRecipient) {
  v1::Receipt receipt = Sign(completed_);
  EXPECT_EQ(Problem(completed_, &receipt), "");

  receipt.set_key(KeyOf(new_seed_));
  receipt.set_signature(Ed25519Sign(new_seed_, ReceiptText(completed_)));
  EXPECT_EQ(Problem(completed_, &receipt), "");

  receipt = Sign(objected_);
  EXPECT_EQ(Problem(objected_, &receipt), "");
}

TEST_F(ReceiptTest, IsRequiredOfWhoeverHasAKeyAndOfNobodyElse) {
  const v1::Receipt receipt = Sign(completed_);
  EXPECT_EQ(Problem(completed_, nullptr), "missing");

  recipient_.clear_receipt_keys();
  EXPECT_EQ(Problem(completed_, nullptr), "");
  EXPECT_EQ(Problem(completed_, &receipt), "key");
}

TEST_F(ReceiptTest, AKeyThatIsNotTheRecipientsIsNone) {
  v1::Receipt receipt = Sign(completed_);
  const std::string stranger(32, 'x');
  receipt.set_key(KeyOf(stranger));
  receipt.set_signature(Ed25519Sign(stranger, ReceiptText(completed_)));
  EXPECT_EQ(Problem(completed_, &receipt), "key");

  receipt = Sign(completed_);
  receipt.clear_key();
  EXPECT_EQ(Problem(completed_, &receipt), "key");
}

TEST_F(ReceiptTest, TheOtherKeyOfTheRecipientDidNotSignIt) {
  v1::Receipt receipt = Sign(completed_);
  receipt.set_key(KeyOf(new_seed_));

  EXPECT_EQ(Problem(completed_, &receipt), "signature");
}

TEST_F(ReceiptTest, ItsTimeLiesBetweenTheNoticeAndNowWithFiveMinutesEitherWay) {
  const auto problem_at = [&](absl::Time time) {
    completed_.sign_time = time;
    const v1::Receipt receipt = Sign(completed_);
    return Problem(completed_, &receipt);
  };

  EXPECT_EQ(problem_at(kMade - absl::Minutes(5)), "");
  EXPECT_EQ(problem_at(kMade - absl::Minutes(5) - absl::Seconds(1)), "time");
  EXPECT_EQ(problem_at(kNow + absl::Minutes(5)), "");
  EXPECT_EQ(problem_at(kNow + absl::Minutes(5) + absl::Seconds(1)), "time");
  v1::Receipt receipt = Sign(completed_);
  receipt.clear_sign_time();
  EXPECT_EQ(Problem(completed_, &receipt), "time");
  receipt.mutable_sign_time()->set_seconds(absl::ToUnixSeconds(kSigned));
  receipt.mutable_sign_time()->set_nanos(-1);
  EXPECT_EQ(Problem(completed_, &receipt), "time");
}

TEST_F(ReceiptTest, AnotherTimeThanTheSignedOneIsNotThatOfTheSignature) {
  v1::Receipt receipt = Sign(completed_);
  *receipt.mutable_sign_time() = ToTimestamp(kSigned + absl::Seconds(1));

  EXPECT_EQ(Problem(completed_, &receipt), "signature");
}

TEST_F(ReceiptTest, NoReceiptServesForAnotherNoticeRecipientOrAnswer) {
  const std::vector<std::function<void(ReceiptFacts&)>> changes = {
      [](ReceiptFacts& facts) { facts.notice = "requests/r/notices/m"; },
      [](ReceiptFacts& facts) { facts.notice = "requests/q/notices/n"; },
      [](ReceiptFacts& facts) { facts.recipient = "recipients/parcel"; },
      [](ReceiptFacts& facts) { facts.answer = ReceiptFacts::Answer::kObjected; },
      [](ReceiptFacts& facts) { facts.records = 7; },
      [](ReceiptFacts& facts) { facts.onward_told.pop_back(); },
      [](ReceiptFacts& facts) { std::swap(facts.onward_told[0], facts.onward_told[1]); },
      [](ReceiptFacts& facts) { facts.onward_told.push_back("recipients/c"); },
  };
  const v1::Receipt receipt = Sign(completed_);
  for (size_t i = 0; i < changes.size(); ++i) {
    ReceiptFacts facts = completed_;
    changes[i](facts);
    EXPECT_EQ(Problem(facts, &receipt), "signature") << i;
  }
}

TEST_F(ReceiptTest, NoObjectionServesForAnother) {
  const std::vector<std::function<void(ReceiptFacts&)>> changes = {
      [](ReceiptFacts& facts) { facts.answer = ReceiptFacts::Answer::kCompleted; },
      [](ReceiptFacts& facts) { facts.objection.set_ground("own-authorisation"); },
      [](ReceiptFacts& facts) { facts.objection.set_law("Payment Rules, art. 21"); },
      [](ReceiptFacts& facts) { facts.objection.clear_until(); },
      [](ReceiptFacts& facts) { facts.objection.mutable_until()->set_day(30); },
      [](ReceiptFacts& facts) { facts.objection.mutable_until()->set_year(2032); },
  };
  const v1::Receipt receipt = Sign(objected_);
  for (size_t i = 0; i < changes.size(); ++i) {
    ReceiptFacts facts = objected_;
    changes[i](facts);
    EXPECT_EQ(Problem(facts, &receipt), "signature") << i;
  }
}

TEST_F(ReceiptTest, ALawOfTwoLinesCannotPassForALawAndADay) {
  const v1::Receipt receipt = Sign(objected_);
  objected_.objection.clear_until();
  objected_.objection.set_law("Payment Rules, art. 20\nuntil: 2031-12-31");
  ASSERT_EQ(Ed25519Sign(seed_, ReceiptText(objected_)), receipt.signature());

  EXPECT_EQ(Problem(objected_, &receipt), "signature");
}

TEST_F(ReceiptTest, AChangedBitOfTheSignatureIsFound) {
  const v1::Receipt receipt = Sign(completed_);
  for (size_t bit = 0; bit < receipt.signature().size() * 8; ++bit) {
    v1::Receipt changed = receipt;
    char& byte = (*changed.mutable_signature())[bit / 8];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    EXPECT_EQ(Problem(completed_, &changed), "signature") << bit;
  }
  v1::Receipt cut = receipt;
  cut.mutable_signature()->pop_back();
  EXPECT_EQ(Problem(completed_, &cut), "signature");
  cut.clear_signature();
  EXPECT_EQ(Problem(completed_, &cut), "signature");
}

TEST_F(ReceiptTest, AChangedBitOfTheKeyIsFound) {
  const v1::Receipt receipt = Sign(completed_);
  for (size_t bit = 0; bit < receipt.key().size() * 8; ++bit) {
    v1::Receipt changed = receipt;
    char& byte = (*changed.mutable_key())[bit / 8];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    EXPECT_EQ(Problem(completed_, &changed), "key") << bit;
  }
}

TEST_F(ReceiptTest, AChangedBitOfTheSignedTextIsFound) {
  const std::string text = ReceiptText(completed_);
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    v1::Receipt receipt = Sign(completed_);
    receipt.set_signature(Ed25519Sign(seed_, changed));
    EXPECT_EQ(Problem(completed_, &receipt), "signature") << bit;
  }
}

TEST_F(ReceiptTest, AKeyIsAPrefixAndThirtyTwoBytes) {
  EXPECT_THAT(ValidateReceiptKey(KeyOf(seed_)), IsOk());
  for (const std::string& key :
       {std::string(), std::string("whpk_"), KeyOf(seed_).substr(5),
        "whsk_" + KeyOf(seed_).substr(5), KeyOf(seed_) + "\n",
        "whpk_" + Base64Encode(std::string(31, 'k')), "whpk_" + Base64Encode(std::string(33, 'k')),
        "whpk_" + HexEncode(std::string(32, 'k'))}) {
    EXPECT_THAT(ValidateReceiptKey(key), ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << key;
  }
}

}  // namespace
}  // namespace dsr
