#include "workflow/breach_cause.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "dsr/base/proto_time.h"
#include "workflow/siblings.h"

namespace dsr {
namespace {

// Tasks that only look somebody up hold no answer up.
std::set<std::string> SystemsAwaited(const storage::v1::RequestRecord& record) {
  std::set<std::string> systems;
  for (const v1::Task& task : record.tasks()) {
    const bool is_awaited =
        task.state() == v1::Task::STATE_OPEN || task.state() == v1::Task::STATE_FAILED;
    if (is_awaited && task.kind() != v1::TASK_KIND_RESOLVE_CONTACT) systems.insert(task.system());
  }
  return systems;
}

// A fee that is not settled, or something that the person has to clear first.
bool IsRequesterAwaited(const v1::Request& request) {
  const v1::Fee::State fee = request.fee().state();
  return fee == v1::Fee::STATE_QUOTED || fee == v1::Fee::STATE_ACCEPTED ||
         absl::c_any_of(request.blockers(),
                        [](const v1::Blocker& blocker) { return !blocker.resolved(); });
}

v1::BreachCause CauseInWork(const Deciding& deciding, storage::v1::RequestBreached& breached) {
  if (IsRequesterAwaited(deciding.request())) return v1::BREACH_CAUSE_REQUESTER;
  for (const std::string& system : SystemsAwaited(deciding.record())) breached.add_systems(system);
  if (!breached.systems().empty()) return v1::BREACH_CAUSE_DATA_SYSTEM;
  const bool is_held_up = deciding.state().data_use() == v1::DATA_USE_ERASES &&
                          !Conflicts(deciding.circumstances()).empty();
  return is_held_up ? v1::BREACH_CAUSE_OTHER_REQUEST : v1::BREACH_CAUSE_STAFF;
}

}  // namespace

void TellBreachCause(const Deciding& deciding, storage::v1::RequestBreached& breached) {
  const v1::Request& request = deciding.request();
  const bool is_linked = !request.duplicate_of().empty();
  const bool was_due_already =
      FromTimestamp(request.due_time()) <= FromTimestamp(request.create_time());
  // One that is linked has the due time of the other.
  if (was_due_already && !is_linked) {
    breached.set_cause(v1::BREACH_CAUSE_FILED_LATE);
  } else if (was_due_already || request.phase() == v1::PHASE_VERIFICATION) {
    breached.set_cause(is_linked ? v1::BREACH_CAUSE_OTHER_REQUEST : v1::BREACH_CAUSE_VERIFICATION);
  } else if (request.phase() == v1::PHASE_APPROVAL) {
    breached.set_cause(v1::BREACH_CAUSE_APPROVAL);
  } else {
    breached.set_cause(CauseInWork(deciding, breached));
  }
}

}  // namespace dsr
