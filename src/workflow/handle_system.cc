#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "workflow/children.h"
#include "workflow/deadline_moves.h"
#include "workflow/documents.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/notice_chase.h"
#include "workflow/proof.h"
#include "workflow/transitions.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

const storage::v1::PendingTimer* FindTimer(const storage::v1::RequestState& state,
                                           const FireTimer& command) {
  const auto& timers = state.timers();
  const auto found =
      std::find_if(timers.begin(), timers.end(), [&](const storage::v1::PendingTimer& timer) {
        return timer.name() == command.name && FromTimestamp(timer.due_time()) == command.due;
      });
  return found == timers.end() ? nullptr : &*found;
}

}  // namespace

absl::Status Handle(Deciding& deciding, const FireTimer& command) {
  const storage::v1::PendingTimer* timer = FindTimer(deciding.state(), command);
  if (timer == nullptr || deciding.now() < command.due) return absl::OkStatus();
  if (timer->state_scoped()) {
    // The hour may be that of a birthday, too: what it proves comes before what it ends.
    ReviewProof(deciding);
    timer = FindTimer(deciding.state(), command);
    if (timer == nullptr) return absl::OkStatus();
  }
  if (CatchUpWithPause(deciding)) {
    // What stood still meanwhile is not due yet: its timers began anew.
    timer = FindTimer(deciding.state(), command);
    if (timer == nullptr) return absl::OkStatus();
  }
  const std::string notice_id = timer->notice_id();
  Event ended;
  ended.mutable_timer_ended()->set_name(command.name);
  ended.mutable_timer_ended()->set_fired(true);
  deciding.Emit(std::move(ended));
  if (PurgeDocument(deciding, command.name)) return absl::OkStatus();
  if (notice_id.empty()) {
    TakeTransition(deciding, v1::TRIGGER_TIMER, command.name);
    return absl::OkStatus();
  }
  const v1::Notice* notice = FindNotice(deciding.mutable_record(), notice_id);
  if (notice == nullptr) return absl::OkStatus();
  if (absl::StartsWith(command.name, kObjectionTimer)) {
    // By value: a new notice moves the others.
    RemindObjector(deciding, v1::Notice(*notice));
    return absl::OkStatus();
  }
  // By value: the events change it.
  if (!HasEnded(*notice)) FireNoticeTimer(deciding, v1::Notice(*notice), notice_id, command.due);
  return absl::OkStatus();
}

// Besides this nothing but what every command ends with: proof is reviewed, and transitions on
// facts are tried.
absl::Status Handle(Deciding& deciding, const Reconsider&) {
  // A hold may have come or gone.
  if (deciding.request().phase() != v1::PHASE_CLOSED) InstructErasure(deciding);
  if (deciding.request().phase() != v1::PHASE_CLOSED && !deciding.state().retained().empty())
    KeepRetentionTimer(deciding);
  MoveNotices(deciding);
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const ApproveFileAccess& command) {
  if (!IsMinor(deciding.circumstances())) {
    return ActionNotAllowed(deciding.request(), "ApproveFileAccess",
                            "the subject is not known as a minor, so none is needed");
  }
  if (command.principal == deciding.context().actor.name)
    return SecondPersonNeeded("ApproveFileAccess");
  Event event;
  storage::v1::FileAccessApproved& approved = *event.mutable_file_access_approved();
  approved.set_principal(command.principal);
  *approved.mutable_expire_time() = ToTimestamp(deciding.now() + command.length);
  deciding.EmitContent(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const OpenFile&) {
  if (!IsMinor(deciding.circumstances())) return absl::OkStatus();
  const auto& approved = deciding.request().file_access();
  const bool may_open =
      std::any_of(approved.begin(), approved.end(), [&](const v1::FileAccess& access) {
        return access.principal() == deciding.context().actor.name &&
               deciding.now() < FromTimestamp(access.expire_time());
      });
  if (!may_open) {
    return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED,
                     "a minor's case file opens only with an approval; a privacy officer gives it "
                     "with ApproveFileAccess",
                     {});
  }
  Event event;
  event.mutable_file_opened();
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

}  // namespace dsr
