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
#include "workflow/retention.h"
#include "workflow/siblings.h"
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

void CheckHard(const v1::HardToErase& hard, const std::string& field, FieldErrors& errors) {
  if (hard.records() < 1) errors.AddInvalid(field + ".records", "must be 1 or more");
  if (hard.reason().empty() || hard.reason().size() > 800)
    errors.AddInvalid(field + ".reason", "must have 1 to 200 characters");
  if (hard.has_until() && !IsRealDay(hard.until()))
    errors.AddInvalid(field + ".until", "must be a real day");
}

void CheckRetained(const v1::PlanItem* instruction, const v1::CategoryResult& category,
                   const std::string& field, FieldErrors& errors) {
  if (category.retained().empty()) return;
  if (instruction == nullptr || instruction->action() == v1::RETENTION_ACTION_ERASE) {
    return errors.AddInvalid(field, "the task's instruction for this category is to erase all");
  }
  const bool needs_anchor =
      instruction->action() == v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST;
  for (const v1::RetainedGroup& group : category.retained()) {
    if (group.records() < 1) errors.AddInvalid(field, "every group must have 1 record or more");
    if ((needs_anchor || group.has_anchor_day()) && !IsRealDay(group.anchor_day()))
      errors.AddInvalid(field, "every anchor day must be a real day");
  }
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
    if (category.has_hard()) CheckHard(category.hard(), field + ".hard", errors);
    if (category.redacted_records() < 0)
      errors.AddInvalid(field + ".redacted_records", "must not be negative");
    if (category.redacted_records() > category.records())
      errors.AddInvalid(field + ".redacted_records", "must not be more than the records");
    CheckRetained(FindInstruction(task, category.category()), category, field + ".retained",
                  errors);
  }
  const v1::SubjectStatus& status = result.subject_status();
  if (status.has_child_until() && !IsRealDay(status.child_until()))
    errors.AddInvalid("result.subject_status.child_until", "must be a real day");
  if (status.has_minor_until() && !IsRealDay(status.minor_until()))
    errors.AddInvalid("result.subject_status.minor_until", "must be a real day");
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

// Of several ends the earliest: then some may go, and the others are looked at again.
void AddEnd(absl::CivilDay end, storage::v1::RetainedCategory& kept) {
  if (!kept.has_end() || end < ToCivilDay(kept.end())) *kept.mutable_end() = ToDate(end);
}

// A person is told the last of them.
void TellEnd(const v1::Date& end, v1::CategoryOutcome& outcome) {
  if (!outcome.has_retained_until() || ToCivilDay(end) > ToCivilDay(outcome.retained_until()))
    *outcome.mutable_retained_until() = end;
}

// Technically hard is restricted too, never "done" and never refused (PIPL 47).
void TellHard(const v1::HardToErase& hard, v1::CategoryOutcome& outcome,
              storage::v1::RetainedCategory& kept) {
  outcome.set_disposition(v1::DISPOSITION_RESTRICTED);
  outcome.set_retained_records(outcome.retained_records() + hard.records());
  outcome.set_hard_reason(hard.reason());
  kept.set_hard(true);
  if (!hard.has_until()) return;
  TellEnd(hard.until(), outcome);
  AddEnd(ToCivilDay(hard.until()), kept);
}

// What was restricted may have been released since.
bool IsStillKept(const storage::v1::RequestState& state, const v1::CategoryOutcome& outcome) {
  for (const storage::v1::RetainedData& retained : state.retained()) {
    if (retained.system() != outcome.system()) continue;
    for (const storage::v1::RetainedCategory& kept : KeptCategories(retained))
      if (kept.category() == outcome.category()) return true;
  }
  return false;
}

// What an earlier deletion restricted is held all the same, and shown with its reason (LAW.md case
// 17), whatever the data system counts.
void AddRestricted(const Deciding& deciding, v1::CategoryOutcome& outcome) {
  bool is_first = true;
  bool has_end = true;
  // Several deletions may have kept some: all of it is told, and the last of the ends.
  for (const storage::v1::RequestState& sibling : deciding.facts().siblings) {
    if (!IsWithinScope(sibling, deciding.state())) continue;
    for (const v1::CategoryOutcome& kept : sibling.request().outcomes()) {
      if (kept.disposition() != v1::DISPOSITION_RESTRICTED ||
          kept.category() != outcome.category() || kept.system() != outcome.system() ||
          !IsStillKept(sibling, kept)) {
        continue;
      }
      outcome.set_disposition(v1::DISPOSITION_RESTRICTED);
      outcome.set_retained_records(std::max(outcome.retained_records(), kept.retained_records()));
      if (!kept.hard_reason().empty()) outcome.set_hard_reason(kept.hard_reason());
      has_end = has_end && kept.has_retained_until();
      if (kept.has_retained_until()) TellEnd(kept.retained_until(), outcome);
      // Newest first.
      if (is_first) outcome.set_law(kept.law());
      is_first = false;
    }
  }
  if (!has_end) outcome.clear_retained_until();
}

