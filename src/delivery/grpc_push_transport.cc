#include "delivery/grpc_push_transport.h"

#include <arpa/inet.h>
#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "delivery/forged_signature.h"
#include "delivery/retry_info.h"
#include "delivery/webhook_body.h"
#include "dsr/delivery/push_target.h"
#include "dsr/v1/notice_receiver.grpc.pb.h"

namespace dsr {
namespace {

constexpr int kMostResponseBytes = 64 << 10;
constexpr int kIdleMillis = 30'000;
constexpr int kConnectMillis = 5'000;
// Of a host with many addresses, the first few are enough.
constexpr size_t kMostAddresses = 8;

struct HostPort {
  std::string host;
  std::string port;
};

// Of a target that ValidatePushTarget took.
HostPort SplitTarget(absl::string_view target) {
  const size_t colon = target.rfind(':');
  absl::string_view host = target.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) host = absl::StripSuffix(host, "]");
  return {std::string(host), std::string(target.substr(colon + 1))};
}

struct AddressListDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

AddressList Resolve(const HostPort& to) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (getaddrinfo(to.host.c_str(), to.port.c_str(), &hints, &list) != 0) return nullptr;
  return AddressList(list);
}

// `a.b.c.d:port` or `[a::b]:port`, without what a link-local address needs: those are denied.
std::string AddressText(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    return absl::StrCat(text, ":", ntohs(in->sin_port));
  }
  const auto* in = reinterpret_cast<const sockaddr_in6*>(address);
  inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof(text));
  return absl::StrCat("[", text, "]:", ntohs(in->sin6_port));
}

bool IsThisMachine(const sockaddr* address) {
  const bool is_loopback_allowed = AddressPolicy(true).Allows(
      address, address->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  const bool is_public = AddressPolicy(false).Allows(
      address, address->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  return is_loopback_allowed && !is_public;
}

// The addresses that may be connected to, in the form that gRPC takes: a list of one family, that
// of the first one, because the system sorts them by what this machine can reach.
struct Allowed {
  std::string address;  // empty when there is none
  bool is_loopback = true;
};

Allowed AllowedAddresses(const AddressList& list, const AddressPolicy& policy) {
  Allowed allowed;
  int family = AF_UNSPEC;
  std::vector<std::string> texts;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    if (!policy.Allows(entry->ai_addr, entry->ai_addrlen)) continue;
    if (family == AF_UNSPEC) family = entry->ai_family;
    if (entry->ai_family != family || texts.size() == kMostAddresses) continue;
    texts.push_back(AddressText(entry->ai_addr));
    allowed.is_loopback = allowed.is_loopback && IsThisMachine(entry->ai_addr);
  }
  if (!texts.empty()) {
    allowed.address =
        absl::StrCat(family == AF_INET ? "ipv4:" : "ipv6:", absl::StrJoin(texts, ","));
  }
  return allowed;
}

absl::string_view NameOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::CANCELLED:
      return "cancelled";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "invalid-argument";
    case grpc::StatusCode::NOT_FOUND:
      return "not-found";
    case grpc::StatusCode::ALREADY_EXISTS:
      return "already-exists";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "permission-denied";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "unauthenticated";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "resource-exhausted";
    case grpc::StatusCode::FAILED_PRECONDITION:
      return "failed-precondition";
    case grpc::StatusCode::ABORTED:
      return "aborted";
    case grpc::StatusCode::OUT_OF_RANGE:
      return "out-of-range";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "unimplemented";
    case grpc::StatusCode::INTERNAL:
      return "internal";
    case grpc::StatusCode::UNAVAILABLE:
      return "unavailable";
    case grpc::StatusCode::DATA_LOSS:
      return "data-loss";
    default:
      return "unknown";
  }
}

DeliveryResult FailureOf(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return DeliveryResult::Failure("timeout", false);
  }
  DeliveryResult result =
      DeliveryResult::Failure(absl::StrCat("grpc-", NameOf(status.error_code())), false);
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
      status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    result.retry_after = ParseRetryInfo(status.error_details());
  }
  return result;
}

// What the recipient is sent: its notice, without the values that only it may fetch.
std::string Payload(const v1::Notice& notice) {
  v1::Notice sent = notice;
  sent.clear_corrections();
  return sent.SerializeAsString();
}

gpr_timespec DeadlineIn(absl::Duration timeout) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN));
}

}  // namespace

