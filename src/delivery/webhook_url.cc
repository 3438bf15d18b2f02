#include "dsr/delivery/webhook_url.h"

#include <curl/curl.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "delivery/address_policy.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

constexpr size_t kMostUrlBytes = 2000;
// The ports below belong to services that are no recipient's webhook (ssh, mail, name service).
constexpr int kLeastFreePort = 1024;

absl::Status InvalidUrl(absl::string_view description) {
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "url", description);
}

// The same parser that the transfer uses: two that read a URL differently would be a way around
// this.
struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

bool HasPart(const Url& url, CURLUPart part) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(url.get(), part, &text, 0);
  curl_free(text);
  return code == CURLUE_OK;
}

std::string Part(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return "";
  std::string result(text);
  curl_free(text);
  return result;
}

std::string HostOf(const Url& url) {
  const std::string host = Part(url, CURLUPART_HOST);
  absl::string_view bare = host;
  if (absl::ConsumePrefix(&bare, "[")) bare = absl::StripSuffix(bare, "]");
  return std::string(bare);
}

bool IsLoopbackHost(const std::string& host) {
  return absl::EqualsIgnoreCase(host, "localhost") || IsLoopbackAddress(host);
}

}  // namespace

absl::Status ValidateWebhookUrl(absl::string_view url, bool allow_http_loopback) {
  if (url.size() > kMostUrlBytes) return InvalidUrl("a URL has at most 2000 bytes");
  // The parser reads to the first NUL, and what follows it would go unseen.
  if (absl::StrContains(url, absl::string_view("\0", 1))) return InvalidUrl("not a URL");
  const Url parsed(curl_url());
  if (parsed == nullptr ||
      curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK) {
    return InvalidUrl("not a URL with scheme and host");
  }
  if (HasPart(parsed, CURLUPART_USER) || HasPart(parsed, CURLUPART_PASSWORD)) {
    return InvalidUrl("a webhook URL has no user information");
  }
  if (HasPart(parsed, CURLUPART_FRAGMENT)) return InvalidUrl("a webhook URL has no fragment");

  const std::string host = HostOf(parsed);
  if (host.empty()) return InvalidUrl("a webhook URL names a host");
  const bool is_local = allow_http_loopback && IsLoopbackHost(host);
  const std::string scheme = Part(parsed, CURLUPART_SCHEME);
  if (scheme != "https" && !(scheme == "http" && is_local)) {
    return InvalidUrl("a webhook URL begins with https://");
  }
  if (IsAddress(host) && !AddressPolicy(allow_http_loopback).AllowsText(host)) {
    return InvalidUrl("the address is not a public one");
  }
  int port = 0;
  if (!absl::SimpleAtoi(Part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT), &port) ||
      (port != 443 && port < kLeastFreePort && !(port == 80 && is_local))) {
    return InvalidUrl("the port is 443 or one from 1024 up");
  }
  return absl::OkStatus();
}

}  // namespace dsr
