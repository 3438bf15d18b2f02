// AuditService: the audit log, shown and verified.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/audit_service.pb.h"
#include "rpc/public_views.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

void ListAuditEvents(const std::shared_ptr<UnaryCall>& call, const v1::ListAuditEventsRequest& in) {
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListAuditEventsResponse>(
      call,
      [call, in, page = *page](ReadView& view) -> absl::StatusOr<v1::ListAuditEventsResponse> {
        v1::ListAuditEventsResponse out;
        int64_t first = 0;
        if (!page.after.empty() && absl::SimpleAtoi(page.after, &first)) ++first;
        DSR_ASSIGN_OR_RETURN(std::vector<AuditLeaf> leaves,
                             view.ListLeaves(first, page.size + 1, /*with_records=*/true));
        out.set_next_page_token(EndPage<v1::ListAuditEventsRequest, AuditLeaf>(
            *call, in, page, leaves,
            [](const AuditLeaf& leaf) { return absl::StrCat(leaf.index); }));
        for (const AuditLeaf& leaf : leaves) *out.add_audit_events() = PublicLeaf(leaf);
        return out;
      });
}

void VerifyWholeLog(const std::shared_ptr<UnaryCall>& call, const v1::VerifyLogRequest&) {
  const bool taken = call->context().RunLong([call] {
    if (call->is_over()) return;
    const absl::StatusOr<v1::VerifyLogResponse> out = VerifyLog(call->context().parts().store);
    if (out.ok()) {
      call->Succeed(*out);
    } else {
      call->Fail(out.status());
    }
  });
  if (!taken) call->Fail(TooBusy());
}

}  // namespace

void AddAuditMethods(RpcService& service) {
  service.Unary<v1::ListAuditEventsRequest>("ListAuditEvents", ListAuditEvents);
  service.Unary<v1::GetCheckpointRequest>(
      "GetCheckpoint", [](const std::shared_ptr<UnaryCall>& call, const v1::GetCheckpointRequest&) {
        AnswerFromStore<v1::Checkpoint>(call, [](ReadView& view) { return MakeCheckpoint(view); });
      });
  service.Unary<v1::VerifyLogRequest>("VerifyLog", VerifyWholeLog);
}

}  // namespace dsr
