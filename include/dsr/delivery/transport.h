// Transports: how notices and messages leave. Called after the commit, at least once, with stable
// ids.
#ifndef DSR_DELIVERY_TRANSPORT_H_
#define DSR_DELIVERY_TRANSPORT_H_

#include <optional>
#include <string>
#include <utility>

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
  // False when nothing was sent: the peer is spared for a while.
  bool was_tried = true;
  // The peer asked not to be tried again before then; ZeroDuration when it did not.
  absl::Duration retry_after;
  // Delivered: what the recipient answered at once, when it said anything. Not checked beyond its
  // form.
  std::optional<v1::NoticeAnswer> answer;
  // Delivered, and answered in a form that cannot be read.
  bool answer_unreadable = false;
};

// One attempt: who is told, by which of its ways, and what. What it refers to outlives the call
// that it is given to.
struct NoticeAttempt {
  const v1::Recipient& recipient;
  // `recipient.delivery()` or `recipient.fallback()`, and no copy of it.
  const v1::Delivery& way;
  // With the recipient's references. Without a name it is a test, which means nothing to be done.
  const v1::Notice& notice;
  // By the server's clock.
  absl::Time now;
  // Sign wrongly, to see whether the recipient checks. For tests only.
  bool forges = false;

  bool is_test() const { return notice.name().empty(); }
  bool is_fallback() const { return &way == &recipient.fallback(); }
};

// Delivers a notice to a recipient. Thread-safe; blocks until the attempt ended, 20 s at most.
class NoticeTransport {
 public:
  virtual ~NoticeTransport() = default;
  virtual DeliveryResult Deliver(const NoticeAttempt& attempt) = 0;
};

// One message, rendered. All but id and channel is personal.
struct RenderedMessage {
  std::string message_id;  // stable; becomes the Message-ID
  std::string channel;     // `email` or `sms`
  std::string address;
  std::string subject;  // one line
  std::string text;     // lines that end in \n
  std::string html;     // says the same as a page; empty where there is none, as always for `sms`
  // Where it is signed: what is signed and the signature, a MIME entity with its headers, that goes
  // byte for byte in the place of `text` and `html`; see SignedEntity in mail_text.h.
  std::string entity;
};

// Hands a message to a channel. Thread-safe; blocks until the attempt ended, 20 s at most.
class MessageTransport {
 public:
  virtual ~MessageTransport() = default;
  virtual DeliveryResult Send(const RenderedMessage& message, absl::Time now) = 0;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_TRANSPORT_H_
