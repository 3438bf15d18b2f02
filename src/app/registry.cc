#include "app/registry.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/not_found.h"
#include "app/sealer.h"
#include "app/too_busy.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "google/protobuf/util/field_mask_util.h"

namespace dsr {
namespace {

using ::google::protobuf::FieldMask;
using ::google::protobuf::util::FieldMaskUtil;

constexpr int kMaxBatch = 1000;
constexpr int kBatchAttempts = 5;
constexpr size_t kBatchQueue = 64;

absl::Status Put(Transaction& transaction, const v1::DataSystem& system) {
  return transaction.PutDataSystem(system);
}
absl::Status Put(Transaction& transaction, const v1::Recipient& recipient) {
  return transaction.PutRecipient(recipient);
}
absl::StatusOr<v1::DataSystem> Find(ReadView& view, const v1::DataSystem& like) {
  return view.FindDataSystem(like.name());
}
absl::StatusOr<v1::Recipient> Find(ReadView& view, const v1::Recipient& like) {
  return view.FindRecipient(like.name());
}

// Follows from the content and the etag before, so that it never comes back with older content.
template <class Resource>
void SetEtag(Resource& resource) {
  resource.set_etag(HexEncode(Sha256(resource.SerializeAsString())).substr(0, 16));
}

void KeepDeleteTime(const v1::DataSystem&, v1::DataSystem&) {}
void KeepDeleteTime(const v1::Recipient& present, v1::Recipient& merged) {
  merged.clear_delete_time();
  if (present.has_delete_time()) *merged.mutable_delete_time() = present.delete_time();
}

// Puts the new values into `present`. Output-only fields stay whatever the mask says.
template <class Resource>
absl::Status Merge(const Resource& values, const FieldMask& mask, Resource& present) {
  FieldMask fields;
  if (mask.paths().empty()) {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    values.GetReflection()->ListFields(values, &set);
    for (const auto* field : set) fields.add_paths(field->name());
  } else if (mask.paths_size() == 1 && mask.paths(0) == "*") {
    for (int i = 0; i < Resource::descriptor()->field_count(); ++i) {
      fields.add_paths(Resource::descriptor()->field(i)->name());
    }
  } else if (!FieldMaskUtil::IsValidFieldMask<Resource>(mask)) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "update_mask",
                          "names fields of the resource, or is `*`");
  } else {
    fields = mask;
  }
  Resource merged = present;
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(values, fields, options, &merged);
  merged.set_name(present.name());
  merged.set_etag(present.etag());
  *merged.mutable_create_time() = present.create_time();
  KeepDeleteTime(present, merged);
  present = std::move(merged);
  return absl::OkStatus();
}

// A recipient, and the field that names it.
struct NamedRecipient {
  absl::string_view field;
  std::string name;
};

// What recording disclosures and recording consents do not have in common.
struct Disclosures {
  using In = v1::BatchCreateDisclosuresRequest;
  using Out = v1::BatchCreateDisclosuresResponse;
  using Resource = v1::Disclosure;
  static constexpr char kField[] = "disclosures";
  static constexpr char kKind[] = "disclosures_recorded";
  static const auto& List(const In& in) { return in.disclosures(); }
  static Resource* Add(Out& out) { return out.add_disclosures(); }
  static std::string Name(const RecordId& id) { return DisclosureName(id); }
  static absl::Status Check(const Resource& one, const v1::Policy& policy, absl::Time now) {
    return CheckDisclosure(one, policy, now);
  }
  static std::vector<NamedRecipient> Recipients(const Resource& one) {
    std::vector<NamedRecipient> recipients = {{"recipient", one.recipient()}};
    for (const std::string& onward : one.onward_recipients())
      recipients.push_back({"onward_recipients", onward});
    return recipients;
  }
  static void Begin(Resource&) {}
  static absl::Status Put(Transaction& transaction, const RecordId& id, const SubjectId& subject,
                          const Resource& one, const std::string& sealed) {
    return transaction.PutDisclosure(id, subject, one, sealed);
  }
};

