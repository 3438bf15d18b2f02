// AdminService: backups.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "app/audited_change.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/admin_service.pb.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

absl::Status NoBackups() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   "no backup directory is configured (backup.directory)");
}

// Tells whether an earlier call with this key has its answer already.
absl::StatusOr<bool> IsAnswered(Store& store, const CallContext& context) {
  bool is_answered = false;
  DSR_RETURN_IF_ERROR(store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::optional<StoredAnswer> stored,
                         view.FindAnswer(context.principal.name, context.idempotency_key));
    is_answered = stored.has_value();
    return absl::OkStatus();
  }));
  return is_answered;
}

// Makes the backup, unless an earlier call with this key did.
void MakeBackup(const std::shared_ptr<UnaryCall>& call, CallContext context) {
  const RpcParts& parts = call->context().parts();
  const absl::StatusOr<bool> is_answered = IsAnswered(parts.store, context);
  if (!is_answered.ok()) return call->Fail(is_answered.status());
  v1::Backup backup;
  if (!*is_answered) {
    absl::StatusOr<v1::Backup> made = parts.backups->Create();
    if (!made.ok()) return call->Fail(made.status());
    backup = *std::move(made);
  }
  std::string file = backup.file();
  ExecuteAudited(
      parts.store, parts.clock, std::move(context), "backup_made", std::move(file),
      [answer = backup.SerializeAsString()](Transaction&, absl::Time) { return answer; },
      AnswerTo(call));
}

void CreateOneBackup(const std::shared_ptr<UnaryCall>& call, const v1::CreateBackupRequest& in) {
  absl::StatusOr<CallContext> context = MutationContext(*call, in);
  if (!context.ok()) return call->Fail(context.status());
  if (call->context().parts().backups == nullptr) return call->Fail(NoBackups());
  const bool taken =
      call->context().RunLong(call->principal(), [call, context = *std::move(context)]() mutable {
        if (!call->is_over()) MakeBackup(call, std::move(context));
      });
  if (!taken) call->Fail(TooBusy());
}

void ListAllBackups(const std::shared_ptr<UnaryCall>& call, const v1::ListBackupsRequest&) {
  const Backups* const backups = call->context().parts().backups;
  if (backups == nullptr) return call->Fail(NoBackups());
  AnswerSoon<v1::ListBackupsResponse>(call, [backups]() -> absl::StatusOr<v1::ListBackupsResponse> {
    DSR_ASSIGN_OR_RETURN(std::vector<v1::Backup> found, backups->List());
    v1::ListBackupsResponse out;
    for (v1::Backup& backup : found) *out.add_backups() = std::move(backup);
    return out;
  });
}

}  // namespace

void AddBackupMethods(RpcService& service) {
  service.Unary<v1::CreateBackupRequest>("CreateBackup", CreateOneBackup);
  service.Unary<v1::ListBackupsRequest>("ListBackups", ListAllBackups);
}

}  // namespace dsr
