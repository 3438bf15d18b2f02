#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/deadline.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::TaskCompleted;

constexpr int kMostFailures = 10;

absl::Status CheckOpen(const v1::Task* task) {
  if (task == nullptr) return ChildNotFound("task");
  return task->state() == v1::Task::STATE_OPEN ? absl::OkStatus() : AlreadyEnded(task->name());
}

const v1::PlanItem* FindInstruction(const v1::Task& task, const std::string& category) {
  const auto found =
      std::find_if(task.instructions().begin(), task.instructions().end(),
                   [&](const v1::PlanItem& item) { return item.category() == category; });
  return found == task.instructions().end() ? nullptr : &*found;
}

bool IsRealDay(const v1::Date& date) {
  if (date.year() < 1 || date.year() > 9999 || date.month() < 1 || date.month() > 12 ||
      date.day() < 1)
    return false;
  return ToDate(ToCivilDay(date)).day() == date.day();
}

absl::Status CheckResult(const v1::Task& task, const v1::TaskResult& result) {
  FieldErrors errors;
  for (int i = 0; i < result.categories_size(); ++i) {
    const v1::CategoryResult& category = result.categories(i);
    const std::string field = absl::StrCat("result.categories[", i, "]");
    if (std::find(task.categories().begin(), task.categories().end(), category.category()) ==
        task.categories().end()) {
      errors.AddInvalid(field + ".category", "must be a category of the task");
    }
    if (category.records() < 0) errors.AddInvalid(field + ".records", "must not be negative");
    if (category.retained().empty()) continue;
    const v1::PlanItem* instruction = FindInstruction(task, category.category());
    if (instruction == nullptr ||
        instruction->action() != v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST) {
      errors.AddInvalid(field + ".retained",
                        "the task's instruction for this category is to erase all");
    }
    for (const v1::RetainedGroup& group : category.retained()) {
      if (group.records() < 1)
        errors.AddInvalid(field + ".retained", "every group must have 1 record or more");
      if (!IsRealDay(group.anchor_day()))
        errors.AddInvalid(field + ".retained", "every anchor day must be a real day");
    }
  }
  return errors.ToStatus();
}

int64_t ErasedBefore(const v1::Request& request, const v1::Task& task,
                     const std::string& category) {
  for (const v1::CategoryOutcome& outcome : request.outcomes()) {
    if (outcome.category() == category && outcome.system() == task.system())
      return outcome.records();
  }
  return 0;
}

void TellErased(const Deciding& deciding, const v1::Task& task, const v1::CategoryResult* result,
                v1::CategoryOutcome& outcome, TaskCompleted& completed) {
  const Rulebook& rulebook = deciding.rulebook();
  if (task.retained_only()) {
    outcome.set_records(outcome.records() +
                        ErasedBefore(deciding.request(), task, outcome.category()));
  }
  outcome.set_disposition(outcome.records() > 0 ? v1::DISPOSITION_ERASED
                                                : v1::DISPOSITION_NOT_HELD);
  const v1::PlanItem* instruction = FindInstruction(task, outcome.category());
  if (result == nullptr || result->retained().empty() || instruction == nullptr) return;
  v1::RetentionRule rule;
  rule.set_law(instruction->law());
  rule.set_months(instruction->retention_months());
  absl::CivilDay last = absl::CivilDay::min();
  for (const v1::RetainedGroup& group : result->retained()) {
    const absl::CivilDay end = RetentionEnd(rulebook, rule, ToCivilDay(group.anchor_day()));
    last = std::max(last, end);
    outcome.set_retained_records(outcome.retained_records() + group.records());
    if (!completed.has_next_retention_end() || end < ToCivilDay(completed.next_retention_end())) {
      *completed.mutable_next_retention_end() = ToDate(end);
    }
  }
  outcome.set_disposition(v1::DISPOSITION_RESTRICTED);
  outcome.set_law(instruction->law());
  *outcome.mutable_retained_until() = ToDate(last);
}

