#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/ids.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/retention.h"
#include "workflow/siblings.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::NewTask;
using storage::v1::RetainedCategory;
using storage::v1::TasksCreated;

// The part of dsrd that makes packages, as a data system of its own.
constexpr char kPackager[] = "systems/dsrd";

bool Serves(const v1::DataSystem& system, v1::TaskKind kind) {
  return std::find(system.task_kinds().begin(), system.task_kinds().end(), kind) !=
         system.task_kinds().end();
}

std::vector<std::string> Common(const google::protobuf::RepeatedPtrField<std::string>& held,
                                const std::set<std::string>& asked) {
  std::vector<std::string> common;
  std::copy_if(held.begin(), held.end(), std::back_inserter(common),
               [&](const std::string& category) { return asked.contains(category); });
  return common;
}

int NextRound(const Deciding& deciding, v1::TaskKind kind) {
  const storage::v1::TaskRound* round = FindRound(deciding.state(), kind);
  return round == nullptr ? 1 : round->number() + 1;
}

NewTask MakeTask(const Deciding& deciding, v1::TaskKind kind, const std::string& system,
                 int round) {
  NewTask task;
  const TaskId id =
      deciding.Derive<TaskId>("task", system, absl::StrCat(v1::TaskKind_Name(kind), "/", round));
  task.set_task_id(std::string(id.bytes()));
  task.set_system(system);
  return task;
}

void AddTasksByCategory(const Deciding& deciding, const std::set<std::string>& asked,
                        TasksCreated& created) {
  for (const v1::DataSystem& system : deciding.facts().systems) {
    if (!Serves(system, created.kind())) continue;
    const std::vector<std::string> categories = Common(system.categories(), asked);
    if (categories.empty()) continue;
    NewTask& task = *created.add_tasks() =
        MakeTask(deciding, created.kind(), system.name(), created.round());
    for (const std::string& category : categories) task.add_categories(category);
  }
}

void AddEraseTasks(const Deciding& deciding, TasksCreated& created) {
  std::set<std::string> systems;
  for (const v1::PlanItem& item : deciding.request().plan().items()) systems.insert(item.system());
  for (const std::string& system : systems) {
    NewTask& task = *created.add_tasks() =
        MakeTask(deciding, created.kind(), system, created.round());
    for (const v1::PlanItem& item : deciding.request().plan().items()) {
      if (item.system() != system) continue;
      task.add_categories(item.category());
      *task.add_instructions() = item;
    }
  }
}

void AddTasksByKind(const Deciding& deciding, TasksCreated& created) {
  for (const v1::DataSystem& system : deciding.facts().systems) {
    if (!Serves(system, created.kind())) continue;
    NewTask& task = *created.add_tasks() =
        MakeTask(deciding, created.kind(), system.name(), created.round());
    if (created.kind() == v1::TASK_KIND_APPLY_REMEDY) {
      task.set_review_outcome(deciding.request().review().outcome());
    }
  }
}

// True while a task that erases or releases the system's retained records is open, or failed and
// may be opened again.
bool IsEndingRetained(const Deciding& deciding, const std::string& system) {
  const auto& tasks = deciding.record().tasks();
  return std::any_of(tasks.begin(), tasks.end(), [&](const v1::Task& task) {
    return (task.retained_only() || task.kind() == v1::TASK_KIND_LIFT_RESTRICTION) &&
           task.system() == system &&
           (task.state() == v1::Task::STATE_OPEN || task.state() == v1::Task::STATE_FAILED);
  });
}

// The rules by which what was restricted is looked at again: a term that began with the deletion
// has been running since.
google::protobuf::RepeatedPtrField<v1::RetentionRule> RecordRules(const v1::PlanItem& instruction) {
  auto rules = RulesOf(instruction);
  rules.erase(std::remove_if(rules.begin(), rules.end(),
                             [](const v1::RetentionRule& rule) {
                               return rule.start() == v1::RETENTION_START_DELETION;
                             }),
              rules.end());
  return rules;
}

