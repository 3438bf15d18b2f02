#include "app/event_subjects.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::PendingTimer;
using storage::v1::RequestRecord;

// Names of what events are about.
class Names {
 public:
  explicit Names(const RequestId& request) : request_(request) {}

  void AddTask(absl::string_view id) { Add<TaskId>(id, TaskName); }
  void AddNotice(absl::string_view id) { Add<NoticeId>(id, NoticeName); }
  void AddMessage(absl::string_view id) { Add<MessageId>(id, MessageName); }
  bool Has(const std::string& name) const { return names_.contains(name); }

 private:
  template <class ChildId>
  void Add(absl::string_view bytes, std::string (*name_of)(const RequestId&, const ChildId&)) {
    const absl::StatusOr<ChildId> id = ChildId::FromBytes(bytes);
    if (id.ok()) names_.insert(name_of(request_, *id));
  }

  const RequestId request_;
  absl::flat_hash_set<std::string> names_;
};

void AddSubjects(const Event& event, Names& names) {
  switch (event.payload_case()) {
    case Event::kTasksCreated:
      for (const auto& task : event.tasks_created().tasks()) names.AddTask(task.task_id());
      return;
    case Event::kTaskCompleted:
      return names.AddTask(event.task_completed().task_id());
    case Event::kTaskFailed:
      return names.AddTask(event.task_failed().task_id());
    case Event::kTaskCancelled:
      return names.AddTask(event.task_cancelled().task_id());
    case Event::kTaskRetried:
      return names.AddTask(event.task_retried().task_id());
    case Event::kTaskInstructed:
      return names.AddTask(event.task_instructed().task_id());
    case Event::kNoticesCreated:
      for (const auto& notice : event.notices_created().notices()) {
        names.AddNotice(notice.notice_id());
      }
      return;
    case Event::kNoticeSent:
      return names.AddNotice(event.notice_sent().notice_id());
    case Event::kNoticeAcknowledged:
      return names.AddNotice(event.notice_acknowledged().notice_id());
    case Event::kNoticeCompleted:
      return names.AddNotice(event.notice_completed().notice_id());
    case Event::kNoticeObjected:
      return names.AddNotice(event.notice_objected().notice_id());
    case Event::kNoticeFailed:
      return names.AddNotice(event.notice_failed().notice_id());
    case Event::kNoticeOverdue:
      return names.AddNotice(event.notice_overdue().notice_id());
    case Event::kNoticeRetried:
      return names.AddNotice(event.notice_retried().notice_id());
    case Event::kNoticeResent:
      return names.AddNotice(event.notice_resent().notice_id());
    case Event::kNoticeReminded:
      return names.AddNotice(event.notice_reminded().notice_id());
    case Event::kNoticeEscalated:
      return names.AddNotice(event.notice_escalated().notice_id());
    case Event::kNoticeObjectionDecided:
      return names.AddNotice(event.notice_objection_decided().notice_id());
    case Event::kNoticeSuperseded:
      return names.AddNotice(event.notice_superseded().notice_id());
    case Event::kNoticeImpossible:
      return names.AddNotice(event.notice_impossible().notice_id());
    case Event::kNoticeCancelled:
      return names.AddNotice(event.notice_cancelled().notice_id());
    case Event::kNoticeMoved:
      return names.AddNotice(event.notice_moved().notice_id());
    case Event::kMessageQueued:
      return names.AddMessage(event.message_queued().message_id());
    case Event::kMessageSent:
      return names.AddMessage(event.message_sent().message_id());
    case Event::kMessageFailed:
      return names.AddMessage(event.message_failed().message_id());
    case Event::kRequestAnswered:
      return names.AddMessage(event.request_answered().message_id());
    // The rest is about the request itself.
    case Event::kRequestFiled:
    case Event::kRequestLinked:
    case Event::kRetainedLeft:
    case Event::kRequestMigrated:
    case Event::kDeadlineMoved:
    case Event::kClockPaused:
    case Event::kStateChanged:
    case Event::kTimerSet:
    case Event::kTimerEnded:
    case Event::kVerificationStarted:
    case Event::kCodeRejected:
    case Event::kVerificationPassed:
    case Event::kVerificationFailed:
    case Event::kRequestAssessed:
    case Event::kFieldDecided:
    case Event::kPlanComputed:
    case Event::kPlanConfirmed:
    case Event::kRefusalProposed:
    case Event::kRefusalDecided:
    case Event::kRequestWithdrawn:
    case Event::kRequestBreached:
    case Event::kRequestEscalated:
    case Event::kDecisionReviewed:
    case Event::kBlockersCleared:
    case Event::kPackageBuilt:
    case Event::kGrantIssued:
    case Event::kDownloadBegun:
    case Event::kDownloadFinished:
    case Event::kRequestAssigned:
    case Event::kEvidenceRecorded:
    case Event::kEvidencePurged:
    case Event::kVerificationRevoked:
    case Event::kIncidentRaised:
    case Event::kFileAccessApproved:
    case Event::kFileOpened:
    case Event::kDeletionApproved:
    case Event::kAnnouncementRecorded:
    case Event::kRestrictionLifted:
    case Event::kConsentChanged:
    case Event::kDisclosureRecorded:
    case Event::kFeeQuoted:
    case Event::kFeeSettled:
    case Event::kConflictDecided:
    case Event::kActionRejected:
    case Event::PAYLOAD_NOT_SET:
      return;
  }
}

}  // namespace

RequestRecord TouchedPart(const RequestId& request, const RequestRecord& record,
                          const std::vector<Event>& events) {
  Names names(request);
  for (const Event& event : events) AddSubjects(event, names);
  RequestRecord touched;
  *touched.mutable_state() = record.state();
  for (const v1::Task& task : record.tasks()) {
    if (names.Has(task.name())) *touched.add_tasks() = task;
  }
  for (const v1::Notice& notice : record.notices()) {
    if (names.Has(notice.name())) *touched.add_notices() = notice;
  }
  for (const v1::Message& message : record.messages()) {
    if (names.Has(message.name())) *touched.add_messages() = message;
  }
  return touched;
}

void AddHints(const RequestRecord& touched, const std::vector<PendingTimer>& timers_before,
              CommitHints& hints) {
  for (const v1::Task& task : touched.tasks()) {
    if (task.state() == v1::Task::STATE_OPEN) hints.systems.insert(task.system());
  }
  for (const v1::Notice& notice : touched.notices()) {
    if (AwaitsDelivery(notice)) hints.recipients.insert(notice.recipient());
  }
  for (const v1::Message& message : touched.messages()) {
    if (message.state() == v1::Message::STATE_PENDING) hints.messages = true;
  }
  for (const PendingTimer& timer : touched.state().timers()) {
    const absl::Time due = FromTimestamp(timer.due_time());
    const bool known =
        std::any_of(timers_before.begin(), timers_before.end(), [&](const PendingTimer& before) {
          return before.name() == timer.name() && FromTimestamp(before.due_time()) == due;
        });
    if (!known) hints.earliest_timer = std::min(hints.earliest_timer, due);
  }
}

}  // namespace dsr
