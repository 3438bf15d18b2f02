// Who counts calls.
#ifndef DSR_RPC_CALL_OBSERVER_H_
#define DSR_RPC_CALL_OBSERVER_H_

#include <grpcpp/support/status.h>

#include <string>

#include "absl/time/time.h"

namespace dsr {

// Told of each call, on gRPC's threads: must not block. Thread-safe.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  // `method` is a method of the API.
  virtual void OnBegin(const std::string& method) = 0;
  virtual void OnEnd(const std::string& method, grpc::StatusCode code, absl::Duration spent) = 0;
  // A call is beyond `limit`; an empty `principal` is one that nobody knows.
  virtual void OnLimited(const std::string& principal, const std::string& limit) = 0;
};

}  // namespace dsr

#endif  // DSR_RPC_CALL_OBSERVER_H_
