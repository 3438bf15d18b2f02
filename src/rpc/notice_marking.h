// Hands notices to the recipient that fetches them.
#ifndef DSR_RPC_NOTICE_MARKING_H_
#define DSR_RPC_NOTICE_MARKING_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "app/principal.h"
#include "dsr/v1/notice.pb.h"
#include "rpc/rpc_context.h"

namespace dsr {

// Records that `principal`, their recipient, fetched those of `notices` that await delivery, and
// then calls `done`, once, with all of them as they are afterwards and with what the recipient
// needs to act. Does not block; `context` outlives it.
void MarkAndOpen(RpcContext& context, const Principal& principal,
                 const std::vector<v1::Notice>& notices,
                 std::function<void(absl::StatusOr<std::vector<v1::Notice>>)> done);

}  // namespace dsr

#endif  // DSR_RPC_NOTICE_MARKING_H_
