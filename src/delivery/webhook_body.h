// What a notice's webhook says: the thin JSON body of Standard Webhooks.
//
//   {"type":"dsr.notice.delete","timestamp":"2026-03-01T00:00:00Z","data":{
//    "notice":"requests/R/notices/N","instruction":false,"categories":["orders"],
//    "subject_references":["u-17"],"due_time":"2026-03-16T16:00:00Z",
//    "onward_recipients":["recipients/carrier"],"language":"en","legal_basis":"..., article 47"}}
//
// without the line breaks. Nothing in it is personal but the recipient's own references; corrected
// values are never in it, the recipient fetches them.
#ifndef DSR_DELIVERY_WEBHOOK_BODY_H_
#define DSR_DELIVERY_WEBHOOK_BODY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/v1/notice.pb.h"

namespace dsr {

// Returns the body: for one notice always the same bytes, because its time is the notice's and not
// the attempt's. What the notice has not is left out: `due_time`, `onward_recipients`, and
// `language` with `legal_basis`. INTERNAL when the kind is not one of ours or a string is not
// UTF-8.
absl::StatusOr<std::string> WebhookBody(const v1::Notice& notice);

// Returns the body of a test, which tells nothing:
// `{"type":"dsr.notice.test","timestamp":"2026-03-01T00:00:00Z","data":{}}`, with the time of the
// attempt.
std::string TestWebhookBody(absl::Time now);

// Returns the value of the header `webhook-id`: the last part of the notice's name, the same on
// every attempt. Of a test, a notice without name: `test-` and 16 random hexadecimal digits.
std::string WebhookId(const v1::Notice& notice);

}  // namespace dsr

#endif  // DSR_DELIVERY_WEBHOOK_BODY_H_
