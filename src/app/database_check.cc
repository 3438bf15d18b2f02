#include "app/database_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "app/file_store.h"
#include "dsr/base/status_macros.h"

namespace dsr {

absl::StatusOr<DatabaseCheck> CheckDatabase(DatabaseFile& file,
                                            const std::function<bool()>& is_cancelled) {
  DatabaseCheck check;
  DSR_ASSIGN_OR_RETURN(check.findings, file.CheckPages());
  // What is read from damaged pages says nothing of the log.
  if (!check.findings.empty()) return check;
  FileStore store(file, is_cancelled);
  DSR_RETURN_IF_ERROR(store.Read([&](ReadView& view) -> absl::Status {
    check.schema_version = view.SchemaVersion();
    DSR_ASSIGN_OR_RETURN(check.checkpoint, MakeCheckpoint(view));
    return absl::OkStatus();
  }));
  DSR_ASSIGN_OR_RETURN(const v1::VerifyLogResponse log, VerifyLog(store));
  for (const int64_t leaf : log.damaged_leaves()) {
    check.findings.push_back(
        absl::StrCat("the record of leaf ", leaf, " of the audit log is altered"));
  }
  check.findings.insert(check.findings.end(), log.findings().begin(), log.findings().end());
  return check;
}

}  // namespace dsr
