// Delivers notices as signed HTTP posts in the form of Standard Webhooks.
#ifndef DSR_DELIVERY_WEBHOOK_TRANSPORT_H_
#define DSR_DELIVERY_WEBHOOK_TRANSPORT_H_

#include <map>
#include <string>

#include "absl/time/time.h"
#include "delivery/address_policy.h"
#include "delivery/curl_transfer.h"
#include "dsr/delivery/transport.h"
#include "dsr/delivery/webhook_signer.h"

namespace dsr {

// How webhooks are posted.
struct WebhookOptions {
  // Lets webhooks go to this machine, with http as well. For development only.
  bool allow_loopback = false;
  TransferTimeouts timeouts;
  // Certificates to trust, in PEM; the system's when empty.
  std::string ca_file;
};

// Posts a notice to its recipient's URL. Only a 2xx status is a delivery; whatever follows it in
// the body is not waited for beyond 64 KiB. Codes of failure, beside those of
// CurlTransfer::FailureCode:
//
//   http-<status>    any other status; 410 gives up, a Retry-After from 400 up is passed on
//   redirect         3xx, which is never followed
//   address-denied   the name resolves to no address that AddressPolicy allows; gives up
//   url-refused      ValidateWebhookUrl refuses the URL; gives up
//   secret-unknown   no secret of that id is configured; not given up, the operator can add it
//   no-webhook       the recipient is told another way; gives up
//   internal         the notice cannot be written as a webhook; gives up
//
// The address is decided when the socket is opened, after the name was resolved, so that a name
// that changes its mind gains nothing. Every attempt connects anew. Thread-safe.
class WebhookTransport : public NoticeTransport {
 public:
  // `signers` by the id that a recipient's `secret_id` names.
  WebhookTransport(std::map<std::string, WebhookSigner> signers, WebhookOptions options);

  DeliveryResult Deliver(const NoticeAttempt& attempt) override;

 private:
  DeliveryResult Post(const std::string& url, const WebhookSigner& signer, const std::string& id,
                      const std::string& body, absl::Time now) const;

  const std::map<std::string, WebhookSigner> signers_;
  const WebhookOptions options_;
  const AddressPolicy policy_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_WEBHOOK_TRANSPORT_H_
