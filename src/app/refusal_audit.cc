#include "app/refusal_audit.h"

#include <utility>

#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/proto_time.h"

namespace dsr {

storage::v1::AuditRecord MakeAuditRecord(absl::Time time, absl::string_view actor,
                                         absl::string_view kind, absl::string_view about) {
  storage::v1::AuditRecord record;
  *record.mutable_time() = ToTimestamp(time);
  record.set_actor(std::string(actor));
  record.set_kind(std::string(kind));
  record.set_about(std::string(about));
  return record;
}

void AuditRefusal(Store& store, const Clock& clock, RefusedCall call, std::function<void()> done) {
  store.Transact(
      [call = std::move(call), &clock](Transaction& transaction) {
        storage::v1::AuditRecord record =
            MakeAuditRecord(clock.Now(), call.actor, "call_refused", call.about);
        record.set_reason(call.reason);
        if (call.count != 1) record.set_count(call.count);
        return transaction.AppendAuditRecord(record.SerializeAsString(), "");
      },
      [done = std::move(done)](absl::Status status) {
        if (!status.ok()) {
          Log(LogLevel::kWarning, "refusal_not_audited",
              {{"reason", ErrorReasonName(ReasonOf(status))}});
        }
        done();
      });
}

}  // namespace dsr
