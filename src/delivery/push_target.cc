#include "dsr/delivery/push_target.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/delivery/webhook_url.h"

namespace dsr {
namespace {

constexpr size_t kMostTargetBytes = 300;

absl::Status InvalidTarget(absl::string_view description) {
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "target", description);
}

// No other schemes, which would be a way to a socket file or to a resolver of its own, no path, no
// user, and nothing that two parsers might read differently.
bool HasOnlyHostCharacters(absl::string_view target) {
  return std::all_of(target.begin(), target.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view(".-_:[]").find(c) != absl::string_view::npos;
  });
}

bool EndsWithPort(absl::string_view target) {
  const size_t colon = target.rfind(':');
  if (colon == absl::string_view::npos || colon == 0 || colon + 1 == target.size()) return false;
  const absl::string_view host = target.substr(0, colon);
  const absl::string_view port = target.substr(colon + 1);
  // Without brackets, the last part of an IPv6 address would be taken for a port.
  const bool is_bracketed = host.front() == '[' && host.back() == ']';
  return (is_bracketed || host.find(':') == absl::string_view::npos) &&
         std::all_of(port.begin(), port.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

}  // namespace

absl::Status ValidatePushTarget(absl::string_view target, bool allow_loopback) {
  if (target.size() > kMostTargetBytes) return InvalidTarget("a target has at most 300 bytes");
  if (!HasOnlyHostCharacters(target) || !EndsWithPort(target)) {
    return InvalidTarget("a target is host:port, without a scheme");
  }
  // The rules for hosts and ports are those of URLs.
  if (!ValidateWebhookUrl(absl::StrCat("https://", target, "/"), allow_loopback).ok()) {
    return InvalidTarget(
        "the host is a name or a public address, the port is 443 or one from 1024 up");
  }
  return absl::OkStatus();
}

}  // namespace dsr
