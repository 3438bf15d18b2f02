#include <algorithm>
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/workflow/engine.h"
#include "workflow/deciding.h"
#include "workflow/handlers.h"
#include "workflow/transitions.h"

namespace dsr {
namespace {

// A message's delivery changes no fact that a guard asks for, and its record is loaded without tasks and notices.
bool ChangesFacts(const Command& command) { return !std::holds_alternative<RecordMessageDelivery>(command); }

}  // namespace

bool Actor::HasRole(absl::string_view role) const {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& mine) { return role == mine; });
}

Decision Decide(const Rulebook& rulebook, const storage::v1::RequestRecord& record, const Command& command,
                const DecisionContext& context) {
  Deciding deciding(rulebook, record, context);
  absl::Status status = std::visit([&](const auto& known) { return Handle(deciding, known); }, command);
  if (!status.ok()) {
    // A request that was never filed has no history to which a rejection could be added.
    if (deciding.state().version() > 0) {
      storage::v1::Event event;
      event.mutable_action_rejected()->set_action(std::string(CommandName(command)));
      const auto info = ErrorInfoOf(status);
      v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
      if (info) v1::ErrorReason_Parse("ERROR_REASON_" + info->reason(), &reason);
      event.mutable_action_rejected()->set_reason(reason);
      deciding.Emit(std::move(event));
      Settle(deciding);
    }
    return std::move(deciding).Reject(std::move(status));
  }
  if (ChangesFacts(command)) Settle(deciding);
  return std::move(deciding).Accept();
}

}  // namespace dsr