void EmitTasks(Deciding& deciding, TasksCreated created) {
  Event event;
  *event.mutable_tasks_created() = std::move(created);
  deciding.Emit(std::move(event));
}

}  // namespace

std::set<std::string> CategoriesToLift(const Deciding& deciding) {
  std::set<std::string> lifted;
  for (const std::string& category : CategoriesToServe(deciding.request())) {
    const Circumstances at = deciding.circumstances();
    if (!IsRestrictedElsewhere(at, category) && !IsErasedElsewhere(at, category))
      lifted.insert(category);
  }
  return lifted;
}

void CreateTasks(Deciding& deciding, v1::TaskKind kind) {
  TasksCreated created;
  created.set_kind(kind);
  created.set_round(NextRound(deciding, kind));
  const v1::Request& request = deciding.request();
  switch (kind) {
    case v1::TASK_KIND_COLLECT:
      AddTasksByCategory(deciding, CategoriesToServe(request), created);
      break;
    case v1::TASK_KIND_CORRECT:
      AddTasksByCategory(deciding, AcceptedCategories(request), created);
      break;
    case v1::TASK_KIND_ERASE:
      AddEraseTasks(deciding, created);
      break;
    case v1::TASK_KIND_LIFT_RESTRICTION:
      AddTasksByCategory(deciding, CategoriesToLift(deciding), created);
      break;
    case v1::TASK_KIND_RESTRICT:
    case v1::TASK_KIND_STOP_COLLECTION:
      AddTasksByCategory(deciding, CategoriesToServe(request), created);
      break;
    case v1::TASK_KIND_STOP_PROCESSING:
      AddTasksByCategory(deciding, CategoriesLosingConsent(deciding), created);
      for (NewTask& task : *created.mutable_tasks())
        task.set_consent(request.consent_change().consent());
      break;
    case v1::TASK_KIND_BUILD_PACKAGE:
    case v1::TASK_KIND_BUILD_ANSWER:
      *created.add_tasks() = MakeTask(deciding, kind, kPackager, created.round());
      break;
    default:
      AddTasksByKind(deciding, created);
      break;
  }
  EmitTasks(deciding, std::move(created));
}

void EraseRetained(Deciding& deciding) {
  const absl::CivilDay today = DayOf(deciding.now(), deciding.rulebook().zone);
  TasksCreated created;
  created.set_kind(v1::TASK_KIND_ERASE);
  created.set_round(NextRound(deciding, created.kind()));
  for (const storage::v1::RetainedData& retained : deciding.state().retained()) {
    if (IsEndingRetained(deciding, retained.system())) continue;
    NewTask task = MakeTask(deciding, created.kind(), retained.system(), created.round());
    task.set_retained_only(true);
    for (const RetainedCategory& kept : KeptCategories(retained)) {
      if (NextEnd(deciding, kept) >= today) continue;
      if (IsReadByAnother(deciding.circumstances(), kept.category())) continue;
      task.add_categories(kept.category());
      // As of now: another hold may have come, and the rules are those of the plan.
      v1::PlanItem item = PlanItemFor(deciding, kept.category(), retained.system(),
                                      RecordRules(kept.instruction()));
      if (kept.instruction().has_kept_until() &&
          ToCivilDay(kept.instruction().kept_until()) >= today) {
        *item.mutable_kept_until() = kept.instruction().kept_until();
      }
      *task.add_instructions() = std::move(item);
    }
    if (!task.categories().empty()) *created.add_tasks() = std::move(task);
  }
  if (created.tasks_size() > 0) EmitTasks(deciding, std::move(created));
  KeepRetentionTimer(deciding);
}

