// Writes messages into a folder instead of sending them. For development and tests.
#ifndef DSR_DELIVERY_SPOOL_TRANSPORT_H_
#define DSR_DELIVERY_SPOOL_TRANSPORT_H_

#include <string>

#include "absl/time/time.h"
#include "dsr/delivery/transport.h"

namespace dsr {

// Makes one file `<message id>.eml` of each message, of every channel: headers, an empty line, and
// text and HTML as they are, readable by its owner only. A second delivery of a message replaces
// its file. Codes of failure: `message-id-invalid` and `address-invalid` (both give up),
// `spool-<status code>` when the file cannot be written. Thread-safe.
class SpoolTransport : public MessageTransport {
 public:
  // `folder` exists. `sender` is what the headers name as sender.
  SpoolTransport(std::string folder, std::string sender);

  DeliveryResult Send(const RenderedMessage& message, absl::Time now) override;

 private:
  const std::string folder_;
  const std::string sender_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_SPOOL_TRANSPORT_H_
