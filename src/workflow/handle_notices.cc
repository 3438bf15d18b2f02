#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

v1::Notice* Find(Deciding& deciding, const NoticeId& id) {
  return FindNotice(deciding.mutable_record(), id.bytes());
}

// Only the subject itself, once verified, is known by two addresses.
bool HasTwoChannels(const storage::v1::RequestState& state) {
  const v1::Request& request = state.request();
  return request.requester().relation() == v1::RELATION_SUBJECT && request.has_contact() &&
         request.requester().has_reply_to() &&
         request.verified_level() != v1::ASSURANCE_LEVEL_UNSPECIFIED;
}

// Names those that `notice` asks to tell and `told` leaves out, or the other way round.
absl::Status CheckOnward(const v1::Notice& notice, const std::vector<std::string>& told) {
  const auto& asked = notice.onward_recipients();
  for (const std::string& recipient : asked) {
    if (std::find(told.begin(), told.end(), recipient) != told.end()) continue;
    return MakeFieldError(
        v1::ERROR_REASON_FIELD_MISSING, "onward_told",
        absl::StrCat("must name ", recipient,
                     ", to which the data was passed on; tell it first, or object"));
  }
  for (const std::string& recipient : told) {
    if (std::find(asked.begin(), asked.end(), recipient) != asked.end()) continue;
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "onward_told",
                          "names only `onward_recipients` of the notice");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Handle(Deciding& deciding, const AcknowledgeNotice& command) {
  const v1::Notice* notice = Find(deciding, command.id);
  if (notice == nullptr) return ChildNotFound("notice");
  if (HasEnded(*notice)) return AlreadyEnded(notice->name());
  if (notice->state() == v1::Notice::STATE_ACKNOWLEDGED) return absl::OkStatus();
  Event event;
  event.mutable_notice_acknowledged()->set_notice_id(std::string(command.id.bytes()));
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const CompleteNotice& command) {
  const v1::Notice* notice = Find(deciding, command.id);
  if (notice == nullptr) return ChildNotFound("notice");
  if (HasEnded(*notice)) return AlreadyEnded(notice->name());
  if (command.records < 0) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "records", "must not be negative");
  }
  if (notice->state() != v1::Notice::STATE_ACKNOWLEDGED) {
    return ActionNotAllowed(deciding.request(), "CompleteNotice", "acknowledge the notice first");
  }
  if (absl::Status status = CheckOnward(*notice, command.onward_told); !status.ok()) return status;
  Event event;
  event.mutable_notice_completed()->set_notice_id(std::string(command.id.bytes()));
  event.mutable_notice_completed()->set_records(command.records);
  *event.mutable_notice_completed()->mutable_onward_told() = notice->onward_recipients();
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const ObjectToNotice& command) {
  const v1::Notice* notice = Find(deciding, command.id);
  if (notice == nullptr) return ChildNotFound("notice");
  if (HasEnded(*notice)) return AlreadyEnded(notice->name());
  const absl::TimeZone zone = deciding.rulebook().zone;
  const bool ends = command.objection.has_until();
  if (ends && ToCivilDay(command.objection.until()) < DayOf(deciding.now(), zone)) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "objection.until",
                          "must not be in the past");
  }
  Event event;
  event.mutable_notice_objected()->set_notice_id(std::string(command.id.bytes()));
  *event.mutable_notice_objected()->mutable_objection() = command.objection;
  deciding.Emit(std::move(event));
  if (!ends) return absl::OkStatus();
  Event reminder;
  storage::v1::TimerSet& timer = *reminder.mutable_timer_set();
  timer.set_name(ObjectionTimer(command.id));
  *timer.mutable_due_time() = ToTimestamp(EndOfDay(ToCivilDay(command.objection.until()), zone));
  timer.set_notice_id(std::string(command.id.bytes()));
  deciding.Emit(std::move(reminder));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RetryNotice& command) {
  const v1::Notice* notice = Find(deciding, command.id);
  if (notice == nullptr) return ChildNotFound("notice");
  if (notice->state() != v1::Notice::STATE_FAILED) {
    return ActionNotAllowed(deciding.request(), "RetryNotice", "the notice did not fail");
  }
  Event event;
  event.mutable_notice_retried()->set_notice_id(std::string(command.id.bytes()));
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RecordNoticeDelivery& command) {
  const v1::Notice* notice = Find(deciding, command.id);
  // The recipient may have answered before the delivery was recorded; then there is nothing left to
  // say.
  if (notice == nullptr || notice->state() != v1::Notice::STATE_PENDING) return absl::OkStatus();
  if (notice->recipient() != command.recipient) return absl::OkStatus();
  Event event;
  if (command.delivered) {
    event.mutable_notice_sent()->set_notice_id(std::string(command.id.bytes()));
    event.mutable_notice_sent()->set_attempts(command.attempts);
  } else {
    event.mutable_notice_failed()->set_notice_id(std::string(command.id.bytes()));
    event.mutable_notice_failed()->set_attempts(command.attempts);
    event.mutable_notice_failed()->set_code(command.code);
  }
  deciding.Emit(std::move(event));
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