void ReleaseRetained(Deciding& deciding) {
  TasksCreated created;
  created.set_kind(v1::TASK_KIND_LIFT_RESTRICTION);
  created.set_round(NextRound(deciding, created.kind()));
  // By value: each event changes what it is about.
  const auto all_retained = deciding.state().retained();
  for (const storage::v1::RetainedData& retained : all_retained) {
    NewTask task = MakeTask(deciding, created.kind(), retained.system(), created.round());
    Event event;
    storage::v1::RetainedLeft& left = *event.mutable_retained_left();
    left.set_system(retained.system());
    for (const RetainedCategory& kept : KeptCategories(retained)) {
      const bool stays = IsRestrictedElsewhere(deciding.circumstances(), kept.category());
      (stays ? left.add_categories() : task.add_categories())->assign(kept.category());
    }
    if (left.categories_size() > 0) deciding.Emit(std::move(event));
    if (task.categories_size() > 0) *created.add_tasks() = std::move(task);
  }
  if (created.tasks().empty()) return;
  EmitTasks(deciding, std::move(created));
  KeepRetentionTimer(deciding);
}

void InstructErasure(Deciding& deciding) {
  // By value: each event changes what it is about.
  const auto tasks = deciding.record().tasks();
  for (const v1::Task& task : tasks) {
    if (task.kind() != v1::TASK_KIND_ERASE ||
        (task.state() != v1::Task::STATE_OPEN && task.state() != v1::Task::STATE_FAILED)) {
      continue;
    }
    Event event;
    storage::v1::TaskInstructed& instructed = *event.mutable_task_instructed();
    bool changes = false;
    for (const v1::PlanItem& item : task.instructions()) {
      v1::PlanItem fresh = PlanItemFor(deciding, item.category(), item.system(), RulesOf(item));
      // A term that began with the deletion goes on.
      if (item.has_kept_until()) *fresh.mutable_kept_until() = item.kept_until();
      const bool differs = fresh.action() != item.action();
      changes = changes || differs;
      *instructed.add_instructions() = differs ? std::move(fresh) : item;
    }
    const auto id = Id128::Parse(LastSegment(task.name()));
    if (!changes || !id.ok()) continue;
    instructed.set_task_id(std::string(id->bytes()));
    deciding.Emit(std::move(event));
  }
}

void KeepRetentionTimer(Deciding& deciding) {
  static constexpr char kName[] = "retention-end";
  const auto& timers = deciding.state().timers();
  const auto present =
      std::find_if(timers.begin(), timers.end(),
                   [](const storage::v1::PendingTimer& timer) { return timer.name() == kName; });
  const absl::CivilDay today = DayOf(deciding.now(), deciding.rulebook().zone);
  absl::CivilDay next = absl::CivilDay::max();
  for (const storage::v1::RetainedData& retained : deciding.state().retained()) {
    if (IsEndingRetained(deciding, retained.system())) continue;
    for (const RetainedCategory& kept : KeptCategories(retained)) {
      const absl::CivilDay end = NextEnd(deciding, kept);
      // Whether it is still needed is asked day by day.
      const bool waits = end < today && IsReadByAnother(deciding.circumstances(), kept.category());
      next = std::min(next, waits ? today : end);
    }
  }
  if (next == absl::CivilDay::max()) {
    if (present == timers.end()) return;
    Event event;
    event.mutable_timer_ended()->set_name(kName);
    deciding.Emit(std::move(event));
    return;
  }
  // Where a hold was lifted late, the end has long passed: at once.
  const absl::Time end =
      next == absl::CivilDay::min() ? deciding.now() : EndOfDay(next, deciding.rulebook().zone);
  const google::protobuf::Timestamp due = ToTimestamp(std::max(end, deciding.now()));
  if (present != timers.end() && FromTimestamp(present->due_time()) == FromTimestamp(due)) return;
  Event event;
  event.mutable_timer_set()->set_name(kName);
  *event.mutable_timer_set()->mutable_due_time() = due;
  deciding.Emit(std::move(event));
}

}  // namespace dsr
