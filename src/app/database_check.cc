#include "app/database_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

absl::Status Cancelled() {
  return MakeError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER,
                   "the reading was cancelled");
}

}  // namespace

absl::StatusOr<DatabaseCheck> CheckDatabase(DatabaseFile& file,
                                            const std::function<bool()>& is_cancelled) {
  DatabaseCheck check;
  DSR_ASSIGN_OR_RETURN(check.findings, file.CheckPages());
  // What is read from damaged pages says nothing of the log.
  if (!check.findings.empty()) return check;
  const auto read = [&](const std::function<absl::Status(ReadView&)>& body) {
    return is_cancelled() ? Cancelled() : file.Read(body);
  };
  DSR_RETURN_IF_ERROR(read([&](ReadView& view) {
    check.schema_version = view.SchemaVersion();
    return absl::OkStatus();
  }));
  DSR_ASSIGN_OR_RETURN(const v1::VerifyLogResponse log, VerifyLog(read, {}));
  check.log_size = log.size();
  check.log_root = log.root();
  for (const int64_t leaf : log.damaged_leaves()) {
    check.findings.push_back(
        absl::StrCat("the record of leaf ", leaf, " of the audit log is altered"));
  }
  check.findings.insert(check.findings.end(), log.findings().begin(), log.findings().end());
  return check;
}

}  // namespace dsr
