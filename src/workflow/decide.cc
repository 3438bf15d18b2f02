#include <algorithm>
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/workflow/engine.h"
#include "workflow/deciding.h"
#include "workflow/handlers.h"
#include "workflow/transitions.h"

namespace dsr {
namespace {

// A message's delivery changes no fact that a guard asks for, and its record is loaded without
// tasks and notices; but where the company acts on its own motion, it is how the subject is told.
bool ChangesFacts(const Command& command, const Rulebook& rulebook) {
  return !std::holds_alternative<RecordMessageDelivery>(command) ||
         rulebook.workflow.initiation() == v1::INITIATION_COMPANY;
}

// Adds the rejection to the history and to nothing else.
Decision Reject(Deciding deciding, const Command& command, absl::Status status) {
  // A request that was never filed has no history to which a rejection could be added.
  if (deciding.state().version() > 0) {
    storage::v1::Event event;
    event.mutable_action_rejected()->set_action(std::string(CommandName(command)));
    event.mutable_action_rejected()->set_reason(ReasonOf(status));
    deciding.Emit(std::move(event));
    if (ChangesFacts(command, deciding.rulebook())) {
      ReviewProof(deciding);
      Settle(deciding);
    }
  }
  return std::move(deciding).Reject(std::move(status));
}

}  // namespace

bool Actor::HasRole(absl::string_view role) const {
  return std::any_of(roles.begin(), roles.end(),
                     [&](const std::string& mine) { return role == mine; });
}

Decision Decide(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                const Command& command, const DecisionContext& context) {
  Deciding deciding(rulebook, record, context);
  absl::Status status =
      std::visit([&](const auto& known) { return Handle(deciding, known); }, command);
  if (!status.ok()) {
    // What a rejected command had begun did not happen.
    return Reject(deciding.keeps_events_when_rejected() ? std::move(deciding)
                                                        : Deciding(rulebook, record, context),
                  command, std::move(status));
  }
  if (ChangesFacts(command, deciding.rulebook())) {
    ReviewProof(deciding);
    Settle(deciding);
  }
  return std::move(deciding).Accept();
}

}  // namespace dsr
