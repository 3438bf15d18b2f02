// HoldService: legal holds.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/holds.h"
#include "app/not_found.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/hold_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/method_roles.h"
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

void GetHold(const std::shared_ptr<UnaryCall>& call, const v1::GetHoldRequest& in) {
  const absl::StatusOr<RecordId> id = ParseHoldName(in.name());
  if (!id.ok()) return call->Fail(id.status());
  if (!v1::HoldView_IsValid(in.view())) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "view", "is BASIC or FULL"));
  }
  const bool is_full = in.view() == v1::HOLD_VIEW_FULL;
  if (is_full && !MaySeePersonalFields(call->principal())) {
    return call->Fail(PersonalFieldsDenied(call->method()));
  }
  AnswerFromStore<v1::Hold>(call,
                            [call, id = *id, is_full](ReadView& view) -> absl::StatusOr<v1::Hold> {
                              auto found = view.FindHold(id);
                              if (absl::IsNotFound(found.status()))
                                return ResourceNotFound(HoldName(id));
                              DSR_RETURN_IF_ERROR(found.status());
                              if (!is_full) return std::move(found->second);
                              return call->context().reader().ReadHold(view, id);
                            });
}

void ListHolds(const std::shared_ptr<UnaryCall>& call, const v1::ListHoldsRequest& in) {
  FieldErrors errors;
  const bool has_account = in.request().empty();
  CheckText(in.subject_account(), "subject_account", has_account ? 1 : 0, has_account ? 200 : 0,
            errors);
  if (!has_account && !ParseRequestName(in.request()).ok())
    errors.AddInvalid("request", "is the name of a request, `requests/{id}`");
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListHoldsResponse>(
      call, [call, in, page = *page](ReadView& view) -> absl::StatusOr<v1::ListHoldsResponse> {
        v1::ListHoldsResponse out;
        DSR_ASSIGN_OR_RETURN(const std::optional<RecordId> after, AfterId<RecordId>(page));
        DSR_ASSIGN_OR_RETURN(std::vector<v1::Hold> rows,
                             call->context().parts().holds.List(view, in, after, page.size + 1));
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
  service.Unary<v1::GetHoldRequest>("GetHold", GetHold);
  service.Unary<v1::ListHoldsRequest>("ListHolds", ListHolds);
}

}  // namespace dsr
