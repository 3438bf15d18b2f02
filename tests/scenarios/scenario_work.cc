// What a scenario's data systems and recipients do.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "scenarios/scenario_runner.h"

namespace dsr {
namespace {

v1::TaskResult ResultFor(const v1::Task& task, const v1::TaskResult& like) {
  v1::TaskResult result = like;
  const auto templates = result.categories();
  result.clear_categories();
  for (const std::string& category : task.categories()) {
    v1::CategoryResult one;
    one.set_records(3);
    for (const v1::CategoryResult& given : templates) {
      if (given.category().empty() || given.category() == category) one = given;
    }
    one.set_category(category);
    *result.add_categories() = one;
  }
  return result;
}

std::string ShortKind(v1::TaskKind kind) {
  return std::string(absl::StripPrefix(v1::TaskKind_Name(kind), "TASK_KIND_"));
}

}  // namespace

absl::Status ScenarioRunner::Work(const testing::v1::Work& work) {
  const storage::v1::RequestRecord record = Record();
  int done = 0;
  for (const v1::Task& task : record.tasks()) {
    if (task.kind() != work.kind() || task.state() != v1::Task::STATE_OPEN) continue;
    if (!work.system().empty() && task.system() != work.system()) continue;
    const TaskId id = ParseTaskName(task.name())->second;
    const std::string token(16, static_cast<char>('a' + done % 26));
    std::vector<std::string> tokens(100, token);
    DSR_RETURN_IF_ERROR(
        TransactAndWait(*world_.store, [&](Transaction& transaction) -> absl::Status {
          const absl::Time now = world_.clock.Now();
          DSR_ASSIGN_OR_RETURN(
              const auto leases,
              transaction.LeaseTasks(task.system(), now, now + absl::Minutes(1), 100, tokens));
          for (const LeasedTask& lease : leases) {
            if (lease.task == id) continue;
            DSR_RETURN_IF_ERROR(transaction.ReleaseTask(lease.task, now));
          }
          return absl::OkStatus();
        }));
    PlannedCommand planned{.request = requests_[on_], .lease_token = token};
    CallContext context;
    context.principal = {.name = "worker", .roles = {"data_system"}, .data_system = task.system()};
    if (task.system() == std::string(kOwnSystem)) {
      dsr::CompletePackage package{.id = id};
      package.built.set_sha256(std::string(32, 's'));
      package.built.set_size_bytes(1);
      planned.command = package;
      context.principal = PackagerPrincipal();
    } else if (work.fails()) {
      planned.command = FailTask{.id = id, .code = "unreachable", .for_good = true};
    } else {
      v1::TaskResult result = ResultFor(task, work.result());
      // What is personal has no box here, so it is left out.
      if (result.has_decision()) result.mutable_decision()->clear_record();
      for (v1::ReportedBlocker& blocker : *result.mutable_blockers()) blocker.clear_description();
      planned.command = CompleteTask{.id = id, .result = std::move(result)};
    }
    DSR_RETURN_IF_ERROR(
        world_.executor->ExecuteAndWait(std::move(planned), std::move(context)).status());
    ++done;
  }
  return done > 0 ? absl::OkStatus()
                  : absl::InternalError("no open task " + ShortKind(work.kind()));
}

namespace {

// What a person records for the recipient.
Command Recorded(const v1::NoticeAnswer& answer, const NoticeId& id) {
  const std::string evidence = "letter of 3 March 2026";
  if (answer.has_completed()) {
    return CompleteNotice{.id = id, .records = answer.completed().records(), .evidence = evidence};
  }
  if (answer.has_objected()) {
    return ObjectToNotice{
        .id = id, .objection = answer.objected().objection(), .evidence = evidence};
  }
  return AcknowledgeNotice{.id = id, .evidence = evidence};
}

}  // namespace

absl::Status ScenarioRunner::Retry(v1::TaskKind kind) {
  const storage::v1::RequestRecord record = Record();
  int retried = 0;
  for (const v1::Task& task : record.tasks()) {
    if (task.kind() != kind || task.state() != v1::Task::STATE_FAILED) continue;
    DSR_RETURN_IF_ERROR(Execute(RetryTask{.id = ParseTaskName(task.name())->second}));
    ++retried;
  }
  return retried > 0 ? absl::OkStatus() : absl::InternalError("no task failed " + ShortKind(kind));
}

// The recipient's notice made last.
absl::StatusOr<v1::Notice> ScenarioRunner::LatestNotice(const std::string& recipient) {
  const storage::v1::RequestRecord record = Record();
  // No time passes between steps, so ids do not tell which came later.
  const v1::Notice* latest = nullptr;
  for (const v1::Notice& notice : record.notices()) {
    if (notice.recipient() != recipient) continue;
    if (latest == nullptr || notice.scope_version() > latest->scope_version()) latest = &notice;
  }
  if (latest == nullptr) return absl::InternalError("no notice to " + recipient);
  return *latest;
}

absl::Status ScenarioRunner::Act(const testing::v1::Party& party) {
  DSR_ASSIGN_OR_RETURN(const v1::Notice notice, LatestNotice(party.recipient()));
  const NoticeId id = ParseNoticeName(notice.name())->second;
  const std::string& action = party.action();
  if (action == "deliver" || action == "fail") {
    RecordNoticeDelivery delivery{.id = id, .lane = OutboxLane(notice), .attempts = 10};
    delivery.delivered = action == "deliver";
    if (action == "fail") delivery.code = "timeout";
    delivery.is_hopeless = party.hopeless();
    if (party.has_answer()) delivery.answer = party.answer();
    return Execute(delivery, DispatcherPrincipal());
  }
  if (action == "accept" || action == "reject") {
    return Execute(DecideObjection{id, action == "accept", "as the register says"});
  }
  if (action == "record") return Execute(Recorded(party.answer(), id));
  if (action == "give-up") {
    RecordNoticeImpossible impossible{id};
    impossible.impossibility.set_reason("dissolved");
    impossible.impossibility.set_proof("register of companies, entry 7");
    return Execute(impossible);
  }
  if (action == "retry") return Execute(RetryNotice{id});
  if (action == "resend") return Execute(ResendNotice{id, party.by_fallback()});

  const Principal principal{
      .name = "party", .roles = {"recipient"}, .recipient = party.recipient()};
  if (action == "acknowledge") return Execute(AcknowledgeNotice{id}, principal);
  if (action == "object") return Execute(ObjectToNotice{id, party.objection()}, principal);
  if (notice.state() != v1::Notice::STATE_ACKNOWLEDGED && !party.at_once())
    DSR_RETURN_IF_ERROR(Execute(AcknowledgeNotice{id}, principal));
  return Execute(CompleteNotice{id, 3, {party.onward_told().begin(), party.onward_told().end()}},
                 principal);
}

}  // namespace dsr
