// Errors on their way to the client.
#ifndef DSR_RPC_STATUS_CONVERSION_H_
#define DSR_RPC_STATUS_CONVERSION_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dsr {

// Returns `status` as gRPC sends it: code, message and a google.rpc.Status-compatible dsr.v1.Status
// with ErrorInfo and BadRequest.
//
// What carries no reason of ours, and what is a fault of dsrd, becomes INTERNAL with a fresh
// correlation id; the log gets that id with `method` and the original message. At most 20 field
// violations and 1000 bytes of message are sent: they travel as a header, which has a limit.
grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view method);

}  // namespace dsr

#endif  // DSR_RPC_STATUS_CONVERSION_H_
