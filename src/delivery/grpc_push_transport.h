// Delivers notices as calls of the recipients' own gRPC service, NoticeReceiver.
#ifndef DSR_DELIVERY_GRPC_PUSH_TRANSPORT_H_
#define DSR_DELIVERY_GRPC_PUSH_TRANSPORT_H_

#include <grpcpp/channel.h>

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "delivery/address_policy.h"
#include "dsr/base/mutex.h"
#include "dsr/delivery/transport.h"
#include "dsr/delivery/webhook_key_ring.h"

namespace dsr {

// How notices are pushed.
struct PushOptions {
  // Lets pushes go to this machine, without TLS unless `root_certificates` are given. For
  // development only.
  bool allow_loopback = false;
  // For all of an attempt, the connection included.
  absl::Duration timeout = absl::Seconds(20);
  // Certificates to trust, in PEM; the system's when empty.
  std::string root_certificates;
};

// Calls NoticeReceiver.DeliverNotice at the target of the attempt's way. OK is a delivery, and what
// the response says is the recipient's answer. Corrected values are not in what is sent: the
// recipient fetches them. Codes of failure:
//
//   grpc-<status>    the call's status, such as `grpc-unavailable`; a RetryInfo with UNAVAILABLE or
//                    RESOURCE_EXHAUSTED is passed on
//   timeout          DEADLINE_EXCEEDED
//   name-resolution  the host has no address
//   address-denied   the host has no address that AddressPolicy allows; gives up
//   target-refused   ValidatePushTarget refuses the target; gives up
//   secret-unknown   no secret of that id is configured; not given up, the operator can add it
//   no-push          the attempt's way is another one; gives up
//
// The host is resolved here and gRPC is told the allowed addresses only, so that nothing is
// resolved twice; the peer's certificate must still be the host's. No proxy, no retries and no
// configuration from outside are used, and a response has at most 64 KiB. Connections are kept for
// the next attempt to the same target and addresses. Thread-safe; blocks on the name service too.
class GrpcPushTransport : public NoticeTransport {
 public:
  static constexpr size_t kMostChannels = 128;

  // `keys` has the secrets that recipients' `secret_id` name, and outlives the transport.
  GrpcPushTransport(WebhookKeyRing& keys, PushOptions options);
  ~GrpcPushTransport() override;

  DeliveryResult Deliver(const NoticeAttempt& attempt) override;

 private:
  // Where a call goes.
  struct Endpoint {
    std::string target;   // as it is registered
    std::string address;  // as gRPC is told, such as `ipv4:192.0.2.1:443`
    bool is_loopback = false;
    bool operator==(const Endpoint&) const = default;
  };

  DeliveryResult Call(const Endpoint& endpoint, const WebhookSigner& signer,
                      const NoticeAttempt& attempt, absl::Duration timeout);
  std::shared_ptr<grpc::Channel> ChannelTo(const Endpoint& endpoint);
  std::shared_ptr<grpc::Channel> Connect(const Endpoint& endpoint) const;
  void Forget(const Endpoint& endpoint);

  WebhookKeyRing& keys_;
  const PushOptions options_;
  const AddressPolicy policy_;
  Mutex mutex_;
  // The one that was used last comes first.
  std::list<std::pair<Endpoint, std::shared_ptr<grpc::Channel>>> channels_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_DELIVERY_GRPC_PUSH_TRANSPORT_H_
