#include <algorithm>
#include <string>

#include "dsr/base/ids.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/evolve_children.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestRecord;
using storage::v1::RequestState;
using storage::v1::TaskRound;

bool IsPointOfNoReturn(v1::TaskKind kind) {
  return kind == v1::TASK_KIND_ERASE || kind == v1::TASK_KIND_CLOSE_ACCOUNT;
}

void Create(RequestRecord& record, const Event& event, const storage::v1::TasksCreated& created) {
  RequestState& state = *record.mutable_state();
  const RequestId request = IdOf(record);
  if (IsPointOfNoReturn(created.kind())) state.set_point_of_no_return(true);
  if (created.kind() == v1::TASK_KIND_RESTRICT)
    *state.mutable_request()->mutable_restriction()->mutable_begin_time() = event.time();
  TaskRound* round = FindRound(state, created.kind());
  if (round == nullptr) round = state.add_rounds();
  round->set_kind(created.kind());
  round->set_number(created.round());
  round->set_unfinished(created.tasks_size());
  round->set_failed(0);
  v1::Progress& progress = *state.mutable_request()->mutable_progress();
  progress.set_tasks_open(progress.tasks_open() + created.tasks_size());
  for (const storage::v1::NewTask& made : created.tasks()) {
    v1::Task& task = *record.add_tasks();
    const auto id = TaskId::FromBytes(made.task_id());
    if (id.ok()) task.set_name(TaskName(request, *id));
    task.set_system(made.system());
    task.set_kind(created.kind());
    task.set_state(v1::Task::STATE_OPEN);
    *task.mutable_create_time() = event.time();
    if (state.request().has_due_time()) *task.mutable_due_time() = state.request().due_time();
    *task.mutable_categories() = made.categories();
    *task.mutable_instructions() = made.instructions();
    task.set_review_outcome(made.review_outcome());
    task.set_retained_only(made.retained_only());
    task.set_consent(made.consent());
    task.set_relation(state.request().requester().relation());
    task.set_round(created.round());
  }
}

// The counters of the task's round, or null when a later round took its place.
TaskRound* RoundOf(RequestRecord& record, const v1::Task& task) {
  TaskRound* round = FindRound(*record.mutable_state(), task.kind());
  return round != nullptr && round->number() == task.round() ? round : nullptr;
}

void MergeOutcome(v1::Request& request, const v1::CategoryOutcome& outcome) {
  for (v1::CategoryOutcome& present : *request.mutable_outcomes()) {
    if (present.category() == outcome.category() && present.system() == outcome.system()) {
      present = outcome;
      return;
    }
  }
  *request.add_outcomes() = outcome;
}

storage::v1::RetainedData* FindRetained(RequestState& state, const std::string& system) {
  for (storage::v1::RetainedData& data : *state.mutable_retained()) {
    if (data.system() == system) return &data;
  }
  return nullptr;
}

void RemoveRetained(RequestState& state, const std::string& system) {
  auto& retained = *state.mutable_retained();
  retained.erase(std::remove_if(retained.begin(), retained.end(),
                                [&](const storage::v1::RetainedData& data) {
                                  return data.system() == system;
                                }),
                 retained.end());
}

// What is kept of the task's categories takes the place of what was; the others stay as they are.
void RecordRetained(RequestState& state, const v1::Task& task,
                    const storage::v1::TaskCompleted& completed) {
  storage::v1::RetainedData kept;
  kept.set_system(task.system());
  if (const storage::v1::RetainedData* before = FindRetained(state, task.system())) {
    for (const storage::v1::RetainedCategory& one : before->categories()) {
      const auto& again = task.categories();
      if (std::find(again.begin(), again.end(), one.category()) == again.end())
        *kept.add_categories() = one;
    }
  }
  kept.mutable_categories()->MergeFrom(completed.retained());
  if (completed.retained().empty() && (completed.has_next_retention_end() || completed.held())) {
    // As it was recorded before it was told by category.
    if (completed.has_next_retention_end())
      *kept.mutable_next_end() = completed.next_retention_end();
    *kept.mutable_instructions() = task.instructions();
  }
  RemoveRetained(state, task.system());
  if (!kept.categories().empty() || !kept.instructions().empty())
    *state.add_retained() = std::move(kept);
}

