#include "delivery/webhook_transport.h"

#include <sys/socket.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "delivery/retry_after.h"
#include "delivery/webhook_body.h"
#include "dsr/delivery/webhook_url.h"

namespace dsr {
namespace {

// Opens the sockets of one transfer to the addresses that the policy allows.
struct Gate {
  const AddressPolicy& policy;
  int opened = 0;
  int denied = 0;

  static curl_socket_t Open(void* gate, curlsocktype /*purpose*/, curl_sockaddr* address) {
    auto* self = static_cast<Gate*>(gate);
    if (!self->policy.Allows(&address->addr, address->addrlen)) {
      ++self->denied;
      return CURL_SOCKET_BAD;
    }
    ++self->opened;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
};

DeliveryResult ResultOf(const CurlTransfer& transfer, absl::Time now) {
  const long status = transfer.ResponseCode();
  if (status >= 200 && status < 300) return DeliveryResult{.delivered = true};
  if (status >= 300 && status < 400) return DeliveryResult::Failure("redirect", false);
  DeliveryResult result = DeliveryResult::Failure(absl::StrCat("http-", status), status == 410);
  if (status >= 400) {
    result.retry_after = ParseRetryAfter(transfer.ResponseHeader("retry-after"), now);
  }
  return result;
}

}  // namespace

WebhookTransport::WebhookTransport(std::map<std::string, WebhookSigner> signers,
                                   WebhookOptions options)
    : signers_(std::move(signers)),
      options_(std::move(options)),
      policy_(options_.allow_loopback) {}

DeliveryResult WebhookTransport::Deliver(const NoticeAttempt& attempt) {
  if (!attempt.way.has_webhook()) return DeliveryResult::Failure("no-webhook", true);
  const v1::Delivery::Webhook& webhook = attempt.way.webhook();
  // Registered under --dev, a URL may be one that production refuses.
  if (!ValidateWebhookUrl(webhook.url(), options_.allow_loopback).ok()) {
    return DeliveryResult::Failure("url-refused", true);
  }
  const auto signer = signers_.find(webhook.secret_id());
  if (signer == signers_.end()) return DeliveryResult::Failure("secret-unknown", false);
  const absl::StatusOr<std::string> body = WebhookBody(attempt.notice);
  if (!body.ok()) return DeliveryResult::Failure("internal", true);
  return Post(webhook.url(), signer->second, WebhookId(attempt.notice), *body, attempt.now);
}

DeliveryResult WebhookTransport::Post(const std::string& url, const WebhookSigner& signer,
                                      const std::string& id, const std::string& body,
                                      absl::Time now) const {
  CurlList headers;
  headers.Add("content-type: application/json");
  headers.Add(absl::StrCat("webhook-id: ", id));
  headers.Add(absl::StrCat("webhook-timestamp: ", absl::ToUnixSeconds(now)));
  headers.Add(absl::StrCat("webhook-signature: ", signer.Sign(id, now, body)));
  // A body this small is not worth asking first.
  headers.Add("expect:");
  Gate gate{policy_};

  CurlTransfer transfer(url, options_.allow_loopback ? "https,http" : "https", options_.timeouts,
                        options_.ca_file);
  transfer.Set(CURLOPT_POST, 1L);
  transfer.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  transfer.Set(CURLOPT_POSTFIELDS, body.data());
  transfer.Set(CURLOPT_HTTPHEADER, headers.get());
  transfer.Set(CURLOPT_USERAGENT, "dsrd");
  transfer.Set(CURLOPT_OPENSOCKETFUNCTION, &Gate::Open);
  transfer.Set(CURLOPT_OPENSOCKETDATA, &gate);
  // HTTP 0.9 would make a success of any bytes at all.
  transfer.Set(CURLOPT_HTTP09_ALLOWED, 0L);

  const CURLcode result = transfer.Perform();
  if (result == CURLE_OK) return ResultOf(transfer, now);
  if (gate.denied > 0 && gate.opened == 0) return DeliveryResult::Failure("address-denied", true);
  return DeliveryResult::Failure(transfer.FailureCode(result), false);
}

}  // namespace dsr
