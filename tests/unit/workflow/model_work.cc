#include "absl/strings/str_cat.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/names.h"
#include "testing/request_driver.h"
#include "testing/shop_facts.h"
#include "unit/workflow/model_moves.h"

namespace dsr {
namespace {

v1::TaskResult WithRetained(const v1::Task& task) {
  v1::TaskResult result = RequestDriver::UsualResult(task);
  for (v1::CategoryResult& category : *result.mutable_categories()) {
    for (const v1::PlanItem& item : task.instructions()) {
      if (item.category() != category.category() || item.action() == v1::RETENTION_ACTION_ERASE)
        continue;
      v1::RetainedGroup& group = *category.add_retained();
      group.set_records(1);
      group.mutable_anchor_day()->set_year(2025);
      group.mutable_anchor_day()->set_month(1);
      group.mutable_anchor_day()->set_day(15);
    }
  }
  return result;
}

// What a code sent there is worth, and whether it goes anywhere.
void AddContacts(const v1::Task& task, MoveList& moves) {
  const TaskId id = IdIn<TaskId>(task.name());
  v1::TaskResult stale = RequestDriver::UsualResult(task);
  stale.set_contact_stale(true);
  moves.Add("contact is stale", CompleteTask{.id = id, .result = stale}, Worker());
  moves.Add("account is unknown", CompleteTask{.id = id}, Worker());
}

void AddTask(const v1::Task& task, Aspect aspect, MoveList& moves) {
  const TaskId id = IdIn<TaskId>(task.name());
  if (task.state() == v1::Task::STATE_FAILED) moves.Add("retry", RetryTask{.id = id}, Caseworker());
  if (task.state() != v1::Task::STATE_OPEN) return;
  const std::string kind = v1::TaskKind_Name(task.kind());
  if (task.kind() == v1::TASK_KIND_BUILD_PACKAGE || task.kind() == v1::TASK_KIND_BUILD_ANSWER) {
    CompletePackage package{.id = id};
    package.built.set_sha256(std::string(32, 's'));
    moves.Add("package", package, Actor{.name = "system:packager"});
    return;
  }
  const bool erases = task.kind() == v1::TASK_KIND_ERASE && !task.retained_only();
  moves.Add("done " + kind,
            CompleteTask{.id = id,
                         .result = erases ? WithRetained(task) : RequestDriver::UsualResult(task)},
            Worker());
  if (task.kind() == v1::TASK_KIND_RESOLVE_CONTACT && aspect == Aspect::kLevels)
    AddContacts(task, moves);
  if (task.kind() == v1::TASK_KIND_CHECK_BLOCKERS || task.kind() == v1::TASK_KIND_CLOSE_ACCOUNT) {
    v1::TaskResult result;
    result.add_blockers()->set_id("order-1");
    moves.Add("blocked " + kind, CompleteTask{.id = id, .result = result}, Worker());
  }
  if (task.kind() == v1::TASK_KIND_FETCH_DECISION)
    moves.Add("no decision", CompleteTask{.id = id}, Worker());
  if (aspect == Aspect::kWork)
    moves.Add("failed " + kind, FailTask{.id = id, .code = "x", .for_good = true}, Worker());
}

}  // namespace

void AddWork(const Situation& at, Aspect aspect, MoveList& moves) {
  for (const v1::Task& task : at.record.tasks()) AddTask(task, aspect, moves);
  for (const v1::Notice& notice : at.record.notices()) {
    const NoticeId id = IdIn<NoticeId>(notice.name());
    if (notice.state() == v1::Notice::STATE_PENDING)
      moves.Add("acknowledge", AcknowledgeNotice{.id = id}, Visitor());
    if (aspect == Aspect::kLapses && notice.state() == v1::Notice::STATE_PENDING) {
      moves.Add(
          "undeliverable",
          RecordNoticeDelivery{.id = id, .lane = OutboxLane(notice), .attempts = 9, .code = "x"},
          Dispatcher());
    }
    if (notice.state() == v1::Notice::STATE_FAILED)
      moves.Add("retry notice", RetryNotice{.id = id}, Caseworker());
    if (AwaitsDecision(notice)) {
      moves.Add("accept objection", DecideObjection{.id = id, .accepted = true}, PrivacyOfficer());
      moves.Add("reject objection", DecideObjection{.id = id}, PrivacyOfficer());
    }
    if (notice.state() == v1::Notice::STATE_ACKNOWLEDGED)
      moves.Add("complete", CompleteNotice{.id = id, .records = 1}, Visitor());
    // Once, so that there is an end of it, and where nothing else keeps the request open.
    const storage::v1::RequestState& state = at.record.state();
    const bool is_last = state.request().phase() == v1::PHASE_FOLLOW_UP && state.retained().empty();
    if (aspect == Aspect::kWork && is_last && notice.state() == v1::Notice::STATE_PENDING &&
        notice.scope_version() == 1) {
      ObjectToNotice object{.id = id};
      object.objection.set_ground("retention");
      object.objection.set_law("a law");
      *object.objection.mutable_until() = ToDate(DayOf(at.now, absl::UTCTimeZone()) + 30);
      moves.Add("object", object, Visitor());
    }
  }
  for (const v1::Message& message : at.record.messages()) {
    if (message.state() != v1::Message::STATE_PENDING) continue;
    moves.Add("told",
              RecordMessageDelivery{.id = IdIn<MessageId>(message.name()),
                                    .text_sha256 = std::string(32, 'h')},
              Dispatcher());
  }
}

}  // namespace dsr