// The latest check replaces what the system reported before.
void RecordBlockers(v1::Request& request, const v1::Task& task, const v1::TaskResult& result) {
  for (v1::Blocker& blocker : *request.mutable_blockers()) {
    if (blocker.system() == task.system()) blocker.set_resolved(true);
  }
  for (const v1::ReportedBlocker& reported : result.blockers()) {
    v1::Blocker* blocker = nullptr;
    for (v1::Blocker& present : *request.mutable_blockers()) {
      if (present.system() == task.system() && present.id() == reported.id()) blocker = &present;
    }
    if (blocker == nullptr) blocker = request.add_blockers();
    blocker->set_id(reported.id());
    blocker->set_system(task.system());
    blocker->set_kind(reported.kind());
    blocker->set_description(reported.description());
    blocker->set_resolved(false);
  }
}

// A system that closes accounts without checking them first is asked again only when it closes.
void ClearUnchecked(RequestRecord& record) {
  for (v1::Blocker& blocker : *record.mutable_state()->mutable_request()->mutable_blockers()) {
    const bool is_checked =
        std::any_of(record.tasks().begin(), record.tasks().end(), [&](const v1::Task& task) {
          return task.kind() == v1::TASK_KIND_CHECK_BLOCKERS && task.system() == blocker.system();
        });
    if (!is_checked) blocker.set_resolved(true);
  }
}

void Leave(RequestState& state, const storage::v1::RetainedLeft& left) {
  storage::v1::RetainedData* data = FindRetained(state, left.system());
  if (data == nullptr) return;
  const auto is_left = [&](const auto& kept) {
    return std::find(left.categories().begin(), left.categories().end(), kept.category()) !=
           left.categories().end();
  };
  auto& categories = *data->mutable_categories();
  categories.erase(std::remove_if(categories.begin(), categories.end(), is_left), categories.end());
  auto& instructions = *data->mutable_instructions();
  instructions.erase(std::remove_if(instructions.begin(), instructions.end(), is_left),
                     instructions.end());
  if (categories.empty() && instructions.empty()) RemoveRetained(state, left.system());
}

bool HasOpenTask(const RequestRecord& record, v1::TaskKind kind) {
  return std::any_of(record.tasks().begin(), record.tasks().end(), [&](const v1::Task& task) {
    return task.kind() == kind && task.state() == v1::Task::STATE_OPEN;
  });
}

void Complete(RequestRecord& record, const Event& event,
              const storage::v1::TaskCompleted& completed) {
  v1::Task* task = FindTask(record, completed.task_id());
  if (task == nullptr) return;
  RequestState& state = *record.mutable_state();
  v1::Request& request = *state.mutable_request();
  task->set_state(v1::Task::STATE_COMPLETED);
  *task->mutable_end_time() = event.time();
  if (TaskRound* round = RoundOf(record, *task)) round->set_unfinished(round->unfinished() - 1);
  v1::Progress& progress = *request.mutable_progress();
  progress.set_tasks_open(progress.tasks_open() - 1);
  progress.set_tasks_completed(progress.tasks_completed() + 1);
  for (const v1::CategoryOutcome& outcome : completed.outcomes()) MergeOutcome(request, outcome);
  switch (task->kind()) {
    case v1::TASK_KIND_RESOLVE_CONTACT:
      state.set_account_resolved(true);
      // One system that knows the account is enough, whatever others say after it.
      if (completed.account_known()) state.set_account_known(true);
      // What one system knows the next need not.
      if (completed.result().has_subject_status())
        request.mutable_subject_status()->MergeFrom(completed.result().subject_status());
      // The first contact stays: a code may have gone there, and the answer goes where identity was
      // proven.
      if (completed.result().has_contact() && !request.has_contact()) {
        *request.mutable_contact() = completed.result().contact();
        state.set_contact_stale(completed.result().contact_stale());
      }
      break;
    case v1::TASK_KIND_ERASE:
      RecordRetained(state, *task, completed);
      break;
    case v1::TASK_KIND_CHECK_BLOCKERS:
      RecordBlockers(request, *task, completed.result());
      break;
    case v1::TASK_KIND_CLOSE_ACCOUNT:
      // Something new stands in the way: as long as nothing was closed, the way back is open again.
      if (completed.result().blockers().empty()) {
        state.set_account_closed(true);
      } else {
        RecordBlockers(request, *task, completed.result());
      }
      state.set_point_of_no_return(state.account_closed() || HasOpenTask(record, task->kind()));
      break;
    case v1::TASK_KIND_LIFT_RESTRICTION:
      RemoveRetained(state, task->system());
      break;
    case v1::TASK_KIND_FETCH_DECISION:
      if (completed.result().has_decision()) {
        state.set_decision_found(true);
        request.mutable_review()->set_decided_by(completed.result().decision().decided_by());
        request.mutable_review()->set_decision_record(completed.result().decision().record());
      }
      break;
    default:
      break;
  }
}

