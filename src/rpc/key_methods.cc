#include "rpc/key_methods.h"

#include <memory>
#include <string>
#include <utility>

#include "app/audited_change.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/admin_service.pb.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"

namespace dsr {
namespace {

absl::StatusOr<v1::KeyStatus> StatusOfKeys(const KeyFile& keys, ReadView& view) {
  v1::KeyStatus out;
  out.set_keys(keys.filled());
  out.set_followed(keys.shreds_followed());
  DSR_ASSIGN_OR_RETURN(const int64_t assigned, view.LastKeyNumber());
  out.set_assigned(assigned);
  DSR_ASSIGN_OR_RETURN(const int64_t destroyed, view.CountShreds());
  out.set_destroyed(destroyed);
  DSR_ASSIGN_OR_RETURN(const absl::Time next, view.NextRetention());
  if (next != absl::InfiniteFuture()) *out.mutable_next_end_time() = ToTimestamp(next);
  return out;
}

void RotateAllKeys(const std::shared_ptr<UnaryCall>& call, const v1::RotateKeysRequest& in) {
  absl::StatusOr<CallContext> context = MutationContext(*call, in);
  if (!context.ok()) return call->Fail(context.status());
  const bool taken =
      call->context().RunLong(call->principal(), [call, context = *std::move(context)] {
        if (call->is_over()) return;
        const RpcParts& parts = call->context().parts();
        const absl::StatusOr<KeyFileCounts> counts = parts.rotator.Rotate();
        if (!counts.ok()) return call->Fail(counts.status());
        // A repeated call has rotated once more, to the same key, and gets the answer of the first.
        ExecuteAudited(
            parts.store, parts.clock, context, "keys_rewrapped", "",
            [&keys = parts.keys, damaged = counts->damaged](
                Transaction& transaction, absl::Time) -> absl::StatusOr<std::string> {
              DSR_ASSIGN_OR_RETURN(v1::KeyStatus out, StatusOfKeys(keys, transaction));
              out.set_damaged(damaged);
              return out.SerializeAsString();
            },
            AnswerTo(call));
      });
  if (!taken) call->Fail(TooBusy());
}

}  // namespace

void AddKeyMethods(RpcService& service) {
  service.Unary<v1::GetKeyStatusRequest>(
      "GetKeyStatus", [](const std::shared_ptr<UnaryCall>& call, const v1::GetKeyStatusRequest&) {
        AnswerFromStore<v1::KeyStatus>(call, [call](ReadView& view) {
          return StatusOfKeys(call->context().parts().keys, view);
        });
      });
  service.Unary<v1::RotateKeysRequest>("RotateKeys", RotateAllKeys);
}

}  // namespace dsr
