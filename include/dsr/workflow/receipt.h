// Receipts: what recipients sign when they answer a notice (see v1.Receipt).
//
// A receipt is evidence that the recipient said so, because dsrd has no key to make it with. What
// is signed names the notice, the recipient and the whole answer, so that no receipt serves for
// another notice, another recipient or another answer. Pure: no clock, no store. Thread-safe.
#ifndef DSR_WORKFLOW_RECEIPT_H_
#define DSR_WORKFLOW_RECEIPT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/registry.pb.h"

namespace dsr {

// By how much a recipient's clock may differ from ours, either way.
inline constexpr absl::Duration kReceiptClockSkew = absl::Minutes(5);

// What a recipient answered, and when it says that it signed that.
struct ReceiptFacts {
  enum class Answer { kCompleted, kObjected };

  std::string notice;     // `requests/{request}/notices/{id}`
  std::string recipient;  // `recipients/{id}`
  Answer answer = Answer::kCompleted;
  int64_t records = 0;                   // kCompleted
  std::vector<std::string> onward_told;  // kCompleted; in the order of the notice's
  v1::Objection objection;               // kObjected: ground, law and, where it is given, until
  absl::Time sign_time;                  // `sign_time` of the receipt
};

// Returns the text that is signed, as v1.Receipt lays it out.
std::string ReceiptText(const ReceiptFacts& facts);

// Checks the receipt that `recipient` gave with its answer; null when it gave none. `facts` are our
// own: what the notice and the answer say. The notice was made at `notice_made`.
//
// A recipient with `receipt_keys` must give one, any other must not: a receipt that nobody can
// check would only look like evidence. Errors: INVALID_ARGUMENT RECEIPT_INVALID with a violation of
// `receipt` and metadata `problem`: `missing`; `key` when it is not one of the recipient's;
// `time` when it was signed before the notice was made, or later than `now`, by more than
// kReceiptClockSkew; `signature` when it is not that of ReceiptText by that key, or ground or law
// of an objection have more than one line, which could be read as another answer.
absl::Status CheckReceipt(const v1::Recipient& recipient, const ReceiptFacts& facts,
                          const v1::Receipt* receipt, absl::Time notice_made, absl::Time now);

// Checks one of a recipient's `receipt_keys`: `whpk_` and base64 of 32 bytes. Errors:
// INVALID_ARGUMENT FIELD_INVALID for the field `receipt_keys`.
absl::Status ValidateReceiptKey(absl::string_view key);

}  // namespace dsr

#endif  // DSR_WORKFLOW_RECEIPT_H_
