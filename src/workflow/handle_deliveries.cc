// What became of deliveries, and how they go on.
#include <string>
#include <utility>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/notice_answer.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/notice_chase.h"
#include "workflow/notice_scope.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

// RELIABILITY.md, section 2: after the schedule an attempt a day is owed until the notice is due.
constexpr absl::Duration kDaily = absl::Hours(24);

// Only the subject itself, once verified, is known by two addresses.
bool HasTwoChannels(const storage::v1::RequestState& state) {
  const v1::Request& request = state.request();
  return request.requester().relation() == v1::RELATION_SUBJECT && request.has_contact() &&
         request.requester().has_reply_to() &&
         request.verified_level() != v1::ASSURANCE_LEVEL_UNSPECIFIED;
}

bool HasFallback(const Deciding& deciding, const v1::Notice& notice) {
  const v1::Recipient* recipient = FindRecipient(deciding.facts(), notice.recipient());
  return recipient != nullptr && recipient->has_fallback() && !notice.by_fallback();
}

void EmitFailed(Deciding& deciding, const v1::Notice& notice, const RecordNoticeDelivery& command) {
  const bool to_fallback = HasFallback(deciding, notice);
  // Of a reminder that does not arrive the recipient has what it is reminded of.
  const bool was_delivered =
      notice.state() == v1::Notice::STATE_SENT || notice.state() == v1::Notice::STATE_ACKNOWLEDGED;
  Event event;
  storage::v1::NoticeFailed& failed = *event.mutable_notice_failed();
  failed.set_notice_id(std::string(command.id.bytes()));
  failed.set_attempts(command.attempts);
  failed.set_code(command.code);
  failed.set_to_fallback(to_fallback);
  const absl::Time next = deciding.now() + kDaily;
  if (!to_fallback && !was_delivered && !command.is_hopeless && !notice.overdue() &&
      next < FromTimestamp(notice.due_time())) {
    *failed.mutable_next_attempt_time() = ToTimestamp(next);
  }
  const std::string role = FirstEscalation(deciding.rulebook().policy);
  // Whom nobody can reach is a person's matter at once, not only when it is overdue.
  const bool escalates =
      !to_fallback && !was_delivered && !role.empty() && notice.escalated_to().empty();
  deciding.Emit(std::move(event));
  if (!escalates) return;
  Event escalation;
  escalation.mutable_notice_escalated()->set_notice_id(std::string(command.id.bytes()));
  escalation.mutable_notice_escalated()->set_role(role);
  deciding.Emit(std::move(escalation));
}

// Takes what the recipient answered in its reply to the delivery. What it may not answer is not
// taken, and the rest of the reply stands: it was delivered.
absl::Status TakeAnswer(Deciding& deciding, const NoticeId& id, const v1::NoticeAnswer& answer) {
  if (absl::Status status = ValidateAnswer(answer); !status.ok()) return status;
  if (answer.has_objected()) {
    ObjectToNotice object{.id = id, .objection = answer.objected().objection()};
    if (answer.objected().has_receipt()) object.receipt = answer.objected().receipt();
    return Handle(deciding, object);
  }
  if (absl::Status status = Handle(deciding, AcknowledgeNotice{.id = id}); !status.ok())
    return status;
  if (!answer.has_completed()) return absl::OkStatus();
  const v1::NoticeAnswer::Completed& completed = answer.completed();
  CompleteNotice complete{
      .id = id,
      .records = completed.records(),
      .onward_told = {completed.onward_told().begin(), completed.onward_told().end()}};
  if (completed.has_receipt()) complete.receipt = completed.receipt();
  return Handle(deciding, complete);
}

}  // namespace

