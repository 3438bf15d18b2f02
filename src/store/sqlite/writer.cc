#include "store/sqlite/writer.h"

#include <algorithm>
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/sqlite_status.h"
#include "store/sqlite/sqlite_transaction.h"

namespace dsr::sqlite {
namespace {

constexpr char kBeginWriter[] = "BEGIN IMMEDIATE";
constexpr char kCommitWriter[] = "COMMIT";
constexpr char kSavepoint[] = "SAVEPOINT body";
constexpr char kReleaseWriter[] = "RELEASE body";
constexpr char kRollbackTo[] = "ROLLBACK TO body";

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, std::string path, const Clock& clock,
               GroupLimits group_limits, Checkpointer::Limits checkpoint_limits,
               std::function<bool()> has_readers, std::function<void()> on_disk_full,
               int64_t durable_leaves)
    : path_(std::move(path)),
      clock_(clock),
      limits_(group_limits),
      on_disk_full_(std::move(on_disk_full)),
      connection_(std::move(connection)),
      checkpointer_(
          std::make_unique<Checkpointer>(*connection_, checkpoint_limits, std::move(has_readers))),
      log_(durable_leaves),
      durable_leaves_(durable_leaves),
      thread_("store-writer", [this] { Run(); }) {}

void Writer::Transact(Store::Body body, Store::Done done) {
  {
    MutexLock lock(mutex_);
    if (!is_closing_) {
      queue_.push_back({std::move(body), std::move(done), absl::OkStatus()});
      changed_.NotifyOne();
      return;
    }
  }
  done(Closed());
}

void Writer::Close() {
  MutexLock close_lock(close_mutex_);
  {
    MutexLock lock(mutex_);
    is_closing_ = true;
    changed_.NotifyOne();
  }
  thread_.Join();
  completions_.Close();
}

void Writer::CloseConnection() {
  checkpointer_.reset();
  connection_.reset();
}

WriterStats Writer::Stats() const {
  MutexLock lock(mutex_);
  return stats_;
}

std::vector<std::string> Writer::StatementTexts() {
  std::vector<std::string> texts;
  Mutex mutex;
  CondVar changed;
  bool is_done = false;
  Transact(
      [&](Transaction&) {
        texts = connection_->StatementTexts();
        return absl::OkStatus();
      },
      [&](absl::Status) {
        MutexLock lock(mutex);
        is_done = true;
        changed.NotifyOne();
      });
  MutexLock lock(mutex);
  while (!is_done) changed.Wait(mutex);
  return texts;
}

void Writer::Run() {
  while (AwaitJobs()) {
    RunGroup();
    checkpointer_->AfterCommit();
  }
}

bool Writer::AwaitJobs() {
  MutexLock lock(mutex_);
  stats_.checkpoints = checkpointer_->count();
  stats_.log_pages = checkpointer_->log_pages();
  if (!taken_.empty()) return true;
  while (queue_.empty() && !is_closing_) changed_.Wait(mutex_);
  taken_.swap(queue_);
  return !taken_.empty();
}

void Writer::TakeJobs() {
  MutexLock lock(mutex_);
  taken_.swap(queue_);
}

bool Writer::GroupGoesOn(size_t count, int64_t begin_bytes, absl::Time deadline) {
  if (count > 0) {
    if (count >= static_cast<size_t>(limits_.bodies)) return false;
    if (connection_->bound_bytes() - begin_bytes >= limits_.bytes) return false;
    if (clock_.Now() >= deadline) return false;
  }
  if (taken_.empty()) TakeJobs();
  return !taken_.empty();
}

void Writer::RunGroup() {
  std::vector<Job> jobs;
  const absl::Status begun = connection_->Execute(kBeginWriter);
  const int64_t begin_bytes = connection_->bound_bytes();
  const absl::Time deadline = clock_.Now() + limits_.time;
  while (GroupGoesOn(jobs.size(), begin_bytes, deadline)) {
    jobs.push_back(std::move(taken_.front()));
    taken_.pop_front();
    if (!begun.ok()) break;
    RunBody(jobs.back());
    if (!connection_->InTransaction()) break;
  }
  if (!begun.ok() || !connection_->InTransaction() || !Commit().ok()) {
    connection_->Rollback();
    log_.Forget(DurableLeaves());
    return RunAlone(std::move(jobs));
  }
  CountGroup(std::ssize(jobs));
  Finish(std::move(jobs));
}

void Writer::RunAlone(std::vector<Job> jobs) {
  for (Job& job : jobs) {
    job.result = connection_->Execute(kBeginWriter);
    if (job.result.ok()) {
      RunBody(job);
      // The body's own error tells more than that of a commit of nothing.
      const absl::Status committed = connection_->InTransaction() ? Commit() : job.result;
      if (job.result.ok()) job.result = committed;
      if (!committed.ok()) {
        connection_->Rollback();
        log_.Forget(DurableLeaves());
      }
    }
    CountGroup(1);
    std::vector<Job> alone;
    alone.push_back(std::move(job));
    Finish(std::move(alone));
  }
}

void Writer::RunBody(Job& job) {
  const int64_t leaves = log_.size();
  job.result = connection_->Execute(kSavepoint);
  if (!job.result.ok()) return;
  job.result = RunInSavepoint(job);
  if (job.result.ok() || !connection_->InTransaction()) return;
  if (log_.size() != leaves) log_.Forget(leaves);
  // Both fail only together with the transaction, which the caller tests.
  absl::Status undone = connection_->Execute(kRollbackTo);
  if (undone.ok()) undone = connection_->Execute(kReleaseWriter);
  if (!undone.ok()) connection_->Rollback();
}

absl::Status Writer::RunInSavepoint(Job& job) {
  SqliteTransaction transaction(*connection_, path_, log_);
  DSR_RETURN_IF_ERROR(job.body(transaction));
  DSR_RETURN_IF_ERROR(transaction.failure());
  return connection_->Execute(kReleaseWriter);
}

absl::Status Writer::Commit() {
  absl::Status status = connection_->Execute(kCommitWriter);
  const int code = connection_->LastCode();
  if (!status.ok() && IsSyncFailure(code)) EndAfterSyncFailure(code);
  return status;
}

void Writer::CountGroup(int64_t bodies) {
  MutexLock lock(mutex_);
  ++stats_.groups;
  stats_.bodies += bodies;
  stats_.largest_group = std::max(stats_.largest_group, bodies);
}

void Writer::Finish(std::vector<Job> jobs) {
  const bool is_disk_full = std::any_of(jobs.begin(), jobs.end(), [](const Job& job) {
    return ReasonOf(job.result) == v1::ERROR_REASON_DISK_FULL;
  });
  if (is_disk_full && on_disk_full_ != nullptr) on_disk_full_();
  // Before the results: who was told of an event finds its leaf durable.
  durable_leaves_.store(log_.size(), std::memory_order_release);
  completions_.Push(std::move(jobs));
}

}  // namespace dsr::sqlite
