// Delivers notices as signed HTTP posts in the form of Standard Webhooks.
#ifndef DSR_DELIVERY_WEBHOOK_TRANSPORT_H_
#define DSR_DELIVERY_WEBHOOK_TRANSPORT_H_

#include <string>

#include "absl/time/time.h"
#include "delivery/address_policy.h"
#include "delivery/curl_pool.h"
#include "delivery/curl_transfer.h"
#include "dsr/delivery/transport.h"
#include "dsr/delivery/webhook_key_ring.h"

namespace dsr {

// How webhooks are posted.
struct WebhookOptions {
  // Lets webhooks go to this machine, with http as well. For development only.
  bool allow_loopback = false;
  TransferTimeouts timeouts;
  // Certificates to trust, in PEM; the system's when empty.
  std::string ca_file;
};

// Posts a notice to its recipient's URL. Only a 2xx status is a delivery; what follows it in the
// body, if it is JSON, is the recipient's answer (ReadWebhookAnswer), and is not waited for beyond
// 64 KiB. Codes of failure, beside those of CurlTransfer::FailureCode:
//
//   http-<status>    any other status; 410 gives up, a Retry-After from 400 up is passed on
//   redirect         3xx, which is never followed
//   address-denied   the name resolves to no address that AddressPolicy allows; gives up
//   url-refused      ValidateWebhookUrl refuses the URL; gives up
//   secret-unknown   no secret of that id is configured; not given up, the operator can add it
//   no-webhook       the attempt's way is another one; gives up
//   internal         the notice cannot be written as a webhook; gives up
//
// The address is decided when the socket is opened, after the name was resolved, so that a name
// that changes its mind gains nothing. Connections are kept for the next attempt to the same
// scheme, host and port, whoever it is for; nothing but the connection is. When the recipient has
// closed a kept connection, the attempt is made once more on a new one before it counts: the id is
// the same, and nothing was answered. Thread-safe.
class WebhookTransport : public NoticeTransport {
 public:
  // `keys` has the secrets that recipients' `secret_id` name, and outlives the transport.
  WebhookTransport(WebhookKeyRing& keys, WebhookOptions options);

  DeliveryResult Deliver(const NoticeAttempt& attempt) override;

 private:
  // One post, signed.
  struct SignedPost {
    std::string id;
    std::string body;
    std::string signature;
    absl::Time now;
  };

  DeliveryResult Post(const std::string& url, const SignedPost& post);

  WebhookKeyRing& keys_;
  const WebhookOptions options_;
  const AddressPolicy policy_;
  CurlPool pool_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_WEBHOOK_TRANSPORT_H_
