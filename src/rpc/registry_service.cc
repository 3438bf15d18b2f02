// RegistryService: data systems, recipients and disclosures.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/not_found.h"
#include "app/registry.h"
#include "dsr/base/errors.h"
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/registry_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

template <class In>
using Changer = void (Registry::*)(const In&, CallContext, ExecutionDone);

template <class In>
void AddChange(RpcService& service, const std::string& method, Changer<In> change) {
  service.Unary<In>(method, [change](const std::shared_ptr<UnaryCall>& call, const In& in) {
    absl::StatusOr<CallContext> context = MutationContext(*call, in);
    if (!context.ok()) return call->Fail(context.status());
    (call->context().parts().registry.*change)(in, *std::move(context), AnswerTo(call));
  });
}

template <class In>
void AddBatch(RpcService& service, const std::string& method,
              void (Registry::*record)(In, CallContext, ExecutionDone)) {
  service.Unary<In>(method, [record](const std::shared_ptr<UnaryCall>& call, In in) {
    absl::StatusOr<CallContext> context = MutationContext(*call, in);
    if (!context.ok()) return call->Fail(context.status());
    (call->context().parts().registry.*record)(std::move(in), *std::move(context), AnswerTo(call));
  });
}

template <class In, class Out>
void AddGet(RpcService& service, const std::string& method,
            absl::StatusOr<Out> (ReadView::*find)(absl::string_view)) {
  service.Unary<In>(method, [find](const std::shared_ptr<UnaryCall>& call, const In& in) {
    if (in.name().empty()) {
      return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "name", "is required"));
    }
    AnswerFromStore<Out>(call, [in, find](ReadView& view) -> absl::StatusOr<Out> {
      absl::StatusOr<Out> found = (view.*find)(in.name());
      if (absl::IsNotFound(found.status())) return ResourceNotFound(in.name());
      return found;
    });
  });
}

// The registry is small and read whole; pages go by name.
template <class In, class Out, class Resource>
void AddList(RpcService& service, const std::string& method,
             absl::StatusOr<std::vector<Resource>> (ReadView::*list)(), Resource* (Out::*add)()) {
  service.Unary<In>(method, [list, add](const std::shared_ptr<UnaryCall>& call, const In& in) {
    const absl::StatusOr<PageOf> page = ReadPage(*call, in);
    if (!page.ok()) return call->Fail(page.status());
    AnswerFromStore<Out>(
        call, [call, in, list, add, page = *page](ReadView& view) -> absl::StatusOr<Out> {
          DSR_ASSIGN_OR_RETURN(std::vector<Resource> resources, (view.*list)());
          resources.erase(resources.begin(), std::find_if(resources.begin(), resources.end(),
                                                          [&](const Resource& resource) {
                                                            return resource.name() > page.after;
                                                          }));
          Out out;
          out.set_next_page_token(
              EndPage<In, Resource>(*call, in, page, resources,
                                    [](const Resource& resource) { return resource.name(); }));
          for (Resource& resource : resources) *(out.*add)() = std::move(resource);
          return out;
        });
  });
}

// What is recorded about one subject, by id.
template <class In, class Out, class Row>
void AddSubjectList(RpcService& service, const std::string& method,
                    absl::StatusOr<std::vector<Row>> (Registry::*list)(
                        ReadView&, absl::string_view, const std::optional<RecordId>&, int) const,
                    absl::StatusOr<RecordId> (*parse)(absl::string_view), Row* (Out::*add)()) {
  service.Unary<In>(method, [list, parse, add](const std::shared_ptr<UnaryCall>& call,
                                               const In& in) {
    FieldErrors errors;
    CheckText(in.subject_account(), "subject_account", 1, 200, errors);
    if (!errors.empty()) return call->Fail(errors.ToStatus());
    const absl::StatusOr<PageOf> page = ReadPage(*call, in);
    if (!page.ok()) return call->Fail(page.status());
    AnswerFromStore<Out>(
        call, [call, in, list, parse, add, page = *page](ReadView& view) -> absl::StatusOr<Out> {
          Out out;
          DSR_ASSIGN_OR_RETURN(const std::optional<RecordId> after, AfterId<RecordId>(page));
          DSR_ASSIGN_OR_RETURN(std::vector<Row> rows,
                               (call->context().parts().registry.*list)(view, in.subject_account(),
                                                                        after, page.size + 1));
          out.set_next_page_token(EndPage<In, Row>(*call, in, page, rows, [parse](const Row& row) {
            const absl::StatusOr<RecordId> id = parse(row.name());
            return id.ok() ? std::string(id->bytes()) : std::string();
          }));
          for (Row& row : rows) {
            ClearPersonal(row);
            *(out.*add)() = std::move(row);
          }
          return out;
        });
  });
}

}  // namespace

void AddRegistryMethods(RpcService& service) {
  AddChange<v1::CreateDataSystemRequest>(service, "CreateDataSystem", &Registry::CreateDataSystem);
  AddChange<v1::UpdateDataSystemRequest>(service, "UpdateDataSystem", &Registry::UpdateDataSystem);
  AddChange<v1::CreateRecipientRequest>(service, "CreateRecipient", &Registry::CreateRecipient);
  AddChange<v1::UpdateRecipientRequest>(service, "UpdateRecipient", &Registry::UpdateRecipient);
  AddChange<v1::DeleteRecipientRequest>(service, "DeleteRecipient", &Registry::DeleteRecipient);
  AddGet<v1::GetDataSystemRequest, v1::DataSystem>(service, "GetDataSystem",
                                                   &ReadView::FindDataSystem);
  AddGet<v1::GetRecipientRequest, v1::Recipient>(service, "GetRecipient", &ReadView::FindRecipient);
  AddList<v1::ListDataSystemsRequest, v1::ListDataSystemsResponse, v1::DataSystem>(
      service, "ListDataSystems", &ReadView::ListDataSystems,
      &v1::ListDataSystemsResponse::add_data_systems);
  AddList<v1::ListRecipientsRequest, v1::ListRecipientsResponse, v1::Recipient>(
      service, "ListRecipients", &ReadView::ListRecipients,
      &v1::ListRecipientsResponse::add_recipients);
  AddBatch<v1::BatchCreateDisclosuresRequest>(service, "BatchCreateDisclosures",
                                              &Registry::BatchCreateDisclosures);
  AddBatch<v1::BatchCreateConsentsRequest>(service, "BatchCreateConsents",
                                           &Registry::BatchCreateConsents);
  AddChange<v1::MergeAccountsRequest>(service, "MergeAccounts", &Registry::MergeAccounts);
  AddSubjectList<v1::ListDisclosuresRequest, v1::ListDisclosuresResponse, v1::Disclosure>(
      service, "ListDisclosures", &Registry::ListDisclosures, ParseDisclosureName,
      &v1::ListDisclosuresResponse::add_disclosures);
  AddSubjectList<v1::ListConsentsRequest, v1::ListConsentsResponse, v1::Consent>(
      service, "ListConsents", &Registry::ListConsents, ParseConsentName,
      &v1::ListConsentsResponse::add_consents);
}

}  // namespace dsr
