#include "dsr/workflow/receipt.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

absl::Status ReceiptInvalid(absl::string_view problem, absl::string_view description) {
  absl::Status status =
      MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_RECEIPT_INVALID,
                absl::StrCat("receipt ", description), {{"problem", std::string(problem)}});
  const absl::Status field =
      MakeFieldError(v1::ERROR_REASON_RECEIPT_INVALID, "receipt", description);
  if (const auto violations = field.GetPayload(kBadRequestTypeUrl); violations.has_value()) {
    status.SetPayload(kBadRequestTypeUrl, *violations);
  }
  return status;
}

// The 32 bytes of a receipt key; empty when it is none.
std::string ReceiptKeyBytes(absl::string_view key) {
  if (!absl::ConsumePrefix(&key, "whpk_")) return "";
  std::string bytes = Base64Decode(key).value_or("");
  return bytes.size() == kEd25519KeySize ? bytes : "";
}

bool IsOneLine(absl::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

std::string ReceiptText(const ReceiptFacts& facts) {
  const bool is_completed = facts.answer == ReceiptFacts::Answer::kCompleted;
  std::string text =
      absl::StrCat("dsr-receipt-v1\nnotice: ", facts.notice, "\nrecipient: ", facts.recipient,
                   "\nanswer: ", is_completed ? "completed" : "objected", "\n");
  if (is_completed) {
    absl::StrAppend(&text, "records: ", facts.records, "\n");
    for (const std::string& told : facts.onward_told) {
      absl::StrAppend(&text, "onward-told: ", told, "\n");
    }
  } else {
    absl::StrAppend(&text, "ground: ", facts.objection.ground(), "\nlaw: ", facts.objection.law(),
                    "\n");
    if (facts.objection.has_until()) {
      const v1::Date& until = facts.objection.until();
      absl::StrAppendFormat(&text, "until: %04d-%02d-%02d\n", until.year(), until.month(),
                            until.day());
    }
  }
  absl::StrAppend(
      &text, "time: ", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", facts.sign_time, absl::UTCTimeZone()),
      "\n");
  return text;
}

absl::Status CheckReceipt(const v1::Recipient& recipient, const ReceiptFacts& facts,
                          const v1::Receipt* receipt, absl::Time notice_made, absl::Time now) {
  const auto& keys = recipient.receipt_keys();
  if (receipt == nullptr) {
    return keys.empty() ? absl::OkStatus()
                        : ReceiptInvalid("missing", "is required: the recipient has a key for it");
  }
  const std::string key = ReceiptKeyBytes(receipt->key());
  if (std::find(keys.begin(), keys.end(), receipt->key()) == keys.end() || key.empty()) {
    return ReceiptInvalid("key", "names a key that is not one of the recipient's `receipt_keys`");
  }
  if (!IsValidTimestamp(receipt->sign_time()) ||
      FromTimestamp(receipt->sign_time()) < notice_made - kReceiptClockSkew ||
      FromTimestamp(receipt->sign_time()) > now + kReceiptClockSkew) {
    return ReceiptInvalid("time", "was signed before the notice was made, or in the future");
  }
  ReceiptFacts signed_facts = facts;
  signed_facts.sign_time = FromTimestamp(receipt->sign_time());
  if (!IsOneLine(facts.objection.ground()) || !IsOneLine(facts.objection.law()) ||
      !Ed25519Verify(key, ReceiptText(signed_facts), receipt->signature())) {
    return ReceiptInvalid("signature",
                          "is not the signature of this answer to this notice by this recipient");
  }
  return absl::OkStatus();
}

absl::Status ValidateReceiptKey(absl::string_view key) {
  if (!ReceiptKeyBytes(key).empty()) return absl::OkStatus();
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "receipt_keys",
                        "is `whpk_` and base64 of the 32 bytes of an Ed25519 public key");
}

}  // namespace dsr
