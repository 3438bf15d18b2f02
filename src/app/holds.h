// Legal holds on a subject's data.
#ifndef DSR_APP_HOLDS_H_
#define DSR_APP_HOLDS_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/command_executor.h"
#include "app/commit_listener.h"
#include "app/decision_body.h"
#include "app/key_file.h"
#include "app/server_secrets.h"
#include "app/subjects.h"
#include "app/work_pool.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/v1/hold_service.pb.h"
#include "dsr/v1/policy.pb.h"

namespace dsr {

// Places and lifts holds, each with its idempotency key, stored answer and audit record in one
// transaction. In the same transaction the subject's requests are looked at again, so that what a
// hold alone kept is erased at once. Thread-safe; the methods with `done` do not block.
class Holds {
 public:
  // All of it outlives this. `policy` is the one in force.
  struct Parts {
    Store& store;
    const Clock& clock;
    const IdGenerator& ids;
    const KeyFile& keys;
    const ServerSecrets& secrets;
    const Subjects& subjects;
    const v1::Policy& policy;
    CommandExecutor& executor;
  };

  explicit Holds(const Parts& parts) : parts_(parts), pool_("holds", 1, 64) {}
  Holds(const Holds&) = delete;
  Holds& operator=(const Holds&) = delete;
  // The store is closed before: it calls back into this.
  ~Holds() { Close(); }

  // Errors: INVALID_ARGUMENT for wrong fields and reused keys, NOT_FOUND for an unknown request,
  // FAILED_PRECONDITION when its subject's key is destroyed, UNAVAILABLE RETRY_LATER.
  void Place(const v1::PlaceHoldRequest& in, CallContext context, ExecutionDone done);
  // Errors: NOT_FOUND, FAILED_PRECONDITION ALREADY_ENDED.
  void Lift(const v1::LiftHoldRequest& in, CallContext context, ExecutionDone done);
  // A page of the holds on the account's data, or on the request's, without personal fields, by id.
  // Blocks.
  absl::StatusOr<std::vector<v1::Hold>> List(ReadView& view, const v1::ListHoldsRequest& in,
                                             const std::optional<RecordId>& after, int limit) const;

  // Refuses new holds and finishes those under way. Idempotent.
  void Close() { pool_.Close(); }

 private:
  void PlaceOnce(const v1::PlaceHoldRequest& in, CallContext context, ExecutionDone done,
                 int attempts_left);
  // Lets what follows from a change begin at once, and answers.
  void Finish(const CommitHints& hints, absl::StatusOr<ExecutionResult> result,
              const ExecutionDone& done) const;

  const Parts parts_;
  // Last: its jobs use the above.
  WorkPool pool_;
};

}  // namespace dsr

#endif  // DSR_APP_HOLDS_H_
