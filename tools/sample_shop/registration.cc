#include "sample_shop/registration.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/registry_service.grpc.pb.h"
#include "sample_shop/recipients.h"
#include "sample_shop/systems.h"

namespace dsr::sample_shop {
namespace {

using Registry = v1::RegistryService::Stub;

// What the registry takes in one call.
constexpr int kMaxBatch = 1000;
// A batch is one transaction over a thousand sealed records.
constexpr absl::Duration kBatchTimeout = absl::Seconds(30);

// Gives `request` the key that follows from its method and content.
template <class Request>
void SetKey(const char* method, Request& request) {
  request.set_idempotency_key(DerivedKey({method, request.SerializeAsString()}));
}

absl::Status RegisterSystem(const RpcCaller& caller, Registry& registry, const DataSystem& system) {
  v1::CreateDataSystemRequest request;
  request.set_data_system_id(system.id);
  request.mutable_data_system()->set_title(system.title);
  for (const CategoryTable& table : system.categories) {
    request.mutable_data_system()->add_categories(table.category);
  }
  for (const v1::TaskKind kind : system.kinds) request.mutable_data_system()->add_task_kinds(kind);
  SetKey("CreateDataSystem", request);
  const absl::Status status = caller.Call(registry, &Registry::CreateDataSystem, request).status();
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

v1::Recipient ToResource(const ShopRecipient& recipient, absl::string_view recipients_url) {
  v1::Recipient resource;
  resource.set_title(recipient.title);
  resource.set_relation(recipient.relation);
  resource.set_jurisdiction(recipient.jurisdiction);
  resource.set_contact_information(recipient.contact_information);
  v1::Delivery::Webhook* webhook = resource.mutable_delivery()->mutable_webhook();
  webhook->set_url(absl::StrCat(recipients_url, "/recipients/", recipient.id, "/notices"));
  webhook->set_secret_id(recipient.id);
  return resource;
}

absl::Status RegisterRecipient(const RpcCaller& caller, Registry& registry,
                               const ShopRecipient& recipient, absl::string_view recipients_url) {
  v1::CreateRecipientRequest create;
  create.set_recipient_id(recipient.id);
  *create.mutable_recipient() = ToResource(recipient, recipients_url);
  SetKey("CreateRecipient", create);
  const absl::Status created = caller.Call(registry, &Registry::CreateRecipient, create).status();
  if (!created.ok() && !absl::IsAlreadyExists(created)) return created;
  // The answer to a repeated call is that of the first time: only reading tells what holds now.
  v1::GetRecipientRequest get;
  get.set_name(absl::StrCat("recipients/", recipient.id));
  DSR_ASSIGN_OR_RETURN(const v1::Recipient present,
                       caller.Call(registry, &Registry::GetRecipient, get));
  const v1::Delivery& wanted = create.recipient().delivery();
  if (present.delivery().webhook().url() == wanted.webhook().url()) return absl::OkStatus();
  v1::UpdateRecipientRequest update;
  update.mutable_recipient()->set_name(present.name());
  update.mutable_recipient()->set_etag(present.etag());
  *update.mutable_recipient()->mutable_delivery() = wanted;
  update.mutable_update_mask()->add_paths("delivery");
  SetKey("UpdateRecipient", update);
  return caller.Call(registry, &Registry::UpdateRecipient, update).status();
}

v1::Disclosure ToDisclosure(SQLite::Statement& row) {
  v1::Disclosure disclosure;
  disclosure.set_subject_account(row.getColumn(0).getString());
  disclosure.set_recipient(absl::StrCat("recipients/", row.getColumn(1).getString()));
  for (absl::string_view category : absl::StrSplit(row.getColumn(2).getString(), ',')) {
    disclosure.add_categories(std::string(category));
  }
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, row.getColumn(3).getString(), &time, nullptr)) {
    disclosure.mutable_disclose_time()->set_seconds(absl::ToUnixSeconds(time));
  }
  disclosure.set_purpose(row.getColumn(4).getString());
  disclosure.set_method(row.getColumn(5).getString());
  disclosure.set_basis(row.getColumn(6).getString());
  disclosure.set_recipient_reference(row.getColumn(7).getString());
  if (!row.getColumn(8).isNull()) {
    disclosure.mutable_own_authorisation()->set_proof(row.getColumn(8).getString());
    *disclosure.mutable_own_authorisation()->mutable_categories() = disclosure.categories();
  }
  return disclosure;
}

absl::StatusOr<std::vector<v1::Disclosure>> ReadDisclosures(Database& shop) {
  std::vector<v1::Disclosure> disclosures;
  DSR_RETURN_IF_ERROR(shop.Transact([&](SQLite::Database& db) {
    // The order decides what is in which batch, and so each batch's key.
    SQLite::Statement rows(
        db,
        "SELECT account_id, recipient, categories, disclose_time, purpose, method, "
        "basis, reference, authorisation_proof FROM disclosures ORDER BY id");
    while (rows.executeStep()) disclosures.push_back(ToDisclosure(rows));
    return absl::OkStatus();
  }));
  return disclosures;
}

absl::Status RegisterDisclosures(const RpcCaller& caller, Registry& registry,
                                 const std::vector<v1::Disclosure>& disclosures) {
  for (size_t begin = 0; begin < disclosures.size(); begin += kMaxBatch) {
    v1::BatchCreateDisclosuresRequest request;
    for (size_t i = begin; i < disclosures.size() && i < begin + kMaxBatch; ++i) {
      *request.add_disclosures() = disclosures[i];
    }
    SetKey("BatchCreateDisclosures", request);
    DSR_RETURN_IF_ERROR(
        caller.Call(registry, &Registry::BatchCreateDisclosures, request, kBatchTimeout).status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RegistrationSummary> Register(const RpcCaller& operator_caller,
                                             const RpcCaller& registrar_caller, Database& shop,
                                             absl::string_view recipients_url) {
  const std::unique_ptr<Registry> registry =
      v1::RegistryService::NewStub(operator_caller.channel());
  RegistrationSummary summary;
  for (const DataSystem& system : DataSystems()) {
    DSR_RETURN_IF_ERROR(RegisterSystem(operator_caller, *registry, system));
    ++summary.systems;
  }
  for (const ShopRecipient& recipient : ShopRecipients()) {
    DSR_RETURN_IF_ERROR(RegisterRecipient(operator_caller, *registry, recipient, recipients_url));
    ++summary.recipients;
  }
  DSR_ASSIGN_OR_RETURN(const std::vector<v1::Disclosure> disclosures, ReadDisclosures(shop));
  DSR_RETURN_IF_ERROR(RegisterDisclosures(registrar_caller, *registry, disclosures));
  summary.disclosures = static_cast<int64_t>(disclosures.size());
  return summary;
}

}  // namespace dsr::sample_shop
