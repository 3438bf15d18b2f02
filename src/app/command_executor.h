// The one write path: each command of a client, timer, worker or recipient goes through here.
//
// Execute runs the steps of one decision in one transaction of the store (DecisionBody) and tells
// the result only after its commit is durable. Prepare... does what must come before the
// transaction (reading the subject's key, sealing) on threads of its own, because callers' threads
// must not wait.
//
//   executor.PrepareAndExecute(
//       [=](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
//         storage::v1::Event event;
//         event.mutable_request_withdrawn()->set_reason(reason);
//         DSR_ASSIGN_OR_RETURN(PreparedContent prepared, sealer.Prepare(id, std::move(event)));
//         return PlannedCommand{.request = id, .command = WithdrawRequest{},
//                               .content = std::move(prepared.content)};
//       },
//       std::move(context), std::move(done));
#ifndef DSR_APP_COMMAND_EXECUTOR_H_
#define DSR_APP_COMMAND_EXECUTOR_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/commit_listener.h"
#include "app/content_sealer.h"
#include "app/decision_body.h"
#include "app/decision_facts.h"
#include "app/key_file.h"
#include "app/rulebook_catalog.h"
#include "app/server_secrets.h"
#include "app/subjects.h"
#include "app/work_pool.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/store/store.h"

namespace dsr {

// What became of a command.
struct ExecutionResult {
  // Made by CallContext::answer, or the stored one.
  std::string answer;
  // An earlier call with the same key was answered so.
  bool replayed = false;
};

using ExecutionDone = std::function<void(absl::StatusOr<ExecutionResult>)>;

// Thread-safe. `done` is called once for each call, on a thread of the store or of this, after the
// commit; it must not block. Its errors, besides the rejections of Decide and those of Store:
// INVALID_ARGUMENT IDEMPOTENCY_KEY_REUSED, REQUEST_TYPE_UNKNOWN; NOT_FOUND RESOURCE_NOT_FOUND;
// PERMISSION_DENIED ROLE_MISSING; ABORTED ETAG_MISMATCH; FAILED_PRECONDITION LEASE_LOST;
// RESOURCE_EXHAUSTED RATE_LIMITED; UNAVAILABLE RETRY_LATER when too much waits to be prepared.
class CommandExecutor {
 public:
  // What it works with; all of it outlives the executor. `listener` may be null.
  struct Parts {
    Store& store;
    const Clock& clock;
    const IdGenerator& ids;
    RulebookCatalog& rulebooks;
    DecisionFacts& facts;
    const KeyFile& keys;
    const Subjects& subjects;
    const ServerSecrets& secrets;
    CommitListener* listener = nullptr;
    // How many requests about one subject are filed within 24 hours, at most 200; 0 is any number.
    int filings_per_subject_day = 0;
  };

  explicit CommandExecutor(const Parts& parts);
  CommandExecutor(const CommandExecutor&) = delete;
  CommandExecutor& operator=(const CommandExecutor&) = delete;
  // Waits for what is being prepared. The store is closed before: it calls back into this.
  ~CommandExecutor();

  // Decides a command that brings no personal data, or whose content is sealed. Does not block.
  void Execute(PlannedCommand command, CallContext context, ExecutionDone done);

  // Makes the command on a thread of this, then executes it. Does not block.
  using Preparation = std::function<absl::StatusOr<PlannedCommand>(const ContentSealer&)>;
  void PrepareAndExecute(Preparation prepare, CallContext context, ExecutionDone done);

  // Files a request under a fresh id. `filed` holds type, received_time (empty: now),
  // subject_account, requester, channel, language, categories and details, personal fields
  // included. Does not block.
  void File(storage::v1::RequestFiled filed, CallContext context, ExecutionDone done);

  // Looks again, in a transaction of the store's writer, at all requests of a subject, and of those
  // whose accounts were merged with its own, that have not ended: something that they depend on has
  // changed. Returns what that made; the caller hands it
  // to Announce once the transaction is durable.
  absl::StatusOr<CommitHints> Reconsider(Transaction& transaction, const SubjectId& subject);
  // Tells the listener of a commit that was not made by a command, so that what follows from it
  // begins at once. Does not block.
  void Announce(const CommitHints& hints) const;

  // Executes and waits. For dsrd's own threads and tests, never for a client's call.
  absl::StatusOr<ExecutionResult> ExecuteAndWait(PlannedCommand command, CallContext context);

  // Refuses new preparations and finishes those under way. Idempotent.
  void Close();

  const ContentSealer& sealer() const { return sealer_; }

  // How many commands wait to be prepared.
  size_t queued() const { return pool_.queued(); }

 private:
  // One command on its way through the transaction; owned by the callbacks.
  struct Run;

  void Prepare(const std::string& owner, std::function<void()> job, const ExecutionDone& done);
  void FileOnce(storage::v1::RequestFiled filed, CallContext context, ExecutionDone done,
                int attempts_left);
  absl::StatusOr<PlannedCommand> PlanFiling(storage::v1::RequestFiled filed) const;
  absl::StatusOr<CommitHints> ReconsiderRequests(Transaction& transaction,
                                                 const SubjectId& subject);
  void Finish(Run& run, absl::Status status);
  void Refuse(const CallContext& context, const std::string& about, absl::Status status,
              ExecutionDone done);

  const Parts parts_;
  const DecisionBody::Environment environment_;
  const ContentSealer sealer_;
  // Last: its jobs use all of the above.
  WorkPool pool_;
};

}  // namespace dsr

#endif  // DSR_APP_COMMAND_EXECUTOR_H_
