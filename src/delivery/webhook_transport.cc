#include "delivery/webhook_transport.h"

#include <sys/socket.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "delivery/forged_signature.h"
#include "delivery/retry_after.h"
#include "delivery/webhook_answer.h"
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

// The scheme, host and port that a URL leads to, as text. Two that differ in spelling only have a
// connection each, which does no harm.
std::string EndpointOf(absl::string_view url) {
  const size_t host = url.find("://");
  if (host == absl::string_view::npos) return std::string(url);
  return std::string(url.substr(0, url.find_first_of("/?#\\", host + 3)));
}

DeliveryResult ResultOf(const CurlTransfer& transfer, absl::Time now) {
  const long status = transfer.ResponseCode();
  if (status >= 200 && status < 300) {
    DeliveryResult result = {.delivered = true};
    ReadWebhookAnswer(transfer.ResponseHeader("content-type"), transfer.answer(),
                      transfer.was_cut_off(), result);
    return result;
  }
  if (status >= 300 && status < 400) return DeliveryResult::Failure("redirect", false);
  DeliveryResult result = DeliveryResult::Failure(absl::StrCat("http-", status), status == 410);
  if (status >= 400) {
    result.retry_after = ParseRetryAfter(transfer.ResponseHeader("retry-after"), now);
  }
  return result;
}

}  // namespace

WebhookTransport::WebhookTransport(WebhookKeyRing& keys, WebhookOptions options)
    : keys_(keys), options_(std::move(options)), policy_(options_.allow_loopback) {}

DeliveryResult WebhookTransport::Deliver(const NoticeAttempt& attempt) {
  if (!attempt.way.has_webhook()) return DeliveryResult::Failure("no-webhook", true);
  const v1::Delivery::Webhook& webhook = attempt.way.webhook();
  // Registered under --dev, a URL may be one that production refuses.
  if (!ValidateWebhookUrl(webhook.url(), options_.allow_loopback).ok()) {
    return DeliveryResult::Failure("url-refused", true);
  }
  const std::shared_ptr<const WebhookSigner> signer = keys_.Find(webhook.secret_id());
  if (signer == nullptr) return DeliveryResult::Failure("secret-unknown", false);
  const absl::StatusOr<std::string> body =
      attempt.is_test() ? TestWebhookBody(attempt.now) : WebhookBody(attempt.notice);
  if (!body.ok()) return DeliveryResult::Failure("internal", true);
  SignedPost post = {.id = WebhookId(attempt.notice), .body = *body, .now = attempt.now};
  post.signature = signer->Sign(post.id, post.now, post.body);
  if (attempt.forges) post.signature = ForgeSignatures(post.signature);
  return Post(webhook.url(), post);
}

DeliveryResult WebhookTransport::Post(const std::string& url, const SignedPost& post) {
  CurlList headers;
  headers.Add("content-type: application/json");
  headers.Add(absl::StrCat("webhook-id: ", post.id));
  headers.Add(absl::StrCat("webhook-timestamp: ", absl::ToUnixSeconds(post.now)));
  headers.Add(absl::StrCat("webhook-signature: ", post.signature));
  // A body this small is not worth asking first.
  headers.Add("expect:");
  Gate gate{policy_};
  const std::string endpoint = EndpointOf(url);

  CurlTransfer transfer(url, options_.allow_loopback ? "https,http" : "https", options_.timeouts,
                        options_.ca_file, pool_.Take(endpoint, post.now));
  transfer.Set(CURLOPT_POST, 1L);
  transfer.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
  transfer.Set(CURLOPT_POSTFIELDS, post.body.data());
  transfer.Set(CURLOPT_HTTPHEADER, headers.get());
  transfer.Set(CURLOPT_USERAGENT, "dsrd");
  transfer.Set(CURLOPT_OPENSOCKETFUNCTION, &Gate::Open);
  transfer.Set(CURLOPT_OPENSOCKETDATA, &gate);
  // HTTP 0.9 would make a success of any bytes at all.
  transfer.Set(CURLOPT_HTTP09_ALLOWED, 0L);
  // A handle is for one endpoint. The age is in real time, whatever `post.now` says.
  transfer.Set(CURLOPT_MAXCONNECTS, 1L);
  transfer.Set(CURLOPT_MAXAGE_CONN,
               static_cast<long>(absl::ToInt64Seconds(CurlPool::kMostIdleTime)));
  transfer.KeepAnswer();

  const CURLcode code = transfer.Perform();
  if (code == CURLE_OK) {
    const DeliveryResult result = ResultOf(transfer, post.now);
    pool_.Give(endpoint, transfer.TakeHandle(), post.now);
    return result;
  }
  if (gate.denied > 0 && gate.opened == 0) return DeliveryResult::Failure("address-denied", true);
  return DeliveryResult::Failure(transfer.FailureCode(code), false);
}

}  // namespace dsr