struct Consents {
  using In = v1::BatchCreateConsentsRequest;
  using Out = v1::BatchCreateConsentsResponse;
  using Resource = v1::Consent;
  static constexpr char kField[] = "consents";
  static constexpr char kKind[] = "consents_recorded";
  static const auto& List(const In& in) { return in.consents(); }
  static Resource* Add(Out& out) { return out.add_consents(); }
  static std::string Name(const RecordId& id) { return ConsentName(id); }
  static absl::Status Check(const Resource& one, const v1::Policy& policy, absl::Time now) {
    return CheckConsent(one, policy, now);
  }
  static std::vector<NamedRecipient> Recipients(const Resource& one) {
    std::vector<NamedRecipient> recipients;
    for (const std::string& name : one.recipients()) recipients.push_back({"recipients", name});
    return recipients;
  }
  static void Begin(Resource& one) {
    one.set_state(v1::CONSENT_STATE_GIVEN);
    one.clear_change_time();
  }
  static absl::Status Put(Transaction& transaction, const RecordId& id, const SubjectId& subject,
                          const Resource& one, const std::string& sealed) {
    return transaction.PutConsent(id, subject, one, sealed);
  }
};

template <class Kind>
absl::Status CheckBatch(const typename Kind::In& in, const v1::Policy& policy, absl::Time now) {
  FieldErrors errors;
  const auto& list = Kind::List(in);
  if (list.empty()) errors.AddMissing(Kind::kField);
  if (list.size() > kMaxBatch) {
    errors.Add(v1::ERROR_REASON_LIST_TOO_LONG, Kind::kField,
               absl::StrCat("has at most ", kMaxBatch, " entries"));
    return errors.ToStatus();
  }
  for (int i = 0; i < list.size(); ++i) {
    errors.AddAll(absl::StrCat(Kind::kField, "[", i, "]."), Kind::Check(list.at(i), policy, now));
  }
  return errors.ToStatus();
}

// One that was removed is not: nothing new may name it.
absl::StatusOr<bool> IsRegistered(ReadView& view, const std::string& recipient) {
  const absl::StatusOr<v1::Recipient> found = view.FindRecipient(recipient);
  if (absl::IsNotFound(found.status())) return false;
  DSR_RETURN_IF_ERROR(found.status());
  return !found->has_delete_time();
}

// Names every entry of the batch whose recipient is not registered: whoever imports a million rows
// leaves them all out at once.
template <class Kind, class Resources>
absl::Status CheckRegistered(ReadView& view, const Resources& resources) {
  FieldErrors errors;
  std::map<std::string, bool> registered;
  int index = 0;
  for (const auto& resource : resources) {
    std::set<absl::string_view> unknown;
    for (const NamedRecipient& recipient : Kind::Recipients(resource)) {
      auto known = registered.find(recipient.name);
      if (known == registered.end()) {
        DSR_ASSIGN_OR_RETURN(const bool found, IsRegistered(view, recipient.name));
        known = registered.emplace(recipient.name, found).first;
      }
      if (!known->second) unknown.insert(recipient.field);
    }
    for (const absl::string_view field : unknown) {
      errors.AddInvalid(absl::StrCat(Kind::kField, "[", index, "].", field), "is not registered");
    }
    ++index;
  }
  return errors.ToStatus();
}

// Puts `prefix` before the fields that `status` names.
absl::Status Within(absl::string_view prefix, const absl::Status& status) {
  if (!BadRequestOf(status).has_value()) return status;
  FieldErrors errors;
  errors.AddAll(prefix, status);
  return errors.ToStatus();
}

template <class Resource>
absl::Status EtagMismatch(const Resource& present) {
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_ETAG_MISMATCH,
                   "the resource changed since it was read: read it again",
                   {{"etag", present.etag()}});
}

// Whoever is to be told by open notices, and has nobody to be told in its place, must stay.
absl::Status CheckRemovable(ReadView& view, const v1::Recipient& recipient) {
  if (recipient.has_delete_time()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ALREADY_ENDED,
                     "the recipient was removed before; the call changes nothing",
                     {{"resource", recipient.name()}});
  }
  if (!recipient.successor().empty()) return absl::OkStatus();
  DSR_ASSIGN_OR_RETURN(const NoticeCounts open, view.CountOpenNotices(recipient.name()));
  const int64_t count = open.pending + open.sent + open.acknowledged + open.objected + open.failed;
  if (count == 0) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_RECIPIENT_IN_USE,
                   absl::StrCat(count,
                                " notices to the recipient are open; end them, or name its "
                                "successor with UpdateRecipient, then remove it"),
                   {{"resource", recipient.name()}, {"open_notices", absl::StrCat(count)}});
}

