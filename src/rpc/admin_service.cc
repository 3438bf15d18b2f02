// AdminService: running the server.
#include <memory>

#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/admin_service.pb.h"
#include "rpc/key_methods.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

absl::StatusOr<v1::ServerStatus> StatusOfServer(const RpcParts& parts, ReadView& view) {
  const absl::Time now = parts.clock.Now();
  DSR_ASSIGN_OR_RETURN(const StoreCounts counts, view.Count(now));
  v1::ServerStatus out;
  out.set_version(parts.version);
  *out.mutable_server_time() = ToTimestamp(now);
  *out.mutable_start_time() = ToTimestamp(parts.start_time);
  out.set_schema_version(view.SchemaVersion());
  out.set_open_requests(counts.open_requests);
  out.set_overdue_timers(counts.overdue_timers);
  out.set_pending_notices(counts.pending_notices);
  out.set_pending_messages(counts.pending_messages);
  out.set_open_tasks(counts.open_tasks);
  out.set_database_bytes(counts.file_bytes);
  out.set_dev(parts.is_dev);
  out.set_disk_full(parts.reserve.IsFull());
  return out;
}

}  // namespace

void AddAdminMethods(RpcService& service) {
  service.Unary<v1::GetStatusRequest>(
      "GetStatus", [](const std::shared_ptr<UnaryCall>& call, const v1::GetStatusRequest&) {
        AnswerFromStore<v1::ServerStatus>(
            call, [call](ReadView& view) { return StatusOfServer(call->context().parts(), view); });
      });
  AddKeyMethods(service);
  service.Unary<v1::DrainServerRequest>(
      "DrainServer", [](const std::shared_ptr<UnaryCall>& call, const v1::DrainServerRequest&) {
        call->Succeed(v1::DrainServerResponse());
        call->context().parts().drain();
      });
}

}  // namespace dsr
