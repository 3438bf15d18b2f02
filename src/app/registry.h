// The registry: who holds personal data, inside and outside, and what was disclosed to whom.
#ifndef DSR_APP_REGISTRY_H_
#define DSR_APP_REGISTRY_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/audited_change.h"
#include "app/command_executor.h"
#include "app/decision_body.h"
#include "app/decision_facts.h"
#include "app/key_file.h"
#include "app/registry_checks.h"
#include "app/server_secrets.h"
#include "app/subjects.h"
#include "app/work_pool.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/v1/registry_service.pb.h"

namespace dsr {

// Changes the registry, each change with its idempotency key, stored answer and audit record in one
// transaction. `done` gets the serialised response message. CallContext::etag and ::answer are not
// used: the resource brings its etag, and is the answer. Thread-safe; the methods with `done` do
// not block.
//
// Errors: INVALID_ARGUMENT for wrong fields and reused keys, ALREADY_EXISTS RESOURCE_EXISTS,
// NOT_FOUND, ABORTED ETAG_MISMATCH, UNAVAILABLE RETRY_LATER.
class Registry {
 public:
  // All of it outlives the registry. `policy` is the one in force.
  struct Parts {
    Store& store;
    const Clock& clock;
    const IdGenerator& ids;
    DecisionFacts& facts;
    const KeyFile& keys;
    const ServerSecrets& secrets;
    const Subjects& subjects;
    const v1::Policy& policy;
    EndpointChecks checks;
  };

  explicit Registry(Parts parts);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  // The store is closed before: it calls back into this.
  ~Registry() { Close(); }

  void CreateDataSystem(const v1::CreateDataSystemRequest& in, CallContext context,
                        ExecutionDone done);
  void UpdateDataSystem(const v1::UpdateDataSystemRequest& in, CallContext context,
                        ExecutionDone done);
  void CreateRecipient(const v1::CreateRecipientRequest& in, CallContext context,
                       ExecutionDone done);
  void UpdateRecipient(const v1::UpdateRecipientRequest& in, CallContext context,
                       ExecutionDone done);

  // Removes a recipient from use. Errors, beside those above: FAILED_PRECONDITION RECIPIENT_IN_USE
  // while notices to it are open and it has no successor, ALREADY_ENDED when it was removed before.
  void DeleteRecipient(const v1::DeleteRecipientRequest& in, CallContext context,
                       ExecutionDone done);

  // Records disclosures, all or none. A subject that is not known yet is made, as filing a request
  // does.
  void BatchCreateDisclosures(v1::BatchCreateDisclosuresRequest in, CallContext context,
                              ExecutionDone done);

  // The same for consents.
  void BatchCreateConsents(v1::BatchCreateConsentsRequest in, CallContext context,
                           ExecutionDone done);
  // Merges an account into another one. Subjects that are not known yet are made. Errors, beside
  // those above: FAILED_PRECONDITION ALREADY_ENDED when it was merged into a third.
  void MergeAccounts(const v1::MergeAccountsRequest& in, CallContext context, ExecutionDone done);

  // A page of the consents of whoever has the account, those of accounts merged into it included,
  // without personal fields, by id. Blocks.
  absl::StatusOr<std::vector<v1::Consent>> ListConsents(ReadView& view, absl::string_view account,
                                                        const std::optional<RecordId>& after,
                                                        int limit) const;

  // The same for disclosures.
  absl::StatusOr<std::vector<v1::Disclosure>> ListDisclosures(ReadView& view,
                                                              absl::string_view account,
                                                              const std::optional<RecordId>& after,
                                                              int limit) const;

  // Refuses new batches and finishes those under way. Idempotent.
  void Close() { pool_.Close(); }

 private:
  template <class Kind>
  struct Batch;

  void Execute(CallContext context, std::string kind, std::string about, Change change,
               ExecutionDone done);
  template <class Kind>
  void Record(typename Kind::In in, CallContext context, ExecutionDone done);
  template <class Kind>
  void PrepareBatch(typename Kind::In in, CallContext context, ExecutionDone done,
                    int attempts_left);
  template <class Kind>
  absl::StatusOr<Batch<Kind>> Prepare(const typename Kind::In& in) const;
  void MergeOnce(const v1::MergeAccountsRequest& in, CallContext context, ExecutionDone done,
                 int attempts_left);
  // `field` begins the paths of its errors, such as `recipient.`.
  template <class Resource>
  void Create(Resource resource, absl::string_view field, absl::string_view kind,
              CallContext context, ExecutionDone done);
  template <class Resource>
  void Update(const Resource& resource, const google::protobuf::FieldMask& mask,
              absl::string_view field, absl::string_view kind, CallContext context,
              ExecutionDone done);
  absl::Status Check(const v1::DataSystem& system) const;
  absl::Status Check(const v1::Recipient& recipient) const;

  const Parts parts_;
  // Last: its jobs use the above.
  WorkPool pool_;
};

}  // namespace dsr

#endif  // DSR_APP_REGISTRY_H_