absl::Status CheckReferences(ReadView&, const v1::DataSystem&, const v1::DataSystem&) {
  return absl::OkStatus();
}

// A new successor is registered, and the duties do not come back to where they came from. What
// another release let in does not stand in the way of other changes.
absl::Status CheckReferences(ReadView& view, const v1::Recipient& before,
                             const v1::Recipient& after) {
  if (after.successor().empty() || after.successor() == before.successor()) return absl::OkStatus();
  std::set<std::string> chain = {after.name()};
  for (std::string next = after.successor(); !next.empty();) {
    if (!chain.insert(next).second) {
      return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "successor",
                            "is not one whose own duties come back to this recipient");
    }
    const absl::StatusOr<v1::Recipient> recipient = view.FindRecipient(next);
    if (absl::IsNotFound(recipient.status()) ||
        (recipient.ok() && recipient->has_delete_time() && recipient->successor().empty())) {
      return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "successor", "is not registered");
    }
    DSR_RETURN_IF_ERROR(recipient.status());
    next = recipient->successor();
  }
  return absl::OkStatus();
}

}  // namespace

// Entries ready to be written.
template <class Kind>
struct Registry::Batch {
  struct Entry {
    RecordId id;
    SubjectId subject;
    typename Kind::Resource clear;
    std::string sealed;
  };
  std::vector<PreparedSubject> subjects;
  std::vector<Entry> entries;
};

Registry::Registry(Parts parts) : parts_(std::move(parts)), pool_("registry", 1, kBatchQueue) {}

absl::Status Registry::Check(const v1::DataSystem& system) const {
  return CheckDataSystem(system, parts_.policy);
}

absl::Status Registry::Check(const v1::Recipient& recipient) const {
  return CheckRecipient(recipient, parts_.policy, parts_.checks);
}

void Registry::Execute(CallContext context, std::string kind, std::string about, Change change,
                       ExecutionDone done) {
  ExecuteAudited(
      parts_.store, parts_.clock, std::move(context), std::move(kind), std::move(about),
      [this, change = std::move(change)](Transaction& transaction, absl::Time now) {
        parts_.facts.ForgetRegistry();
        return change(transaction, now);
      },
      std::move(done));
}

template <class Resource>
void Registry::Create(Resource resource, absl::string_view field, absl::string_view kind,
                      CallContext context, ExecutionDone done) {
  const std::string name = resource.name();
  Execute(
      std::move(context), std::string(kind), name,
      [resource = std::move(resource), field = std::string(field)](
          Transaction& transaction, absl::Time now) -> absl::StatusOr<std::string> {
        const absl::Status found = Find(transaction, resource).status();
        if (found.ok()) {
          return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_RESOURCE_EXISTS,
                           "a resource with that id exists; update it, or choose another id",
                           {{"resource", resource.name()}});
        }
        if (!absl::IsNotFound(found)) return found;
        DSR_RETURN_IF_ERROR(Within(field, CheckReferences(transaction, Resource(), resource)));
        Resource created = resource;
        created.clear_etag();
        *created.mutable_create_time() = ToTimestamp(now);
        SetEtag(created);
        DSR_RETURN_IF_ERROR(Put(transaction, created));
        return created.SerializeAsString();
      },
      std::move(done));
}

template <class Resource>
void Registry::Update(const Resource& resource, const FieldMask& mask, absl::string_view field,
                      absl::string_view kind, CallContext context, ExecutionDone done) {
  Execute(
      std::move(context), std::string(kind), resource.name(),
      [this, resource, mask, field = std::string(field)](
          Transaction& transaction, absl::Time) -> absl::StatusOr<std::string> {
        absl::StatusOr<Resource> present = Find(transaction, resource);
        if (absl::IsNotFound(present.status())) return ResourceNotFound(resource.name());
        DSR_RETURN_IF_ERROR(present.status());
        if (!resource.etag().empty() && resource.etag() != present->etag()) {
          return EtagMismatch(*present);
        }
        const Resource before = *present;
        DSR_RETURN_IF_ERROR(Merge(resource, mask, *present));
        DSR_RETURN_IF_ERROR(Within(field, Check(*present)));
        DSR_RETURN_IF_ERROR(Within(field, CheckReferences(transaction, before, *present)));
        SetEtag(*present);
        DSR_RETURN_IF_ERROR(Put(transaction, *present));
        return present->SerializeAsString();
      },
      std::move(done));
}