void Fail(RequestRecord& record, const Event& event, const storage::v1::TaskFailed& failed) {
  v1::Task* task = FindTask(record, failed.task_id());
  if (task == nullptr) return;
  task->set_failures(failed.failures());
  if (!failed.for_good()) return;
  task->set_state(v1::Task::STATE_FAILED);
  *task->mutable_end_time() = event.time();
  if (TaskRound* round = RoundOf(record, *task)) round->set_failed(round->failed() + 1);
  v1::Progress& progress = *record.mutable_state()->mutable_request()->mutable_progress();
  progress.set_tasks_open(progress.tasks_open() - 1);
  progress.set_tasks_failed(progress.tasks_failed() + 1);
}

void Retry(RequestRecord& record, const storage::v1::TaskRetried& retried) {
  v1::Task* task = FindTask(record, retried.task_id());
  if (task == nullptr || task->state() != v1::Task::STATE_FAILED) return;
  task->set_state(v1::Task::STATE_OPEN);
  task->set_failures(0);
  task->clear_end_time();
  if (TaskRound* round = RoundOf(record, *task)) round->set_failed(round->failed() - 1);
  v1::Progress& progress = *record.mutable_state()->mutable_request()->mutable_progress();
  progress.set_tasks_open(progress.tasks_open() + 1);
  progress.set_tasks_failed(progress.tasks_failed() - 1);
}

void Instruct(RequestRecord& record, const storage::v1::TaskInstructed& instructed) {
  if (v1::Task* task = FindTask(record, instructed.task_id()))
    *task->mutable_instructions() = instructed.instructions();
}

void Cancel(RequestRecord& record, const Event& event,
            const storage::v1::TaskCancelled& cancelled) {
  v1::Task* task = FindTask(record, cancelled.task_id());
  if (task == nullptr) return;
  v1::Progress& progress = *record.mutable_state()->mutable_request()->mutable_progress();
  if (task->state() == v1::Task::STATE_OPEN) progress.set_tasks_open(progress.tasks_open() - 1);
  if (task->state() == v1::Task::STATE_FAILED)
    progress.set_tasks_failed(progress.tasks_failed() - 1);
  task->set_state(v1::Task::STATE_CANCELLED);
  *task->mutable_end_time() = event.time();
}

}  // namespace

void EvolveTask(RequestRecord& record, const Event& event) {
  if (event.has_tasks_created()) {
    Create(record, event, event.tasks_created());
  } else if (event.has_task_completed()) {
    Complete(record, event, event.task_completed());
  } else if (event.has_task_failed()) {
    Fail(record, event, event.task_failed());
  } else if (event.has_task_retried()) {
    Retry(record, event.task_retried());
  } else if (event.has_task_instructed()) {
    Instruct(record, event.task_instructed());
  } else if (event.has_task_cancelled()) {
    Cancel(record, event, event.task_cancelled());
  } else if (event.has_blockers_cleared()) {
    ClearUnchecked(record);
  } else if (event.has_retained_left()) {
    Leave(*record.mutable_state(), event.retained_left());
  }
}

}  // namespace dsr
