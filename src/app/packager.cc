#include "app/packager.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "app/account_merges.h"
#include "app/collected_parts.h"
#include "app/decision_facts.h"
#include "app/package_sink.h"
#include "app/principal.h"
#include "app/request_reader.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// How often tasks are looked for without a hint: those whose delay or lease ended.
constexpr absl::Duration kPollInterval = absl::Seconds(10);

// The completed collection tasks of the latest round, oldest first.
absl::StatusOr<std::vector<TaskId>> CollectionTasks(const storage::v1::RequestRecord& record) {
  int round = 0;
  for (const v1::Task& task : record.tasks()) {
    if (task.kind() == v1::TASK_KIND_COLLECT) round = std::max(round, task.round());
  }
  std::vector<TaskId> ids;
  for (const v1::Task& task : record.tasks()) {
    if (task.kind() != v1::TASK_KIND_COLLECT || task.round() != round ||
        task.state() != v1::Task::STATE_COMPLETED) {
      continue;
    }
    std::pair<RequestId, TaskId> name;
    DSR_ASSIGN_OR_RETURN(name, ParseTaskName(task.name()));
    ids.push_back(name.second);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

Packager::Packager(const Parts& parts) : parts_(parts), thread_("packager", [this] { Run(); }) {}

void Packager::Wake() {
  MutexLock lock(mutex_);
  woken_ = true;
  changed_.NotifyAll();
}

void Packager::Close() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    changed_.NotifyAll();
  }
  thread_.Join();
}

void Packager::Run() {
  while (true) {
    const absl::StatusOr<bool> done = DoOne();
    if (!done.ok()) {
      Log(LogLevel::kWarning, "packager_failed",
          {{"reason", ErrorReasonName(ReasonOf(done.status()))}});
    }
    MutexLock lock(mutex_);
    const absl::Time next = parts_.clock.Now() + kPollInterval;
    const bool more = done.ok() && *done;
    while (!more && !woken_ && !closing_ && parts_.clock.Now() < next) {
      parts_.clock.WaitUntil(changed_, mutex_, next);
    }
    if (closing_) return;
    woken_ = false;
  }
}

absl::StatusOr<bool> Packager::DoOne() {
  DSR_ASSIGN_OR_RETURN(const std::optional<LeasedTask> lease, Lease());
  if (!lease.has_value()) return false;
  absl::StatusOr<storage::v1::PackageBuilt> built = Build(*lease);
  if (built.ok()) {
    DSR_RETURN_IF_ERROR(
        Report(*lease, CompletePackage{.id = lease->task, .built = *std::move(built)}));
    return true;
  }
  if (ReasonOf(built.status()) == v1::ERROR_REASON_LEASE_LOST) return true;
  // What a data system uploaded does not become readable by trying again.
  const bool malformed = absl::IsInvalidArgument(built.status());
  Log(LogLevel::kWarning, "package_failed",
      {{"task", TaskName(lease->request, lease->task)},
       {"reason", ErrorReasonName(ReasonOf(built.status()))}});
  DSR_RETURN_IF_ERROR(Report(*lease, FailTask{.id = lease->task,
                                              .code = malformed ? "malformed-record" : "internal",
                                              .for_good = malformed}));
  return true;
}

absl::StatusOr<std::optional<LeasedTask>> Packager::Lease() {
  const std::vector<std::string> tokens = {RandomBytes(16)};
  std::optional<LeasedTask> lease;
  DSR_RETURN_IF_ERROR(TransactAndWait(parts_.store, [&](Transaction& transaction) -> absl::Status {
    lease.reset();
    const absl::Time now = parts_.clock.Now();
    DSR_ASSIGN_OR_RETURN(std::vector<LeasedTask> leased,
                         transaction.LeaseTasks(kOwnSystem, now, now + kPackagerLease, 1, tokens));
    if (!leased.empty()) lease = std::move(leased.front());
    return absl::OkStatus();
  }));
  return lease;
}

absl::StatusOr<PackageContents> Packager::ReadContents(const LeasedTask& lease, v1::Task& task,
                                                       std::vector<TaskId>& collected) {
  PackageContents contents;
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(task, view.FindTask(lease.request, lease.task));
    DSR_ASSIGN_OR_RETURN(storage::v1::RequestRecord record,
                         RequestReader(parts_.keys).ReadFull(view, lease.request));
    DSR_ASSIGN_OR_RETURN(collected, CollectionTasks(record));
    DSR_ASSIGN_OR_RETURN(contents.rulebook,
                         parts_.rulebooks.RulebookFor(view, record.state().request().pins()));
    DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(record.state()));
    DSR_ASSIGN_OR_RETURN(contents.disclosures, AllDisclosures(view, scope));
    DSR_ASSIGN_OR_RETURN(contents.recipients, view.ListRecipients());
    contents.request = std::move(*record.mutable_state()->mutable_request());
    return absl::OkStatus();
  }));
  contents.created = FromTimestamp(task.create_time());
  return contents;
}

absl::StatusOr<storage::v1::PackageBuilt> Packager::Build(const LeasedTask& lease) {
  v1::Task task;
  std::vector<TaskId> collected;
  DSR_ASSIGN_OR_RETURN(const PackageContents contents, ReadContents(lease, task, collected));
  DSR_ASSIGN_OR_RETURN(const SecretKey key, parts_.executor.sealer().KeyOf(lease.request));
  const CollectedParts parts(parts_.store, key, std::move(collected));
  PackageSink sink(parts_.store, parts_.clock, key, lease);
  const ByteSink out = [&sink](absl::string_view bytes) { return sink.Write(bytes); };

  const bool is_zip = task.kind() == v1::TASK_KIND_BUILD_PACKAGE;
  DSR_RETURN_IF_ERROR(sink.Begin());
  DSR_RETURN_IF_ERROR(is_zip ? WritePackage(contents, parts, out)
                             : WriteAnswerPage(contents, parts, out));
  DSR_RETURN_IF_ERROR(sink.Finish());
  storage::v1::PackageBuilt built;
  built.set_sha256(sink.sha256());
  built.set_size_bytes(sink.size_bytes());
  built.set_content_type(is_zip ? "application/zip" : "text/html");
  return built;
}

absl::Status Packager::Report(const LeasedTask& lease, Command command) {
  PlannedCommand planned;
  planned.request = lease.request;
  planned.command = std::move(command);
  planned.lease_token = lease.lease_token;
  return parts_.executor
      .ExecuteAndWait(std::move(planned), CallContext{.principal = PackagerPrincipal()})
      .status();
}

}  // namespace dsr
