// What a request must look like to be filed.
#ifndef DSR_RPC_REQUEST_CHECKS_H_
#define DSR_RPC_REQUEST_CHECKS_H_

#include "absl/status/status.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/v1/request.pb.h"

namespace dsr {

// The most categories a call may name.
inline constexpr int kMaxCategories = 100;

// Checks what is wrong whatever the workflow says: limits, forms and enumerations, with paths from
// `request.` on.
absl::Status CheckNewRequest(const v1::Request& request, bool needs_account = true);

// Returns what is filed of it: the fields that a client gives, nothing that is output only.
storage::v1::RequestFiled FiledFrom(const v1::Request& request);

}  // namespace dsr

#endif  // DSR_RPC_REQUEST_CHECKS_H_
