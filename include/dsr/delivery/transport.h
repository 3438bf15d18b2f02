// Transports: how notices and messages leave. Called after the commit, at least once, with stable
// ids.
#ifndef DSR_DELIVERY_TRANSPORT_H_
#define DSR_DELIVERY_TRANSPORT_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/registry.pb.h"

namespace dsr {

// What came of one attempt.
struct DeliveryResult {
  static DeliveryResult Failure(std::string code, bool give_up) {
    DeliveryResult result;
    result.code = std::move(code);
    result.give_up = give_up;
    return result;
  }

  bool delivered = false;
  // True when trying again is of no use (410, an address that is refused).
  bool give_up = false;
  // Why it was not delivered: `http-500`, `timeout`, `connection-refused`, `redirect`, `tls`,
  // `address-denied`, ...
  std::string code;
  // The peer asked not to be tried again before then; ZeroDuration when it did not.
  absl::Duration retry_after;
};

// Delivers a notice to a recipient. Thread-safe; blocks until the attempt ended, 20 s at most.
class NoticeTransport {
 public:
  virtual ~NoticeTransport() = default;
  // `notice` carries the recipient's references. `now` is the attempt's time, by the server's
  // clock.
  virtual DeliveryResult Deliver(const v1::Recipient& recipient, const v1::Notice& notice,
                                 absl::Time now) = 0;
};

// One message, rendered. All but id and channel is personal.
struct RenderedMessage {
  std::string message_id;  // stable; becomes the Message-ID
  std::string channel;     // `email` or `sms`
  std::string address;
  std::string subject;  // one line
  std::string text;     // lines that end in \n
  std::string html;     // says the same as a page; empty where there is none, as always for `sms`
};

// Hands a message to a channel. Thread-safe; blocks until the attempt ended, 20 s at most.
class MessageTransport {
 public:
  virtual ~MessageTransport() = default;
  virtual DeliveryResult Send(const RenderedMessage& message, absl::Time now) = 0;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_TRANSPORT_H_