void Registry::CreateDataSystem(const v1::CreateDataSystemRequest& in, CallContext context,
                                ExecutionDone done) {
  FieldErrors errors;
  CheckRegistryId(in.data_system_id(), "data_system_id", errors);
  v1::DataSystem system = in.data_system();
  system.set_name(absl::StrCat("systems/", in.data_system_id()));
  if (system.name() == kOwnSystem) errors.AddInvalid("data_system_id", "`dsrd` is dsrd itself");
  errors.AddAll("data_system.", Check(system));
  if (!errors.empty()) return done(errors.ToStatus());
  Create(std::move(system), "data_system.", "data_system_created", std::move(context),
         std::move(done));
}

void Registry::UpdateDataSystem(const v1::UpdateDataSystemRequest& in, CallContext context,
                                ExecutionDone done) {
  Update(in.data_system(), in.update_mask(), "data_system.", "data_system_updated",
         std::move(context), std::move(done));
}

void Registry::CreateRecipient(const v1::CreateRecipientRequest& in, CallContext context,
                               ExecutionDone done) {
  FieldErrors errors;
  CheckRegistryId(in.recipient_id(), "recipient_id", errors);
  v1::Recipient recipient = in.recipient();
  recipient.set_name(absl::StrCat("recipients/", in.recipient_id()));
  recipient.clear_delete_time();
  errors.AddAll("recipient.", Check(recipient));
  if (!errors.empty()) return done(errors.ToStatus());
  Create(std::move(recipient), "recipient.", "recipient_created", std::move(context),
         std::move(done));
}

void Registry::UpdateRecipient(const v1::UpdateRecipientRequest& in, CallContext context,
                               ExecutionDone done) {
  Update(in.recipient(), in.update_mask(), "recipient.", "recipient_updated", std::move(context),
         std::move(done));
}

void Registry::DeleteRecipient(const v1::DeleteRecipientRequest& in, CallContext context,
                               ExecutionDone done) {
  if (in.name().empty()) {
    return done(MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "name", "is required"));
  }
  Execute(
      std::move(context), "recipient_deleted", in.name(),
      [in](Transaction& transaction, absl::Time now) -> absl::StatusOr<std::string> {
        absl::StatusOr<v1::Recipient> present = transaction.FindRecipient(in.name());
        if (absl::IsNotFound(present.status())) return ResourceNotFound(in.name());
        DSR_RETURN_IF_ERROR(present.status());
        if (!in.etag().empty() && in.etag() != present->etag()) return EtagMismatch(*present);
        DSR_RETURN_IF_ERROR(CheckRemovable(transaction, *present));
        *present->mutable_delete_time() = ToTimestamp(now);
        SetEtag(*present);
        DSR_RETURN_IF_ERROR(Put(transaction, *present));
        return present->SerializeAsString();
      },
      std::move(done));
}

void Registry::BatchCreateDisclosures(v1::BatchCreateDisclosuresRequest in, CallContext context,
                                      ExecutionDone done) {
  Record<Disclosures>(std::move(in), std::move(context), std::move(done));
}

void Registry::BatchCreateConsents(v1::BatchCreateConsentsRequest in, CallContext context,
                                   ExecutionDone done) {
  Record<Consents>(std::move(in), std::move(context), std::move(done));
}

template <class Kind>
void Registry::Record(typename Kind::In in, CallContext context, ExecutionDone done) {
  absl::Status checked = CheckBatch<Kind>(in, parts_.policy, parts_.clock.Now());
  if (!checked.ok()) return done(std::move(checked));
  PrepareBatch<Kind>(std::move(in), std::move(context), std::move(done), kBatchAttempts);
}

