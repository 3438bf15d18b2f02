#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "dsr/base/errors.h"
#include "dsr/workflow/engine.h"
#include "workflow/deciding.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/transitions.h"

namespace dsr {
namespace {

// What the command brought may let the request go on, or take it back; twice, because what lets it
// go back to its verification may be proved already.
void TakeUp(Deciding& deciding, const Command& command) {
  if (!ChangesFacts(command, deciding.rulebook().workflow)) return;
  for (int time = 0; time < 2; ++time) {
    ReviewProof(deciding);
    Settle(deciding);
    if (deciding.request().phase() != v1::PHASE_VERIFICATION) break;
  }
  if (SupersedeFields(deciding)) Settle(deciding);
}

// The notice that the command is about, as bytes; empty when it is about none.
std::string NoticeOf(const Command& command) {
  return std::visit(
      [](const auto& given) -> std::string {
        if constexpr (requires { requires std::is_same_v<decltype(given.id), NoticeId>; }) {
          return std::string(given.id.bytes());
        } else {
          return "";
        }
      },
      command);
}

// Adds the rejection to the history and to nothing else.
Decision Reject(Deciding deciding, const Command& command, absl::Status status) {
  // A request that was never filed has no history to which a rejection could be added.
  if (deciding.state().version() > 0) {
    storage::v1::Event event;
    event.mutable_action_rejected()->set_action(std::string(CommandName(command)));
    event.mutable_action_rejected()->set_reason(ReasonOf(status));
    event.mutable_action_rejected()->set_notice_id(NoticeOf(command));
    deciding.Emit(std::move(event));
    TakeUp(deciding, command);
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
  TakeUp(deciding, command);
  return std::move(deciding).Accept();
}

}  // namespace dsr