GrpcPushTransport::GrpcPushTransport(WebhookKeyRing& keys, PushOptions options)
    : keys_(keys), options_(std::move(options)), policy_(options_.allow_loopback) {}

GrpcPushTransport::~GrpcPushTransport() = default;

DeliveryResult GrpcPushTransport::Deliver(const NoticeAttempt& attempt) {
  if (!attempt.way.has_push()) return DeliveryResult::Failure("no-push", true);
  const v1::Delivery::Push& push = attempt.way.push();
  // Registered under --dev, a target may be one that production refuses.
  if (!ValidatePushTarget(push.target(), options_.allow_loopback).ok()) {
    return DeliveryResult::Failure("target-refused", true);
  }
  const std::shared_ptr<const WebhookSigner> signer = keys_.Find(push.secret_id());
  if (signer == nullptr) return DeliveryResult::Failure("secret-unknown", false);

  const auto begin = std::chrono::steady_clock::now();
  const AddressList addresses = Resolve(SplitTarget(push.target()));
  if (addresses == nullptr) return DeliveryResult::Failure("name-resolution", false);
  const Allowed allowed = AllowedAddresses(addresses, policy_);
  if (allowed.address.empty()) return DeliveryResult::Failure("address-denied", true);
  const absl::Duration left =
      options_.timeout - absl::FromChrono(std::chrono::steady_clock::now() - begin);
  if (left <= absl::ZeroDuration()) return DeliveryResult::Failure("timeout", false);
  return Call(Endpoint{push.target(), allowed.address, allowed.is_loopback}, *signer, attempt,
              left);
}

DeliveryResult GrpcPushTransport::Call(const Endpoint& endpoint, const WebhookSigner& signer,
                                       const NoticeAttempt& attempt, absl::Duration timeout) {
  v1::DeliverNoticeRequest request;
  request.set_notice_id(WebhookId(attempt.notice));
  request.set_notice(Payload(attempt.notice));
  request.set_timestamp(absl::ToUnixSeconds(attempt.now));
  const std::string signature = signer.Sign(request.notice_id(), attempt.now, request.notice());
  request.set_signature(attempt.forges ? ForgeSignatures(signature) : signature);

  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(timeout));
  v1::DeliverNoticeResponse response;
  const grpc::Status status =
      v1::NoticeReceiver::NewStub(ChannelTo(endpoint))->DeliverNotice(&context, request, &response);
  if (!status.ok()) {
    // A connection that is lost or hangs is made anew the next time, without gRPC's own pause.
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
        status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      Forget(endpoint);
    }
    return FailureOf(status);
  }
  DeliveryResult result = {.delivered = true};
  if (response.answer().answer_case() != v1::NoticeAnswer::ANSWER_NOT_SET) {
    result.answer = std::move(*response.mutable_answer());
  }
  return result;
}

std::shared_ptr<grpc::Channel> GrpcPushTransport::ChannelTo(const Endpoint& endpoint) {
  MutexLock lock(mutex_);
  const auto found = std::find_if(channels_.begin(), channels_.end(),
                                  [&](const auto& entry) { return entry.first == endpoint; });
  if (found != channels_.end()) {
    channels_.splice(channels_.begin(), channels_, found);
  } else {
    // Does not connect yet, and does not block.
    channels_.emplace_front(endpoint, Connect(endpoint));
    if (channels_.size() > kMostChannels) channels_.pop_back();
  }
  return channels_.front().second;
}

std::shared_ptr<grpc::Channel> GrpcPushTransport::Connect(const Endpoint& endpoint) const {
  const HostPort to = SplitTarget(endpoint.target);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_CLIENT_IDLE_TIMEOUT_MS, kIdleMillis);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMillis);
  arguments.SetMaxReceiveMessageSize(kMostResponseBytes);
  // The peer is told, and has to prove, the name that is registered and not the address.
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, endpoint.target);
  if (endpoint.is_loopback && options_.allow_loopback && options_.root_certificates.empty()) {
    return grpc::CreateCustomChannel(endpoint.address, grpc::InsecureChannelCredentials(),
                                     arguments);
  }
  arguments.SetSslTargetNameOverride(to.host);
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = options_.root_certificates;
  return grpc::CreateCustomChannel(endpoint.address, grpc::SslCredentials(tls), arguments);
}

void GrpcPushTransport::Forget(const Endpoint& endpoint) {
  MutexLock lock(mutex_);
  channels_.remove_if([&](const auto& entry) { return entry.first == endpoint; });
}

}  // namespace dsr
