#include "app/integrity_checker.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "app/request_check.h"
#include "app/row_check.h"
#include "app/rulebook_catalog.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr int kCheckedAtOnce = 50;

absl::Status CheckLog(DatabaseFile& file, IntegrityReport& report) {
  const absl::StatusOr<v1::VerifyLogResponse> verified = VerifyLog(
      [&](const std::function<absl::Status(ReadView&)>& body) { return file.Read(body); }, {});
  if (absl::IsDataLoss(verified.status())) {
    report.Expect(false, 13, "", 0, "a row that the log is verified by cannot be read");
    return absl::OkStatus();
  }
  DSR_RETURN_IF_ERROR(verified.status());
  const v1::VerifyLogResponse& log = *verified;
  report.Count(13, log.size());
  for (const int64_t leaf : log.damaged_leaves()) {
    report.Expect(false, 13, "", 0, absl::StrCat("the record of leaf ", leaf, " is altered"));
  }
  for (const std::string& finding : log.findings()) report.Expect(false, 13, "", 0, finding);
  return absl::OkStatus();
}

absl::Status CheckRequests(DatabaseFile& file, const RequestProgress& progress,
                           IntegrityReport& report) {
  const std::unique_ptr<RulebookCatalog> rulebooks = RulebookCatalog::OfStored();
  std::optional<RequestId> after;
  int64_t checked = 0;
  bool is_last = false;
  while (!is_last) {
    DSR_RETURN_IF_ERROR(file.Inspect([&](ReadView& view, RowView& rows) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const std::vector<RequestId> page,
                           rows.ListRequestIds(after, kCheckedAtOnce));
      for (const RequestId& id : page) {
        DSR_RETURN_IF_ERROR(CheckRequest(view, rows, *rulebooks, id, report));
        after = id;
        progress(++checked);
      }
      is_last = page.size() < static_cast<size_t>(kCheckedAtOnce);
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<IntegrityReport> CheckIntegrity(DatabaseFile& file,
                                               const RequestProgress& progress) {
  IntegrityReport report;
  DSR_ASSIGN_OR_RETURN(const std::vector<std::string> damage, file.CheckPages());
  report.Count(kFileInvariant);
  for (const std::string& found : damage) report.Expect(false, kFileInvariant, "", 0, found);
  // What is read from damaged pages says nothing of the rest.
  if (!damage.empty()) return report;
  DSR_RETURN_IF_ERROR(CheckLog(file, report));
  DSR_RETURN_IF_ERROR(CheckRequests(file, progress, report));
  DSR_RETURN_IF_ERROR(CheckRowsBesideRequests(file, report));
  return report;
}

}  // namespace dsr
