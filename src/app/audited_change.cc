#include "app/audited_change.h"

#include <memory>
#include <optional>
#include <utility>

#include "app/refusal_audit.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {

void ExecuteAudited(Store& store, const Clock& clock, CallContext context, std::string kind,
                    std::string about, Change change, ExecutionDone done) {
  struct Run {
    CallContext context;
    ExecutionResult result;
  };
  const auto run = std::make_shared<Run>();
  run->context = std::move(context);
  store.Transact(
      [&clock, run, kind = std::move(kind), about = std::move(about),
       change = std::move(change)](Transaction& transaction) -> absl::Status {
        const CallContext& call = run->context;
        run->result = ExecutionResult();
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
        const absl::Time now = clock.Now();
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

}  // namespace dsr
