#include "app/refusal_audit.h"

#include <utility>

#include "absl/strings/cord.h"
#include "app/leaf_record.h"
#include "app/stored_status.h"
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

bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return true;
    default:
      return false;
  }
}

absl::Status MarkAudited(absl::Status status) {
  if (!status.ok()) status.SetPayload(kAuditedMark, absl::Cord());
  return status;
}

bool IsMarkedAudited(const absl::Status& status) {
  return status.GetPayload(kAuditedMark).has_value();
}

storage::v1::AuditRecord RefusalRecord(absl::Time time, const RefusedCall& call) {
  storage::v1::AuditRecord record = MakeAuditRecord(time, call.actor, kCallRefused, call.about);
  record.set_reason(call.reason);
  if (call.count != 1) record.set_count(call.count);
  return record;
}

void AuditRefusal(Store& store, const Clock& clock, RefusedCall call, std::function<void()> done) {
  store.Transact(
      [call = std::move(call), &clock](Transaction& transaction) {
        return transaction.AppendAuditRecord(RefusalRecord(clock.Now(), call).SerializeAsString(),
                                             "");
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
