// Opening a case file in full.
#ifndef DSR_RPC_CASE_FILE_H_
#define DSR_RPC_CASE_FILE_H_

#include <functional>
#include <memory>

#include "dsr/base/ids.h"
#include "rpc/unary_call.h"

namespace dsr {

// Calls `then`, on a thread of the store, once the caller may read the request with its personal
// fields: of a minor's request the opening is recorded first (Minors' Online Protection 36).
// Answers the call itself when it may not.
void OpenCaseFile(const std::shared_ptr<UnaryCall>& call, const RequestId& request,
                  std::function<void()> then);

}  // namespace dsr

#endif  // DSR_RPC_CASE_FILE_H_
