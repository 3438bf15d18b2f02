#include "app/work_queue.h"

#include <algorithm>
#include <set>

#include "absl/algorithm/container.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

constexpr absl::Duration kPressing = absl::Hours(48);
constexpr int kMostNames = 10;

// What leads a request on, most pressing first. Other actions, such as refusing or withdrawing it,
// may be allowed at any time and are nobody's turn.
constexpr absl::string_view kLeadingActions[] = {
    "ApproveRefusal", "ApproveDeletion",  "DecideVerification", "DecideConflict",
    "AssessRequest",  "DecideField",      "ReviewDecision",     "ConfirmPlan",
    "RetryTask",      "RespondToRequest", "DecideObjection",    "RetryNotice",
    "SettleFee",      "ResolveBlocker",
};
// These only record what the requester did.
constexpr absl::string_view kRequestersActions[] = {"SettleFee", "ResolveBlocker"};

constexpr char kChildrensRole[] = "children_privacy";

// Somebody who could do everything but for what minors' requests need, and took part in nothing.
// No principal has its name.
Actor Anybody() {
  return Actor{.name = "anybody:",
               .roles = {"intake", "verifier", "caseworker", "reviewer", "privacy_officer",
                         "identity_authority", "operator"}};
}

// With every other role, only that of minors' requests can be missing.
bool IsForChildrensRole(const v1::AllowedAction& action) {
  return !action.allowed() && action.reason() == "ROLE_MISSING";
}

bool IsUnanswered(const v1::Request& request) {
  return request.has_due_time() && !request.has_response() && request.phase() < v1::PHASE_FOLLOW_UP;
}

void AddNames(const std::set<std::string>& names, v1::QueueItem& item) {
  for (const std::string& name : names) {
    if (item.waits_for_names_size() < kMostNames) item.add_waits_for_names(name);
  }
}

std::set<std::string> OpenSystems(const storage::v1::RequestRecord& record) {
  std::set<std::string> systems;
  for (const v1::Task& task : record.tasks()) {
    if (task.state() == v1::Task::STATE_OPEN) systems.insert(task.system());
  }
  return systems;
}

std::set<std::string> OpenRecipients(const storage::v1::RequestRecord& record) {
  std::set<std::string> recipients;
  for (const v1::Notice& notice : record.notices()) {
    if (!HasEnded(notice)) recipients.insert(notice.recipient());
  }
  return recipients;
}

// Whom it waits for where no person of the company can lead it on.
void DescribeWaiting(const storage::v1::RequestRecord& record, bool is_proof_missing,
                     v1::QueueItem& item) {
  const v1::Request& request = record.state().request();
  // What was proved may have grown old.
  if (request.phase() == v1::PHASE_VERIFICATION || is_proof_missing) {
    item.set_waits_for(request.duplicate_of().empty() ? v1::WAITS_FOR_REQUESTER
                                                      : v1::WAITS_FOR_OTHER_REQUEST);
  } else if (const auto systems = OpenSystems(record); !systems.empty()) {
    item.set_waits_for(v1::WAITS_FOR_DATA_SYSTEM);
    AddNames(systems, item);
  } else if (const auto recipients = OpenRecipients(record); !recipients.empty()) {
    item.set_waits_for(v1::WAITS_FOR_RECIPIENT);
    AddNames(recipients, item);
  } else {
    item.set_waits_for(request.phase() == v1::PHASE_FOLLOW_UP ? v1::WAITS_FOR_TIME
                                                              : v1::WAITS_FOR_OTHER_REQUEST);
  }
}

}  // namespace

v1::Urgency UrgencyOf(const v1::Request& request, absl::Time now) {
  if (!IsUnanswered(request)) return v1::URGENCY_UNSPECIFIED;
  const absl::Time due = FromTimestamp(request.due_time());
  if (due <= now) return v1::URGENCY_OVERDUE;
  if (request.escalation_level() >= 2 || due - now <= kPressing) return v1::URGENCY_PRESSING;
  const bool is_past_target =
      request.has_target_time() && FromTimestamp(request.target_time()) <= now;
  return request.escalation_level() >= 1 || is_past_target ? v1::URGENCY_SOON : v1::URGENCY_NORMAL;
}

v1::QueueItem DescribeWork(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                           const DecisionContext& context) {
  v1::QueueItem item;
  item.set_urgency(UrgencyOf(record.state().request(), context.now));
  if (record.state().request().phase() == v1::PHASE_CLOSED) return item;
  DecisionContext anybody = context;
  anybody.actor = Anybody();
  const std::vector<v1::AllowedAction> actions = AllowedActions(rulebook, record, anybody);
  for (const absl::string_view leading : kLeadingActions) {
    const auto found = absl::c_find_if(actions, [&](const v1::AllowedAction& action) {
      return action.action() == leading && (action.allowed() || IsForChildrensRole(action));
    });
    if (found == actions.end()) continue;
    item.set_next_action(found->action());
    *item.mutable_next_roles() = found->roles();
    if (!found->allowed()) {
      item.clear_next_roles();
      item.add_next_roles(kChildrensRole);
    }
    item.set_waits_for(absl::c_linear_search(kRequestersActions, leading) ? v1::WAITS_FOR_REQUESTER
                                                                          : v1::WAITS_FOR_STAFF);
    return item;
  }
  DescribeWaiting(record, !MissingProofs(rulebook, record, anybody).empty(), item);
  return item;
}

bool IsWorkOf(const v1::QueueItem& item, absl::string_view role) {
  return item.request().escalation_role() == role ||
         (item.waits_for() == v1::WAITS_FOR_STAFF &&
          absl::c_any_of(item.next_roles(), [&](const std::string& one) { return one == role; }));
}

std::string DeputyOf(const std::vector<AbsenceRecord>& absences, absl::string_view principal,
                     absl::Time now) {
  for (const AbsenceRecord& absence : absences) {
    if (absence.principal == principal && absence.begin <= now && now < absence.end)
      return absence.deputy;
  }
  return "";
}

std::vector<std::string> StandsInFor(const std::vector<AbsenceRecord>& absences,
                                     const std::string& principal, absl::Time now) {
  std::vector<std::string> names = {principal};
  for (const AbsenceRecord& absence : absences) {
    if (absence.deputy == principal && absence.begin <= now && now < absence.end)
      names.push_back(absence.principal);
  }
  return names;
}

}  // namespace dsr
