// Receipts: a recipient's signature under its answer (Receipt in dsr/v1/notice.proto). Pure.
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

enum class ReceiptAnswer { kCompleted, kObjected };

// What a receipt is about.
struct ReceiptFacts {
  std::string notice;     // `requests/{request}/notices/{id}`
  std::string recipient;  // `recipients/{id}`
  ReceiptAnswer answer = ReceiptAnswer::kCompleted;
  int64_t records = 0;                   // completed
  std::vector<std::string> onward_told;  // completed; in the notice's order
  v1::Objection objection;               // objected
};

// Returns the text that is signed, as the Receipt message documents it.
std::string ReceiptText(const ReceiptFacts& facts, absl::Time sign_time);

// Tells whether `receipt` (null: there is none) is the recipient's signature under `facts`.
//
// A recipient without keys needs no receipt, and none of it is taken: nobody could check it. Errors:
// INVALID_ARGUMENT RECEIPT_INVALID with metadata `problem`: `missing`; `key` when it names none of
// the recipient's; `time` when it was signed before the notice was made or after `now`, each by more
// than five minutes; `signature`.
absl::Status CheckReceipt(const v1::Recipient& recipient, const ReceiptFacts& facts,
                          const v1::Receipt* receipt, absl::Time notice_made, absl::Time now);

// Tells whether `key` is `whpk_` and base64 of 32 bytes. Errors: INVALID_ARGUMENT FIELD_INVALID for
// `receipt_keys`.
absl::Status ValidateReceiptKey(absl::string_view key);

}  // namespace dsr

#endif  // DSR_WORKFLOW_RECEIPT_H_
