#include "sample_shop/task_executor.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "dsr/base/status_macros.h"
#include "sample_shop/account_tasks.h"
#include "sample_shop/collect.h"
#include "sample_shop/correct.h"
#include "sample_shop/decision_tasks.h"
#include "sample_shop/erase.h"
#include "sample_shop/processing.h"
#include "sample_shop/shop_day.h"

namespace dsr::sample_shop {
namespace {

// Only these are answered from the ledger. The others change nothing, so that asking again does no
// harm, and their reports hold personal data that the ledger would keep for ever.
bool IsRecorded(v1::TaskKind kind) {
  return kind == v1::TASK_KIND_COLLECT || kind == v1::TASK_KIND_CORRECT ||
         kind == v1::TASK_KIND_ERASE || kind == v1::TASK_KIND_CLOSE_ACCOUNT ||
         kind == v1::TASK_KIND_APPLY_REMEDY;
}

std::optional<v1::TaskResult> FindDone(SQLite::Database& db, const std::string& task) {
  const std::optional<std::string> bytes =
      QueryText(db, "SELECT result FROM done_tasks WHERE task = ?", task);
  if (!bytes.has_value()) return std::nullopt;
  v1::TaskResult result;
  if (!result.ParseFromString(*bytes)) return std::nullopt;
  return result;
}

void BindBlob(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

void RecordDone(SQLite::Database& db, const std::string& task, const v1::TaskResult& result) {
  SQLite::Statement insert(db, "INSERT INTO done_tasks (task, result) VALUES (?, ?)");
  insert.bind(1, task);
  BindBlob(insert, 2, result.SerializeAsString());
  insert.exec();
}

absl::Status UnknownCategory() {
  return absl::InvalidArgumentError("the data system does not hold this category");
}

}  // namespace

absl::StatusOr<v1::TaskResult> TaskExecutor::Execute(const v1::Task& task) {
  if (std::count(system_.kinds.begin(), system_.kinds.end(), task.kind()) == 0) {
    return absl::InvalidArgumentError("the data system does not carry out this kind of task");
  }
  v1::TaskResult result;
  const bool is_recorded = IsRecorded(task.kind());
  DSR_RETURN_IF_ERROR(shop_.Transact([&](SQLite::Database& db) -> absl::Status {
    if (is_recorded) {
      std::optional<v1::TaskResult> done = FindDone(db, task.name());
      if (done.has_value()) {
        result = *std::move(done);
        return absl::OkStatus();
      }
    }
    DSR_ASSIGN_OR_RETURN(result, ExecuteNew(db, task));
    if (is_recorded) RecordDone(db, task.name(), result);
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<v1::TaskResult> TaskExecutor::ExecuteNew(SQLite::Database& db,
                                                        const v1::Task& task) {
  const std::string& account = task.subject_account();
  v1::TaskResult result;
  switch (task.kind()) {
    case v1::TASK_KIND_COLLECT:
      return Collect(db, task);
    case v1::TASK_KIND_CORRECT:
      return Correct(db, task);
    case v1::TASK_KIND_ERASE:
      return Erase(db, task);
    case v1::TASK_KIND_RESOLVE_CONTACT:
      if (auto contact = ResolveContact(db, account)) *result.mutable_contact() = *contact;
      return result;
    case v1::TASK_KIND_CHECK_BLOCKERS:
      for (v1::ReportedBlocker& blocker : CheckBlockers(db, system_.id, account)) {
        *result.add_blockers() = std::move(blocker);
      }
      return result;
    case v1::TASK_KIND_CLOSE_ACCOUNT:
      for (v1::ReportedBlocker& blocker : CloseAccount(db, system_.id, account)) {
        *result.add_blockers() = std::move(blocker);
      }
      return result;
    case v1::TASK_KIND_FETCH_DECISION:
      if (auto record = FetchDecision(db, account, task.decision_id())) {
        *result.mutable_decision() = *std::move(record);
      }
      return result;
    case v1::TASK_KIND_APPLY_REMEDY:
      DSR_RETURN_IF_ERROR(ApplyRemedy(db, account, task.decision_id(), task.review_outcome()));
      return result;
    case v1::TASK_KIND_RESTRICT:
    case v1::TASK_KIND_LIFT_RESTRICTION:
    case v1::TASK_KIND_STOP_PROCESSING:
    case v1::TASK_KIND_STOP_COLLECTION:
      return ChangeProcessing(db, task);
    default:
      return absl::InvalidArgumentError("the data system does not carry out this kind of task");
  }
}

absl::StatusOr<v1::TaskResult> TaskExecutor::ChangeProcessing(SQLite::Database& db,
                                                              const v1::Task& task) {
  v1::TaskResult result;
  for (const std::string& category : task.categories()) {
    const CategoryTable* table = FindCategory(system_, category);
    if (table == nullptr) return UnknownCategory();
    v1::CategoryResult* report = result.add_categories();
    report->set_category(category);
    report->set_records(
        sample_shop::ChangeProcessing(db, *table, task.subject_account(), task.kind()));
  }
  return result;
}

absl::StatusOr<v1::TaskResult> TaskExecutor::Collect(SQLite::Database& db, const v1::Task& task) {
  v1::TaskResult result;
  for (const std::string& category : task.categories()) {
    const CategoryTable* table = FindCategory(system_, category);
    if (table == nullptr) return UnknownCategory();
    const Collected collected = CollectCategory(db, *table, task.subject_account());
    if (collected.records == 0) continue;
    v1::CategoryResult* report = result.add_categories();
    report->set_category(category);
    report->set_records(collected.records);
    SQLite::Statement stage(
        db, "INSERT INTO uploads (task, account_id, category, lines) VALUES (?, ?, ?, ?)");
    stage.bind(1, task.name());
    stage.bind(2, task.subject_account());
    stage.bind(3, category);
    BindBlob(stage, 4, collected.lines);
    stage.exec();
  }
  return result;
}

absl::StatusOr<v1::TaskResult> TaskExecutor::Correct(SQLite::Database& db, const v1::Task& task) {
  std::map<std::string, int64_t> changed;
  for (const v1::FieldCorrection& correction : task.corrections()) {
    // Other fields of the request are other systems' tasks.
    if (FindCategory(system_, correction.category()) == nullptr) continue;
    DSR_ASSIGN_OR_RETURN(const int64_t records,
                         CorrectField(db, task.subject_account(), correction));
    // Two fields of one record are one corrected record.
    int64_t& counted = changed[correction.category()];
    counted = std::max(counted, records);
  }
  v1::TaskResult result;
  for (const auto& [category, records] : changed) {
    v1::CategoryResult* report = result.add_categories();
    report->set_category(category);
    report->set_records(records);
  }
  return result;
}

absl::StatusOr<v1::TaskResult> TaskExecutor::Erase(SQLite::Database& db, const v1::Task& task) {
  v1::TaskResult result;
  for (const v1::PlanItem& item : task.instructions()) {
    const CategoryTable* table = FindCategory(system_, item.category());
    if (table == nullptr) return UnknownCategory();
    *result.add_categories() = EraseCategory(db, *table, task.subject_account(), item,
                                             task.retained_only(), ShopDay(clock_.Now()));
  }
  return result;
}

absl::StatusOr<std::string> TaskExecutor::StagedUpload(absl::string_view task,
                                                       absl::string_view category) {
  std::optional<std::string> lines;
  DSR_RETURN_IF_ERROR(shop_.Transact([&](SQLite::Database& db) {
    lines = QueryText(db, "SELECT lines FROM uploads WHERE task = ? AND category = ?",
                      std::string(task), std::string(category));
    return absl::OkStatus();
  }));
  if (!lines.has_value()) return absl::NotFoundError("nothing lies ready for this upload");
  return *std::move(lines);
}

absl::Status TaskExecutor::Unstage(absl::string_view task) {
  return shop_.Transact([&](SQLite::Database& db) {
    sample_shop::Execute(db, "DELETE FROM uploads WHERE task = ?", std::string(task));
    return absl::OkStatus();
  });
}

}  // namespace dsr::sample_shop
