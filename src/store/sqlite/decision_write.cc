// SqliteTransaction::WriteDecision: everything that one decision changes, in one pass.

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/message_table.h"
#include "store/sqlite/notice_table.h"
#include "store/sqlite/outbox_table.h"
#include "store/sqlite/request_table.h"
#include "store/sqlite/sqlite_transaction.h"
#include "store/sqlite/task_table.h"
#include "store/sqlite/timer_table.h"

namespace dsr::sqlite {
namespace {

absl::Status BrokenWrite(const RequestId& id, absl::string_view what) {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   absl::StrCat("the decision on request ", id.ToString(), " ", what));
}

// The version of the request before the events.
int64_t VersionBefore(const DecisionWrite& write) {
  return write.events.empty() ? write.record->state().version() : write.events.front().sequence - 1;
}

// A hole in the sequence, or a state that is not of the last event, could never be told from a lost
// event.
absl::Status CheckSequence(const DecisionWrite& write) {
  int64_t version = VersionBefore(write);
  if (write.is_new && (version != 0 || write.events.empty())) {
    return BrokenWrite(write.id, "creates it without its first event");
  }
  for (const StoredEvent& event : write.events) {
    if (event.sequence != ++version) return BrokenWrite(write.id, "has a hole in its events");
  }
  if (write.record->state().version() != version) {
    return BrokenWrite(write.id, "has a state that is not of its last event");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SqliteTransaction::WriteDecision(const DecisionWrite& write) {
  DSR_RETURN_IF_ERROR(CheckSequence(write));
  // Writes nothing when it fails, so that its error is one to go on from.
  if (write.is_new) {
    DSR_RETURN_IF_ERROR(InsertRequest(connection_, write.id, write.record->state()));
  } else {
    DSR_RETURN_IF_ERROR(
        UpdateRequest(connection_, write.id, VersionBefore(write), write.record->state()));
  }
  return Remember(WriteProjections(write));
}

absl::Status SqliteTransaction::WriteProjections(const DecisionWrite& write) {
  DSR_RETURN_IF_ERROR(WriteEvents(write));
  DSR_RETURN_IF_ERROR(
      ReplaceTimers(connection_, write.id, write.timers_before, write.record->state().timers()));
  for (const v1::Task& task : write.record->tasks()) {
    DSR_RETURN_IF_ERROR(PutTask(connection_, write.id, task, write.now));
  }
  DSR_RETURN_IF_ERROR(WriteNotices(write));
  return WriteMessages(write);
}

absl::Status SqliteTransaction::WriteEvents(const DecisionWrite& write) {
  for (const StoredEvent& event : write.events) {
    DSR_RETURN_IF_ERROR(log_.AppendEvent(connection_, write.id, event));
  }
  return absl::OkStatus();
}

absl::Status SqliteTransaction::WriteNotices(const DecisionWrite& write) {
  for (const v1::Notice& notice : write.record->notices()) {
    DSR_ASSIGN_OR_RETURN(const NoticeId id, IdOfName<NoticeId>(notice.name()));
    DSR_RETURN_IF_ERROR(PutNotice(connection_, write.id, id, notice));
    if (AwaitsDelivery(notice)) {
      const absl::Time due =
          notice.has_next_attempt_time() ? FromTimestamp(notice.next_attempt_time()) : write.now;
      DSR_RETURN_IF_ERROR(PutOutbox(connection_, OutboxKind::kNotice, id.value(), write.id,
                                    OutboxLane(notice), due, write.delivered_anew.contains(id)));
    } else {
      DSR_RETURN_IF_ERROR(DeleteOutbox(connection_, OutboxKind::kNotice, id.value()));
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteTransaction::WriteMessages(const DecisionWrite& write) {
  for (const v1::Message& message : write.record->messages()) {
    DSR_ASSIGN_OR_RETURN(const MessageId id, IdOfName<MessageId>(message.name()));
    DSR_RETURN_IF_ERROR(PutMessage(connection_, write.id, id, message));
    if (message.state() == v1::Message::STATE_PENDING) {
      DSR_RETURN_IF_ERROR(
          PutOutbox(connection_, OutboxKind::kMessage, id.value(), write.id, "", write.now));
    } else {
      DSR_RETURN_IF_ERROR(DeleteOutbox(connection_, OutboxKind::kMessage, id.value()));
    }
  }
  return absl::OkStatus();
}

}  // namespace dsr::sqlite
