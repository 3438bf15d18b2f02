#include "store/sqlite/page_check.h"

#include <sqlite3.h>

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"

namespace dsr::sqlite {
namespace {

// Steps of SQLite's machine between two questions: some milliseconds.
constexpr int kStepsBetween = 100'000;

int AskCancelled(void* is_cancelled) {
  return (*static_cast<const std::function<bool()>*>(is_cancelled))() ? 1 : 0;
}

constexpr char kQuickCheck[] = "PRAGMA quick_check(100)";
constexpr char kForeignKeyCheck[] = "PRAGMA foreign_key_check";
constexpr size_t kMaxPageFindings = 100;

absl::Status QuickCheck(Connection& connection, std::vector<std::string>& findings) {
  Query query(connection, kQuickCheck);
  while (findings.size() < kMaxPageFindings) {
    absl::StatusOr<bool> has_row = query.Step();
    // Damage that keeps the check from going on is what it was to find.
    if (absl::IsDataLoss(has_row.status())) {
      findings.push_back(std::string(has_row.status().message()));
      return absl::OkStatus();
    }
    DSR_RETURN_IF_ERROR(has_row.status());
    if (!*has_row) return absl::OkStatus();
    if (std::string found = query.GetText(0); found != "ok") findings.push_back(std::move(found));
  }
  return absl::OkStatus();
}

absl::Status CheckForeignKeys(Connection& connection, std::vector<std::string>& findings) {
  Query query(connection, kForeignKeyCheck);
  while (findings.size() < kMaxPageFindings) {
    absl::StatusOr<bool> has_row = query.Step();
    if (absl::IsDataLoss(has_row.status())) return absl::OkStatus();  // told by the quick check
    DSR_RETURN_IF_ERROR(has_row.status());
    if (!*has_row) return absl::OkStatus();
    findings.push_back(absl::StrCat("a row of ", query.GetText(0), " belongs to one of ",
                                    query.GetText(2), " that is missing"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CheckPages(Connection& connection,
                                                    const std::function<bool()>& is_cancelled) {
  std::function<bool()> asked = is_cancelled;
  sqlite3_progress_handler(connection.handle(), kStepsBetween, &AskCancelled, &asked);
  const auto end = absl::MakeCleanup(
      [&] { sqlite3_progress_handler(connection.handle(), 0, nullptr, nullptr); });
  std::vector<std::string> findings;
  DSR_RETURN_IF_ERROR(QuickCheck(connection, findings));
  DSR_RETURN_IF_ERROR(CheckForeignKeys(connection, findings));
  return findings;
}

}  // namespace dsr::sqlite
