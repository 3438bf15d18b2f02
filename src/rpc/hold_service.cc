// HoldService: legal holds.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/holds.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/hold_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

template <class In>
void AddChange(RpcService& service, const std::string& method,
               void (Holds::*change)(const In&, CallContext, ExecutionDone)) {
  service.Unary<In>(method, [change](const std::shared_ptr<UnaryCall>& call, const In& in) {
    absl::StatusOr<CallContext> context = MutationContext(*call, in);
    if (!context.ok()) return call->Fail(context.status());
    (call->context().parts().holds.*change)(in, *std::move(context), AnswerTo(call));
  });
}

void ListHolds(const std::shared_ptr<UnaryCall>& call, const v1::ListHoldsRequest& in) {
  FieldErrors errors;
  CheckText(in.subject_account(), "subject_account", 1, 200, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListHoldsResponse>(
      call, [call, in, page = *page](ReadView& view) -> absl::StatusOr<v1::ListHoldsResponse> {
        v1::ListHoldsResponse out;
        DSR_ASSIGN_OR_RETURN(const std::optional<RecordId> after, AfterId<RecordId>(page));
        DSR_ASSIGN_OR_RETURN(
            std::vector<v1::Hold> rows,
            call->context().parts().holds.List(view, in.subject_account(), after, page.size + 1));
        out.set_next_page_token(
            EndPage<v1::ListHoldsRequest, v1::Hold>(*call, in, page, rows, [](const v1::Hold& row) {
              const absl::StatusOr<RecordId> id = ParseHoldName(row.name());
              return id.ok() ? std::string(id->bytes()) : std::string();
            }));
        for (v1::Hold& row : rows) *out.add_holds() = std::move(row);
        return out;
      });
}

}  // namespace

void AddHoldMethods(RpcService& service) {
  AddChange<v1::PlaceHoldRequest>(service, "PlaceHold", &Holds::Place);
  AddChange<v1::LiftHoldRequest>(service, "LiftHold", &Holds::Lift);
  service.Unary<v1::ListHoldsRequest>("ListHolds", ListHolds);
}

}  // namespace dsr