// The law by which restrictions are asked for, as recipients are told it.
std::string LawOfRestriction(const v1::Policy& policy) {
  for (const v1::NoticeLaw& rule : policy.notice_laws()) {
    if (rule.kind() == v1::NOTICE_KIND_STOP_PROCESSING) return rule.law();
  }
  return "";
}

// What the subject asked to be restricted is held, too: a data system that hides it counts none.
void AddRestrictedOnRequest(const Deciding& deciding, v1::CategoryOutcome& outcome) {
  if (outcome.disposition() == v1::DISPOSITION_RESTRICTED) return;
  const auto& siblings = deciding.facts().siblings;
  const bool is_restricted =
      std::any_of(siblings.begin(), siblings.end(), [&](const storage::v1::RequestState& sibling) {
        const auto& about = sibling.request().categories();
        return IsWithinScope(sibling, deciding.state()) && IsRestrictionInForce(sibling) &&
               std::find(about.begin(), about.end(), outcome.category()) != about.end();
      });
  if (!is_restricted) return;
  outcome.set_disposition(v1::DISPOSITION_RESTRICTED);
  outcome.set_retained_records(outcome.records());
  outcome.set_law(LawOfRestriction(deciding.rulebook().policy));
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
  if (result == nullptr || instruction == nullptr) return;
  if (result->retained().empty() && !result->has_hard()) return;
  storage::v1::RetainedCategory& kept = *completed.add_retained();
  kept.set_category(outcome.category());
  *kept.mutable_instruction() = *instruction;
  if (result->has_hard()) TellHard(result->hard(), outcome, kept);
  if (result->retained().empty()) return;
  // Something of it can go, if not all.
  kept.set_hard(false);
  const bool is_held = instruction->action() == v1::RETENTION_ACTION_RESTRICT;
  outcome.set_disposition(v1::DISPOSITION_RESTRICTED);
  outcome.set_law(instruction->law());
  for (const v1::RetainedGroup& group : result->retained()) {
    outcome.set_retained_records(outcome.retained_records() + group.records());
    if (is_held) continue;
    const absl::CivilDay end = EndOfKeeping(rulebook, *instruction, ToCivilDay(group.anchor_day()));
    AddEnd(end, kept);
    TellEnd(ToDate(end), outcome);
  }
  if (!is_held) {
    // Nobody knows when the last of it can go.
    if (result->has_hard() && !result->hard().has_until()) outcome.clear_retained_until();
    return;
  }
  // A hold ends when it is lifted, or on its day; one without date outlasts every day.
  outcome.clear_retained_until();
  if (instruction->has_held_until()) *outcome.mutable_retained_until() = instruction->held_until();
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
    if (task.kind() == v1::TASK_KIND_COLLECT) {
      AddRestricted(deciding, outcome);
      AddRestrictedOnRequest(deciding, outcome);
    }
    if (result != nullptr) outcome.set_redacted_records(result->redacted_records());
    *completed.add_outcomes() = std::move(outcome);
  }
}

// The categories of which a law had kept records and now keeps none.
std::set<std::string> FinallyErased(const v1::Task& task, const v1::TaskResult& result) {
  if (!task.retained_only()) return {};
  std::set<std::string> erased(task.categories().begin(), task.categories().end());
  for (const v1::CategoryResult& category : result.categories()) {
    if (!category.retained().empty() || category.has_hard()) erased.erase(category.category());
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
  if (task.kind() == v1::TASK_KIND_RESOLVE_CONTACT && !was_known) SendPendingCode(deciding);
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
  if (deciding.request().phase() == v1::PHASE_CLOSED)
    return AlreadyEnded(deciding.request().name());
  if (task->state() != v1::Task::STATE_FAILED) {
    return ActionNotAllowed(deciding.request(), "RetryTask", "the task did not fail for good");
  }
  Event event;
  event.mutable_task_retried()->set_task_id(std::string(command.id.bytes()));
  deciding.Emit(std::move(event));
  // A hold may have come since it failed.
  InstructErasure(deciding);
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