absl::Status Handle(Deciding& deciding, const RetryNotice& command) {
  const v1::Notice* notice = FindNotice(deciding.mutable_record(), command.id.bytes());
  if (notice == nullptr) return ChildNotFound("notice");
  if (HasEnded(*notice)) return AlreadyEnded(notice->name());
  if (!Allows(*notice, NoticeStep::kRetry)) {
    return NoticeActionNotAllowed(*notice, "RetryNotice", "it did not fail");
  }
  Event event;
  event.mutable_notice_retried()->set_notice_id(std::string(command.id.bytes()));
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const ResendNotice& command) {
  const v1::Notice* notice = FindNotice(deciding.mutable_record(), command.id.bytes());
  if (notice == nullptr) return ChildNotFound("notice");
  if (HasEnded(*notice)) return AlreadyEnded(notice->name());
  // By another way it can be sent whether it was delivered or not.
  const bool may_send =
      Allows(*notice, NoticeStep::kResend) || (command.by_fallback && AwaitsDelivery(*notice));
  if (!may_send) {
    return NoticeActionNotAllowed(*notice, "ResendNotice",
                                  "it waits for its delivery, or for the decision about an "
                                  "objection");
  }
  if (command.by_fallback && !notice->by_fallback() && !HasFallback(deciding, *notice)) {
    return NoticeActionNotAllowed(
        *notice, "ResendNotice",
        "the recipient has no fallback; register one with UpdateRecipient");
  }
  Event event;
  event.mutable_notice_resent()->set_notice_id(std::string(command.id.bytes()));
  event.mutable_notice_resent()->set_by_fallback(command.by_fallback);
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RecordNoticeDelivery& command) {
  const v1::Notice* notice = FindNotice(deciding.mutable_record(), command.id.bytes());
  // The recipient may have answered before the delivery was recorded, or a person chosen another
  // way; then there is nothing left to say.
  if (notice == nullptr || !Allows(*notice, NoticeStep::kDeliver) ||
      OutboxLane(*notice) != command.lane) {
    return absl::OkStatus();
  }
  if (!command.delivered && !Allows(*notice, NoticeStep::kGiveUp)) return absl::OkStatus();
  if (!command.delivered) {
    // By value: the event changes it.
    EmitFailed(deciding, v1::Notice(*notice), command);
    return absl::OkStatus();
  }
  Event event;
  event.mutable_notice_sent()->set_notice_id(std::string(command.id.bytes()));
  event.mutable_notice_sent()->set_attempts(command.attempts);
  event.mutable_notice_sent()->set_way(command.way);
  deciding.Emit(std::move(event));
  if (!command.answer.has_value()) return absl::OkStatus();
  if (const absl::Status taken = TakeAnswer(deciding, command.id, *command.answer); !taken.ok()) {
    Event refused;
    refused.mutable_action_rejected()->set_action("AnswerInReply");
    refused.mutable_action_rejected()->set_notice_id(std::string(command.id.bytes()));
    refused.mutable_action_rejected()->set_reason(ReasonOf(taken));
    deciding.Emit(std::move(refused));
  }
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RecordMessageDelivery& command) {
  const v1::Message* message = FindMessage(deciding.mutable_record(), command.id.bytes());
  if (message == nullptr || message->state() != v1::Message::STATE_PENDING) return absl::OkStatus();
  Event event;
  if (command.outcome == RecordMessageDelivery::Outcome::kSent) {
    event.mutable_message_sent()->set_message_id(std::string(command.id.bytes()));
    event.mutable_message_sent()->set_text_sha256(command.text_sha256);
    event.mutable_message_sent()->set_attempts(command.attempts);
    deciding.EmitContent(std::move(event));
  } else {
    event.mutable_message_failed()->set_message_id(std::string(command.id.bytes()));
    event.mutable_message_failed()->set_no_address(command.outcome ==
                                                   RecordMessageDelivery::Outcome::kNoAddress);
    event.mutable_message_failed()->set_attempts(command.attempts);
    const v1::Message failed = *message;
    deciding.Emit(std::move(event));
    // A channel that is down does not keep a person from its answer (LAW.md case 41).
    if (!failed.second_channel() && failed.verification().empty() &&
        HasTwoChannels(deciding.state())) {
      QueueOnSecondChannel(deciding, failed);
    }
  }
  return absl::OkStatus();
}

}  // namespace dsr
