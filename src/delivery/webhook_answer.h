// What a recipient answers in the response to a webhook.
#ifndef DSR_DELIVERY_WEBHOOK_ANSWER_H_
#define DSR_DELIVERY_WEBHOOK_ANSWER_H_

#include "absl/strings/string_view.h"
#include "dsr/delivery/transport.h"

namespace dsr {

// Reads the body of a 2xx response into `result`: protobuf JSON of a NoticeAnswer, of which every
// field must be known. One of another `content_type` than application/json, or that says nothing,
// is no answer. One that cannot be read, or `was_cut_off` because it is too long, is
// `answer_unreadable`; it was delivered all the same. The body goes nowhere else: it is text from
// outside.
void ReadWebhookAnswer(absl::string_view content_type, absl::string_view body, bool was_cut_off,
                       DeliveryResult& result);

}  // namespace dsr

#endif  // DSR_DELIVERY_WEBHOOK_ANSWER_H_
