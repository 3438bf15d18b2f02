// How workers get their tasks: LeaseTasks and ExtendLease.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/authorizer.h"
#include "app/not_found.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/task_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/long_poll.h"
#include "rpc/services.h"
#include "rpc/task_tokens.h"

namespace dsr {
namespace {

constexpr absl::Duration kDefaultLease = absl::Seconds(60);
constexpr size_t kTokenBytes = 16;

absl::StatusOr<absl::Duration> LeaseOf(bool is_given, const google::protobuf::Duration& lease) {
  if (!is_given) return kDefaultLease;
  return Span(lease, "lease", absl::Seconds(1), absl::Hours(1));
}

// One LeaseTasks, as far as it is understood.
struct Leasing {
  std::string system;
  int limit = 1;
  absl::Duration lease;
};

absl::StatusOr<v1::Task> OpenLeased(const RpcContext& context, const LeasedTask& leased) {
  v1::Task task;
  DSR_RETURN_IF_ERROR(context.parts().store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(task, view.FindTask(leased.request, leased.task));
    return context.reader().OpenTask(view, leased.request, task);
  }));
  task.set_lease_token(LeaseTokenText(leased.lease_token));
  *task.mutable_lease_expire_time() = ToTimestamp(leased.lease_until);
  return task;
}

// Opens what was leased and answers with it.
void AnswerLeased(const std::shared_ptr<UnaryCall>& call, const std::vector<LeasedTask>& leased) {
  const bool taken = call->context().RunSoon(call->principal(), [call, leased] {
    v1::LeaseTasksResponse out;
    for (const LeasedTask& one : leased) {
      absl::StatusOr<v1::Task> task = OpenLeased(call->context(), one);
      // One that cannot be opened comes back when its lease ends; it must not block the others.
      if (!task.ok() && leased.size() == 1) return call->Fail(task.status());
      if (task.ok()) *out.add_tasks() = *std::move(task);
    }
    call->Succeed(out);
  });
  if (!taken) call->Fail(TooBusy());
}

void LeaseOnce(const std::shared_ptr<UnaryCall>& call, const Leasing& leasing,
               LongPoll::Report report) {
  const RpcParts& parts = call->context().parts();
  std::vector<std::string> tokens;
  for (int i = 0; i < leasing.limit; ++i) tokens.push_back(RandomBytes(kTokenBytes));
  const auto leased = std::make_shared<std::vector<LeasedTask>>();
  parts.store.Transact(
      [call, leasing, leased, tokens = std::move(tokens),
       &clock = parts.clock](Transaction& transaction) -> absl::Status {
        leased->clear();
        // A client that is gone would keep its tasks from others until the lease ends.
        if (call->is_over()) return absl::OkStatus();
        const absl::Time now = clock.Now();
        DSR_ASSIGN_OR_RETURN(
            *leased, transaction.LeaseTasks(leasing.system, now, now + leasing.lease, leasing.limit,
                                            tokens));
        return absl::OkStatus();
      },
      [call, leased, report = std::move(report)](const absl::Status& status) {
        if (!status.ok()) {
          call->Fail(status);
        } else if (!leased->empty()) {
          AnswerLeased(call, *leased);
        }
        report(!status.ok() || !leased->empty());
      });
}

void LeaseTasks(const std::shared_ptr<UnaryCall>& call, const v1::LeaseTasksRequest& in) {
  const absl::Status has_room = call->context().parts().reserve.CheckRoom();
  if (!has_room.ok()) return call->Fail(has_room);
  Leasing leasing{.system = call->principal().data_system};
  const absl::StatusOr<int> limit = PageSize(in.max_tasks(), "max_tasks", 1, 100);
  if (!limit.ok()) return call->Fail(limit.status());
  leasing.limit = *limit;
  const absl::StatusOr<absl::Duration> lease = LeaseOf(in.has_lease(), in.lease());
  if (!lease.ok()) return call->Fail(lease.status());
  leasing.lease = *lease;
  const absl::StatusOr<absl::Duration> wait =
      Span(in.wait(), "wait", absl::ZeroDuration(), LongPoll::kLongestWait);
  if (!wait.ok()) return call->Fail(wait.status());
  LongPoll::Begin(
      call, leasing.system, *wait,
      [call, leasing](LongPoll::Report report) { LeaseOnce(call, leasing, std::move(report)); },
      [call] { call->Succeed(v1::LeaseTasksResponse()); });
}

void ExtendLease(const std::shared_ptr<UnaryCall>& call, const v1::ExtendLeaseRequest& in) {
  const auto name = ParseTaskName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  const absl::StatusOr<std::string> token = ParseLeaseToken(in.lease_token());
  if (!token.ok()) return call->Fail(token.status());
  const absl::StatusOr<absl::Duration> lease = LeaseOf(in.has_lease(), in.lease());
  if (!lease.ok()) return call->Fail(lease.status());
  const RpcParts& parts = call->context().parts();
  const auto task = std::make_shared<v1::Task>();
  parts.store.Transact(
      [call, task, request = name->first, id = name->second, token = *token, lease = *lease,
       &clock = parts.clock](Transaction& transaction) -> absl::Status {
        DSR_RETURN_IF_ERROR(FindOwnTask(transaction, call->principal(), request, id, *task));
        const absl::Time now = clock.Now();
        DSR_RETURN_IF_ERROR(transaction.ExtendLease(id, token, now, now + lease));
        task->set_lease_token(LeaseTokenText(token));
        *task->mutable_lease_expire_time() = ToTimestamp(now + lease);
        return absl::OkStatus();
      },
      [call, task](const absl::Status& status) {
        if (status.ok()) {
          call->Succeed(*task);
        } else {
          call->Fail(status);
        }
      });
}

}  // namespace

void AddTaskLeasing(RpcService& service) {
  service.Unary<v1::LeaseTasksRequest>("LeaseTasks", LeaseTasks);
  service.Unary<v1::ExtendLeaseRequest>("ExtendLease", ExtendLease);
}

}  // namespace dsr
