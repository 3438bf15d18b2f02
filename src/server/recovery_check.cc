#include "server/recovery_check.h"

#include <cstdint>
#include <string>
#include <vector>

#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr int64_t kMostCheckedBytes = int64_t{2} << 30;

}  // namespace

RecoveryCheck::RecoveryCheck(sqlite::SqliteStore& store) : store_(store) {
  if (store.was_recovered()) thread_ = Thread("recovery-check", [this] { Run(); });
}

void RecoveryCheck::Close() {
  is_closed_ = true;
  thread_.Join();
}

void RecoveryCheck::Run() {
  int64_t bytes = 0;
  const absl::Status counted = store_.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const StoreCounts counts, view.Count(absl::InfinitePast()));
    bytes = counts.file_bytes;
    return absl::OkStatus();
  });
  if (!counted.ok() || bytes > kMostCheckedBytes) {
    Log(LogLevel::kWarning, "pages_not_checked", {{"after", "crash"}, {"bytes", bytes}});
    return;
  }
  const absl::StatusOr<std::vector<std::string>> findings =
      store_.CheckPages([this] { return is_closed_.load(); });
  if (!findings.ok()) {
    if (!is_closed_) Log(LogLevel::kError, "pages_not_checked", {{"after", "crash"}});
    return;
  }
  for (const std::string& finding : *findings) {
    Log(LogLevel::kError, "page_damaged", {{"finding", finding}});
  }
  if (findings->empty()) Log(LogLevel::kInfo, "pages_checked", {{"after", "crash"}});
}

}  // namespace dsr