template <class Kind>
void Registry::PrepareBatch(typename Kind::In in, CallContext context, ExecutionDone done,
                            int attempts_left) {
  const std::string owner = context.principal.name;
  const bool taken = pool_.Add(
      owner, [this, in = std::move(in), context = std::move(context), done, attempts_left] {
        absl::StatusOr<Batch<Kind>> prepared = Prepare<Kind>(in);
        if (!prepared.ok()) return done(prepared.status());
        const auto batch = std::make_shared<const Batch<Kind>>(*std::move(prepared));
        const auto write = [batch](Transaction& transaction,
                                   absl::Time now) -> absl::StatusOr<std::string> {
          for (const PreparedSubject& subject : batch->subjects) {
            DSR_RETURN_IF_ERROR(Subjects::Confirm(transaction, subject));
          }
          typename Kind::Out response;
          for (const auto& entry : batch->entries) {
            typename Kind::Resource& recorded = *Kind::Add(response);
            recorded = entry.clear;
            *recorded.mutable_create_time() = ToTimestamp(now);
            DSR_RETURN_IF_ERROR(
                Kind::Put(transaction, entry.id, entry.subject, recorded, entry.sealed));
          }
          return response.SerializeAsString();
        };
        Execute(context, Kind::kKind, absl::StrCat(batch->entries.size(), " ", Kind::kField), write,
                [this, in, context, done, attempts_left](absl::StatusOr<ExecutionResult> result) {
                  if (!IsSubjectChanged(result.status())) return done(std::move(result));
                  if (attempts_left <= 1) return done(TooBusy());
                  PrepareBatch<Kind>(in, context, done, attempts_left - 1);
                });
      });
  if (!taken) done(TooBusy());
}

template <class Kind>
absl::StatusOr<Registry::Batch<Kind>> Registry::Prepare(const typename Kind::In& in) const {
  Batch<Kind> batch;
  std::map<std::string, size_t> known;  // account -> place in batch.subjects
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    // Before the transaction, since nothing that is registered goes away.
    DSR_RETURN_IF_ERROR(CheckRegistered<Kind>(view, Kind::List(in)));
    for (const typename Kind::Resource& one : Kind::List(in)) {
      const auto added = known.emplace(one.subject_account(), batch.subjects.size());
      if (!added.second) continue;
      DSR_ASSIGN_OR_RETURN(PreparedSubject subject,
                           parts_.subjects.Prepare(view, one.subject_account()));
      batch.subjects.push_back(std::move(subject));
    }
    return absl::OkStatus();
  }));
  for (const typename Kind::Resource& one : Kind::List(in)) {
    const SubjectRecord& subject = batch.subjects[known.at(one.subject_account())].record;
    DSR_ASSIGN_OR_RETURN(const SecretKey key, parts_.keys.Key(subject.key_number));
    typename Batch<Kind>::Entry entry;
    entry.id = parts_.ids.Next<RecordId>();
    entry.subject = subject.id;
    entry.clear = one;
    entry.clear.set_name(Kind::Name(entry.id));
    Kind::Begin(entry.clear);
    entry.sealed = Seal(key, entry.id.bytes(), TakePersonal(entry.clear));
    batch.entries.push_back(std::move(entry));
  }
  return batch;
}

absl::StatusOr<std::vector<v1::Consent>> Registry::ListConsents(
    ReadView& view, absl::string_view account, const std::optional<RecordId>& after,
    int limit) const {
  DSR_ASSIGN_OR_RETURN(const std::optional<SubjectScope> scope,
                       ScopeOfAccount(view, parts_.secrets.AccountHash(account)));
  if (!scope.has_value()) return std::vector<v1::Consent>();
  return ConsentsOf(view, *scope, after, limit);
}

absl::StatusOr<std::vector<v1::Disclosure>> Registry::ListDisclosures(
    ReadView& view, absl::string_view account, const std::optional<RecordId>& after,
    int limit) const {
  DSR_ASSIGN_OR_RETURN(const std::optional<SubjectScope> scope,
                       ScopeOfAccount(view, parts_.secrets.AccountHash(account)));
  if (!scope.has_value()) return std::vector<v1::Disclosure>();
  return DisclosuresOf(view, *scope, after, limit);
}

}  // namespace dsr