void TellOutcomes(const Deciding& deciding, const v1::Task& task, TaskCompleted& completed) {
  if (task.kind() != v1::TASK_KIND_COLLECT && task.kind() != v1::TASK_KIND_CORRECT &&
      task.kind() != v1::TASK_KIND_ERASE) {
    return;
  }
  for (const std::string& category : task.categories()) {
    const auto& reported = completed.result().categories();
    const auto found = std::find_if(
        reported.begin(), reported.end(),
        [&](const v1::CategoryResult& result) { return result.category() == category; });
    const v1::CategoryResult* result = found == reported.end() ? nullptr : &*found;
    v1::CategoryOutcome outcome;
    outcome.set_category(category);
    outcome.set_system(task.system());
    outcome.set_records(result == nullptr ? 0 : result->records());
    if (task.kind() == v1::TASK_KIND_ERASE) {
      TellErased(deciding, task, result, outcome, completed);
    } else if (outcome.records() == 0) {
      outcome.set_disposition(v1::DISPOSITION_NOT_HELD);
    } else {
      outcome.set_disposition(task.kind() == v1::TASK_KIND_COLLECT ? v1::DISPOSITION_PROVIDED
                                                                   : v1::DISPOSITION_CORRECTED);
    }
    *completed.add_outcomes() = std::move(outcome);
  }
}

// The categories of which a law had kept records and now keeps none.
std::set<std::string> FinallyErased(const v1::Task& task, const v1::TaskResult& result) {
  if (!task.retained_only()) return {};
  std::set<std::string> erased(task.categories().begin(), task.categories().end());
  for (const v1::CategoryResult& category : result.categories()) {
    if (!category.retained().empty()) erased.erase(category.category());
  }
  return erased;
}

}  // namespace

absl::Status Handle(Deciding& deciding, const CompleteTask& command) {
  const v1::Task* found = FindTask(deciding.mutable_record(), command.id.bytes());
  DSR_RETURN_IF_ERROR(CheckOpen(found));
  const v1::Task task = *found;
  DSR_RETURN_IF_ERROR(CheckResult(task, command.result));
  Event event;
  TaskCompleted& completed = *event.mutable_task_completed();
  completed.set_task_id(std::string(command.id.bytes()));
  *completed.mutable_result() = command.result;
  completed.set_account_known(command.result.has_contact());
  TellOutcomes(deciding, task, completed);
  const bool was_known = deciding.state().account_known();
  deciding.EmitContent(std::move(event));
  if (!was_known && deciding.state().account_known()) SendPendingCode(deciding);
  if (task.kind() == v1::TASK_KIND_ERASE) {
    // Disclosures recorded since the plan are told too (PRODUCT.md, "Deletion").
    NotifyOfFinalErasure(deciding, FinallyErased(task, command.result));
    KeepRetentionTimer(deciding);
  }
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const FailTask& command) {
  const v1::Task* task = FindTask(deciding.mutable_record(), command.id.bytes());
  DSR_RETURN_IF_ERROR(CheckOpen(task));
  Event event;
  storage::v1::TaskFailed& failed = *event.mutable_task_failed();
  failed.set_task_id(std::string(command.id.bytes()));
  failed.set_failures(task->failures() + 1);
  failed.set_for_good(command.for_good || failed.failures() >= kMostFailures);
  failed.set_code(command.code);
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RetryTask& command) {
  const v1::Task* task = FindTask(deciding.mutable_record(), command.id.bytes());
  if (task == nullptr) return ChildNotFound("task");
  if (task->state() != v1::Task::STATE_FAILED) {
    return ActionNotAllowed(deciding.request(), "RetryTask", "the task did not fail for good");
  }
  Event event;
  event.mutable_task_retried()->set_task_id(std::string(command.id.bytes()));
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const CompletePackage& command) {
  const v1::Task* task = FindTask(deciding.mutable_record(), command.id.bytes());
  DSR_RETURN_IF_ERROR(CheckOpen(task));
  Event built;
  *built.mutable_package_built() = command.built;
  deciding.Emit(std::move(built));
  Event completed;
  completed.mutable_task_completed()->set_task_id(std::string(command.id.bytes()));
  deciding.Emit(std::move(completed));
  return absl::OkStatus();
}

}  // namespace dsr
