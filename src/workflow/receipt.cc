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

constexpr absl::Duration kClockTolerance = absl::Minutes(5);
constexpr size_t kKeyBytes = 32;

absl::Status ReceiptInvalid(absl::string_view problem, absl::string_view description) {
  return MakeFieldError(v1::ERROR_REASON_RECEIPT_INVALID, "receipt", description,
                        {{"problem", std::string(problem)}});
}

std::optional<std::string> KeyBytes(absl::string_view key) {
  if (!absl::ConsumePrefix(&key, "whpk_")) return std::nullopt;
  const absl::StatusOr<std::string> bytes = Base64Decode(key);
  if (!bytes.ok() || bytes->size() != kKeyBytes) return std::nullopt;
  return *bytes;
}

std::string DayText(const v1::Date& day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

}  // namespace

std::string ReceiptText(const ReceiptFacts& facts, absl::Time sign_time) {
  std::string text =
      absl::StrCat("dsr-receipt-v1\nnotice: ", facts.notice, "\nrecipient: ", facts.recipient);
  if (facts.answer == ReceiptAnswer::kCompleted) {
    absl::StrAppend(&text, "\nanswer: completed\nrecords: ", facts.records);
    for (const std::string& told : facts.onward_told)
      absl::StrAppend(&text, "\nonward-told: ", told);
  } else {
    absl::StrAppend(&text, "\nanswer: objected\nground: ", facts.objection.ground(),
                    "\nlaw: ", facts.objection.law());
    if (facts.objection.has_until())
      absl::StrAppend(&text, "\nuntil: ", DayText(facts.objection.until()));
  }
  absl::StrAppend(&text, "\ntime: ",
                  absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", sign_time, absl::UTCTimeZone()), "\n");
  return text;
}

absl::Status CheckReceipt(const v1::Recipient& recipient, const ReceiptFacts& facts,
                          const v1::Receipt* receipt, absl::Time notice_made, absl::Time now) {
  const auto& keys = recipient.receipt_keys();
  if (receipt == nullptr && keys.empty()) return absl::OkStatus();
  if (receipt == nullptr) {
    return ReceiptInvalid("missing",
                          "is required: the recipient has a key for receipts; sign the answer with "
                          "it as the message Receipt says");
  }
  if (std::find(keys.begin(), keys.end(), receipt->key()) == keys.end()) {
    return ReceiptInvalid("key",
                          "is signed with a key that is none of the recipient's `receipt_keys`; "
                          "register it with UpdateRecipient first");
  }
  const absl::Time signed_at = FromTimestamp(receipt->sign_time());
  if (signed_at < notice_made - kClockTolerance || signed_at > now + kClockTolerance) {
    return ReceiptInvalid("time",
                          "was signed before the notice was made, or in the future; look at the "
                          "clock");
  }
  const std::optional<std::string> key = KeyBytes(receipt->key());
  if (!key.has_value() || !Ed25519Verify(*key, ReceiptText(facts, signed_at),
                                         receipt->signature())) {
    return ReceiptInvalid("signature",
                          "does not verify: it is about another notice, recipient or answer, or "
                          "the text was put together differently");
  }
  return absl::OkStatus();
}

absl::Status ValidateReceiptKey(absl::string_view key) {
  if (KeyBytes(key).has_value()) return absl::OkStatus();
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "receipt_keys",
                        "is whpk_ and base64 of the 32 bytes of an Ed25519 public key");
}

}  // namespace dsr
