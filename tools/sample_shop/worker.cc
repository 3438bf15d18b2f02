#include "sample_shop/worker.h"

#include <utility>

#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "sample_shop/upload.h"

namespace dsr::sample_shop {
namespace {

constexpr int kMaxTasks = 10;
// A task takes milliseconds here. When an answer is lost, the lease is what delays the next
// attempt.
constexpr absl::Duration kLease = absl::Seconds(10);
constexpr absl::Duration kPollWait = absl::Seconds(1);
constexpr absl::Duration kPausedWait = absl::Milliseconds(200);
constexpr int kMaxAttempts = 5;

std::string CodeOf(const absl::Status& status) { return absl::StatusCodeToString(status.code()); }

}  // namespace

Worker::Worker(const DataSystem& system, std::unique_ptr<Database> shop, RpcCaller caller,
               const Clock& clock, StopSignal& stop)
    : system_(system),
      shop_(std::move(shop)),
      caller_(std::move(caller)),
      tasks_(v1::TaskService::NewStub(caller_.channel())),
      executor_(system_, *shop_, clock),
      stop_(stop) {}

absl::StatusOr<int> Worker::RunOnce(absl::Duration wait) {
  v1::LeaseTasksRequest request;
  request.set_max_tasks(kMaxTasks);
  request.mutable_lease()->set_seconds(absl::ToInt64Seconds(kLease));
  request.mutable_wait()->set_seconds(absl::ToInt64Seconds(wait));
  DSR_ASSIGN_OR_RETURN(
      const v1::LeaseTasksResponse response,
      caller_.Call(*tasks_, &v1::TaskService::Stub::LeaseTasks, request, wait + kCallTimeout));
  for (const v1::Task& task : response.tasks()) {
    // The others' leases end by themselves.
    if (stop_.stopped()) break;
    CarryOut(task);
  }
  return response.tasks_size();
}

void Worker::Run(absl::string_view pause_file) {
  Backoff backoff;
  bool was_reached = true;
  while (!stop_.stopped()) {
    if (!pause_file.empty() && FileExists(pause_file)) {
      stop_.WaitFor(kPausedWait);
      continue;
    }
    const absl::StatusOr<int> leased = RunOnce(kPollWait);
    if (leased.ok()) {
      if (!was_reached) Log(LogLevel::kInfo, "server_reached", {{"system", system_.id}});
      was_reached = true;
      backoff.Reset();
      continue;
    }
    // Once for each time the server goes away, not once for each attempt.
    if (was_reached) {
      Log(LogLevel::kWarning, "lease_failed",
          {{"system", system_.id}, {"code", CodeOf(leased.status())}});
    }
    was_reached = false;
    stop_.WaitFor(backoff.Next());
  }
}

void Worker::CarryOut(const v1::Task& task) {
  const std::string kind = v1::TaskKind_Name(task.kind());
  const absl::StatusOr<v1::TaskResult> result = executor_.Execute(task);
  if (!result.ok()) {
    Log(LogLevel::kWarning, "task_failed",
        {{"task", task.name()}, {"kind", kind}, {"code", CodeOf(result.status())}});
    const bool for_good = absl::IsInvalidArgument(result.status());
    return Fail(task, for_good ? "not-possible" : "database-error", for_good);
  }
  absl::Status status = Upload(task, *result);
  // An erasure overtook the collection: whether the answer can do without is for a person to say.
  if (absl::IsDataLoss(status)) return Fail(task, "erased-before-upload", true);
  if (status.ok()) status = Complete(task, *result);
  const bool has_ended = ReasonOf(status) == v1::ERROR_REASON_ALREADY_ENDED;
  if (!status.ok() && !has_ended) {
    // Not failed: the effect is recorded, and the task comes back when its lease ends.
    Log(LogLevel::kWarning, "task_report_failed",
        {{"task", task.name()},
         {"kind", kind},
         {"code", CodeOf(status)},
         {"reason", ErrorReasonName(ReasonOf(status))}});
    return;
  }
  if (const absl::Status unstaged = executor_.Unstage(task.name()); !unstaged.ok()) {
    Log(LogLevel::kWarning, "upload_not_dropped", {{"task", task.name()}});
  }
  Log(LogLevel::kInfo, has_ended ? "task_had_ended" : "task_done",
      {{"task", task.name()}, {"system", system_.id}, {"kind", kind}});
}

absl::Status Worker::Upload(const v1::Task& task, const v1::TaskResult& result) {
  if (task.kind() != v1::TASK_KIND_COLLECT) return absl::OkStatus();
  for (const v1::CategoryResult& category : result.categories()) {
    const absl::StatusOr<std::string> lines =
        executor_.StagedUpload(task.name(), category.category());
    if (absl::IsNotFound(lines.status())) return absl::DataLossError("erased before the upload");
    DSR_RETURN_IF_ERROR(lines.status());
    DSR_RETURN_IF_ERROR(
        Retry([&] { return UploadCategory(caller_, *tasks_, task, category.category(), *lines); }));
  }
  return absl::OkStatus();
}

absl::Status Worker::Complete(const v1::Task& task, const v1::TaskResult& result) {
  v1::CompleteTaskRequest request;
  request.set_name(task.name());
  // The lease is part of the call: a task that is leased again is another call with another key.
  request.set_idempotency_key(DerivedKey({"complete", task.name(), task.lease_token()}));
  request.set_lease_token(task.lease_token());
  *request.mutable_result() = result;
  return Retry([&] {
    return caller_.Call(*tasks_, &v1::TaskService::Stub::CompleteTask, request).status();
  });
}

void Worker::Fail(const v1::Task& task, absl::string_view code, bool for_good) {
  v1::FailTaskRequest request;
  request.set_name(task.name());
  request.set_idempotency_key(DerivedKey({"fail", task.name(), task.lease_token()}));
  request.set_lease_token(task.lease_token());
  request.set_code(std::string(code));
  request.set_for_good(for_good);
  const absl::Status status = Retry(
      [&] { return caller_.Call(*tasks_, &v1::TaskService::Stub::FailTask, request).status(); });
  if (!status.ok()) {
    Log(LogLevel::kWarning, "task_failure_not_reported",
        {{"task", task.name()}, {"code", CodeOf(status)}});
  }
}

absl::Status Worker::Retry(absl::FunctionRef<absl::Status()> call) {
  Backoff backoff;
  absl::Status status = call();
  for (int attempt = 1; attempt < kMaxAttempts && IsTransient(status); ++attempt) {
    if (!stop_.WaitFor(backoff.Next())) break;
    status = call();
  }
  return status;
}

}  // namespace dsr::sample_shop
