#include "app/registry.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/not_found.h"
#include "app/refusal_audit.h"
#include "app/sealer.h"
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
  present = std::move(merged);
  return absl::OkStatus();
}

absl::Status TooBusy() {
  return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER,
                   "too many calls wait to be carried out, or the server is shutting down; retry "
                   "the same call");
}

absl::Status CheckBatch(const v1::BatchCreateDisclosuresRequest& in, const v1::Policy& policy,
                        absl::Time now) {
  FieldErrors errors;
  if (in.disclosures().empty()) errors.AddMissing("disclosures");
  if (in.disclosures_size() > kMaxBatch) {
    errors.Add(v1::ERROR_REASON_LIST_TOO_LONG, "disclosures",
               absl::StrCat("has at most ", kMaxBatch, " entries"));
    return errors.ToStatus();
  }
  for (int i = 0; i < in.disclosures_size(); ++i) {
    errors.AddAll(absl::StrCat("disclosures[", i, "]."),
                  CheckDisclosure(in.disclosures(i), policy, now));
  }
  return errors.ToStatus();
}

}  // namespace

// Disclosures ready to be written.
struct Registry::Batch {
  struct Entry {
    RecordId id;
    SubjectId subject;
    v1::Disclosure clear;
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
  return CheckRecipient(recipient, parts_.check_url);
}

void Registry::Execute(CallContext context, std::string kind, std::string about, Change change,
                       ExecutionDone done) {
  struct Run {
    CallContext context;
    ExecutionResult result;
  };
  const auto run = std::make_shared<Run>();
  run->context = std::move(context);
  parts_.store.Transact(
      [this, run, kind = std::move(kind), about = std::move(about),
       change = std::move(change)](Transaction& transaction) -> absl::Status {
        const CallContext& call = run->context;
        run->result = ExecutionResult();
        parts_.facts.ForgetRegistry();
        DSR_ASSIGN_OR_RETURN(std::optional<StoredAnswer> stored,
                             transaction.FindAnswer(call.principal.name, call.idempotency_key));
        if (stored.has_value()) {
          if (!ConstantTimeEqual(stored->fingerprint, call.fingerprint)) {
            return MakeFieldError(v1::ERROR_REASON_IDEMPOTENCY_KEY_REUSED, "idempotency_key",
                                  "was used with other arguments; choose a new UUID for each call");
          }
          run->result = ExecutionResult{std::move(stored->answer), /*replayed=*/true};
          return absl::OkStatus();
        }
        const absl::Time now = parts_.clock.Now();
        DSR_ASSIGN_OR_RETURN(run->result.answer, change(transaction, now));
        DSR_RETURN_IF_ERROR(transaction.AppendAuditRecord(
            MakeAuditRecord(now, call.principal.name, kind, about).SerializeAsString(), ""));
        return transaction.PutAnswer(StoredAnswer{.caller = call.principal.name,
                                                  .key = call.idempotency_key,
                                                  .fingerprint = call.fingerprint,
                                                  .answer = run->result.answer});
      },
      [run, done = std::move(done)](absl::Status status) {
        if (!status.ok()) return done(std::move(status));
        done(std::move(run->result));
      });
}

template <class Resource>
void Registry::Create(Resource resource, absl::string_view kind, CallContext context,
                      ExecutionDone done) {
  const std::string name = resource.name();
  Execute(
      std::move(context), std::string(kind), name,
      [resource = std::move(resource)](Transaction& transaction,
                                       absl::Time now) -> absl::StatusOr<std::string> {
        const absl::Status found = Find(transaction, resource).status();
        if (found.ok()) {
          return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_RESOURCE_EXISTS,
                           "a resource with that id exists; update it, or choose another id",
                           {{"resource", resource.name()}});
        }
        if (!absl::IsNotFound(found)) return found;
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
void Registry::Update(const Resource& resource, const FieldMask& mask, absl::string_view kind,
                      CallContext context, ExecutionDone done) {
  Execute(
      std::move(context), std::string(kind), resource.name(),
      [this, resource, mask](Transaction& transaction, absl::Time) -> absl::StatusOr<std::string> {
        absl::StatusOr<Resource> present = Find(transaction, resource);
        if (absl::IsNotFound(present.status())) return ResourceNotFound(resource.name());
        DSR_RETURN_IF_ERROR(present.status());
        if (!resource.etag().empty() && resource.etag() != present->etag()) {
          return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_ETAG_MISMATCH,
                           "the resource changed since it was read: read it again",
                           {{"etag", present->etag()}});
        }
        DSR_RETURN_IF_ERROR(Merge(resource, mask, *present));
        DSR_RETURN_IF_ERROR(Check(*present));
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
  Create(std::move(system), "data_system_created", std::move(context), std::move(done));
}

void Registry::UpdateDataSystem(const v1::UpdateDataSystemRequest& in, CallContext context,
                                ExecutionDone done) {
  Update(in.data_system(), in.update_mask(), "data_system_updated", std::move(context),
         std::move(done));
}

void Registry::CreateRecipient(const v1::CreateRecipientRequest& in, CallContext context,
                               ExecutionDone done) {
  FieldErrors errors;
  CheckRegistryId(in.recipient_id(), "recipient_id", errors);
  v1::Recipient recipient = in.recipient();
  recipient.set_name(absl::StrCat("recipients/", in.recipient_id()));
  errors.AddAll("recipient.", Check(recipient));
  if (!errors.empty()) return done(errors.ToStatus());
  Create(std::move(recipient), "recipient_created", std::move(context), std::move(done));
}

void Registry::UpdateRecipient(const v1::UpdateRecipientRequest& in, CallContext context,
                               ExecutionDone done) {
  Update(in.recipient(), in.update_mask(), "recipient_updated", std::move(context),
         std::move(done));
}

void Registry::BatchCreateDisclosures(v1::BatchCreateDisclosuresRequest in, CallContext context,
                                      ExecutionDone done) {
  absl::Status checked = CheckBatch(in, parts_.policy, parts_.clock.Now());
  if (!checked.ok()) return done(std::move(checked));
  PrepareBatch(std::move(in), std::move(context), std::move(done), kBatchAttempts);
}

void Registry::PrepareBatch(v1::BatchCreateDisclosuresRequest in, CallContext context,
                            ExecutionDone done, int attempts_left) {
  const bool taken =
      pool_.Add([this, in = std::move(in), context = std::move(context), done, attempts_left] {
        absl::StatusOr<Batch> prepared = Prepare(in);
        if (!prepared.ok()) return done(prepared.status());
        const auto batch = std::make_shared<const Batch>(*std::move(prepared));
        const auto write = [batch](Transaction& transaction,
                                   absl::Time now) -> absl::StatusOr<std::string> {
          for (const PreparedSubject& subject : batch->subjects) {
            DSR_RETURN_IF_ERROR(Subjects::Confirm(transaction, subject));
          }
          v1::BatchCreateDisclosuresResponse response;
          for (const Batch::Entry& entry : batch->entries) {
            const absl::Status recipient =
                transaction.FindRecipient(entry.clear.recipient()).status();
            if (absl::IsNotFound(recipient)) {
              return MakeFieldError(
                  v1::ERROR_REASON_FIELD_INVALID,
                  absl::StrCat("disclosures[", response.disclosures_size(), "].recipient"),
                  "is registered");
            }
            DSR_RETURN_IF_ERROR(recipient);
            v1::Disclosure& disclosure = *response.add_disclosures();
            disclosure = entry.clear;
            *disclosure.mutable_create_time() = ToTimestamp(now);
            DSR_RETURN_IF_ERROR(
                transaction.PutDisclosure(entry.id, entry.subject, disclosure, entry.sealed));
          }
          return response.SerializeAsString();
        };
        Execute(context, "disclosures_recorded",
                absl::StrCat(batch->entries.size(), " disclosures"), write,
                [this, in, context, done, attempts_left](absl::StatusOr<ExecutionResult> result) {
                  if (!IsSubjectChanged(result.status())) return done(std::move(result));
                  if (attempts_left <= 1) return done(TooBusy());
                  PrepareBatch(in, context, done, attempts_left - 1);
                });
      });
  if (!taken) done(TooBusy());
}

absl::StatusOr<Registry::Batch> Registry::Prepare(
    const v1::BatchCreateDisclosuresRequest& in) const {
  Batch batch;
  std::map<std::string, size_t> known;  // account -> place in batch.subjects
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    for (const v1::Disclosure& disclosure : in.disclosures()) {
      const auto added = known.emplace(disclosure.subject_account(), batch.subjects.size());
      if (!added.second) continue;
      DSR_ASSIGN_OR_RETURN(PreparedSubject subject,
                           parts_.subjects.Prepare(view, disclosure.subject_account()));
      batch.subjects.push_back(std::move(subject));
    }
    return absl::OkStatus();
  }));
  for (const v1::Disclosure& disclosure : in.disclosures()) {
    const SubjectRecord& subject = batch.subjects[known.at(disclosure.subject_account())].record;
    DSR_ASSIGN_OR_RETURN(const SecretKey key, parts_.keys.Key(subject.key_number));
    Batch::Entry entry;
    entry.id = parts_.ids.Next<RecordId>();
    entry.subject = subject.id;
    entry.clear = disclosure;
    entry.clear.set_name(DisclosureName(entry.id));
    entry.sealed = Seal(key, entry.id.bytes(), TakePersonal(entry.clear));
    batch.entries.push_back(std::move(entry));
  }
  return batch;
}

absl::StatusOr<std::vector<v1::Disclosure>> Registry::ListDisclosures(
    ReadView& view, absl::string_view account, const std::optional<RecordId>& after,
    int limit) const {
  DSR_ASSIGN_OR_RETURN(const std::optional<SubjectRecord> subject,
                       view.FindSubject(parts_.secrets.AccountHash(account)));
  if (!subject.has_value()) return std::vector<v1::Disclosure>();
  return view.ListDisclosures(subject->id, after, limit);
}

}  // namespace dsr
