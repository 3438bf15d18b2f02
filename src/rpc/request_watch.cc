// WatchRequests: requests as they change, fed by the audit log's leaves.
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/workflow/regions.h"
#include "rpc/public_views.h"
#include "rpc/request_filters.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr int kLeavesAtOnce = 500;

bool IsAsked(const std::string& asked, const std::string& found) {
  return asked.empty() || asked == found;
}

// What one stream sends next. Used by one thread at a time.
class RequestWatcher {
 public:
  RequestWatcher(RpcContext& context, const v1::WatchRequestsRequest& filter, int64_t next_leaf,
                 std::unique_ptr<CommitHub::Subscription> subscription)
      : context_(context),
        filter_(filter),
        next_leaf_(next_leaf),
        subscription_(std::move(subscription)) {}

  void Produce(StreamCall& call) {
    if (context_.parts().hub.is_closed()) return call.End(TooBusy());
    if (!std::exchange(has_token_, true)) {
      v1::WatchRequestsResponse first;
      first.set_resume_token(context_.tokens().MakeResume(next_leaf_));
      return call.Write(first);
    }
    while (pending_.empty() && next_leaf_ < context_.parts().store.DurableLeaves()) {
      if (absl::Status status = Fill(); !status.ok()) return call.End(status);
    }
    if (pending_.empty()) return call.Park();
    const v1::WatchRequestsResponse next = std::move(pending_.front());
    pending_.pop_front();
    call.Write(next);
  }

 private:
  // Reads on in the log. A request that changed several times is sent once, at its last change, so
  // that a token never stands behind a change that was not sent.
  absl::Status Fill() {
    return context_.parts().store.Read([this](ReadView& view) -> absl::Status {
      // Only what is handed on can pass no more: of the rest, what is filtered by never changes.
      const bool may_leave = !filter_.team().empty() || !filter_.assignee().empty();
      DSR_ASSIGN_OR_RETURN(const std::vector<AuditLeaf> leaves,
                           view.ListLeaves(next_leaf_, kLeavesAtOnce, may_leave));
      if (leaves.empty()) {
        return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                         "the log is shorter than it was");
      }
      std::map<RequestId, int64_t> last_change;
      std::set<RequestId> handed_on;
      for (const AuditLeaf& leaf : leaves) {
        if (!leaf.request.has_value()) continue;
        last_change[*leaf.request] = leaf.index;
        if (may_leave && WasHandedOn(leaf)) handed_on.insert(*leaf.request);
      }
      for (const AuditLeaf& leaf : leaves) {
        if (!leaf.request.has_value() || last_change[*leaf.request] != leaf.index) continue;
        DSR_ASSIGN_OR_RETURN(const storage::v1::RequestState state,
                             view.FindRequest(*leaf.request));
        const v1::Request& request = state.request();
        const bool is_theirs = IsAsked(filter_.team(), request.team()) &&
                               IsAsked(filter_.assignee(), request.assignee());
        if (!ComesFrom(request) || (!is_theirs && !handed_on.contains(*leaf.request))) continue;
        v1::WatchRequestsResponse& change = pending_.emplace_back();
        *change.mutable_request() = PublicRequest(state);
        change.set_left(!is_theirs);
        change.set_resume_token(context_.tokens().MakeResume(leaf.index + 1));
      }
      next_leaf_ = leaves.back().index + 1;
      return absl::OkStatus();
    });
  }

  // Tells whether whom or which team the filter asks for had the request until `leaf`.
  bool WasHandedOn(const AuditLeaf& leaf) const {
    storage::v1::Event event;
    if (!event.ParseFromString(leaf.clear) || !event.has_request_assigned()) return false;
    const storage::v1::RequestAssigned& assigned = event.request_assigned();
    return IsAsked(filter_.team(), assigned.former_team()) &&
           IsAsked(filter_.assignee(), assigned.former_assignee());
  }

  // Tells whether it passes what never changes of it.
  bool ComesFrom(const v1::Request& request) const {
    return IsAsked(filter_.type(), request.type()) &&
           IsAsked(filter_.channel(), request.channel()) &&
           (filter_.region().empty() ||
            IsInRegions(request.region(), std::vector<std::string>{filter_.region()}));
  }

  RpcContext& context_;
  const v1::WatchRequestsRequest filter_;
  int64_t next_leaf_;
  const std::unique_ptr<CommitHub::Subscription> subscription_;
  bool has_token_ = false;
  std::deque<v1::WatchRequestsResponse> pending_;
};

void WatchRequests(const std::shared_ptr<StreamCall>& call, const v1::WatchRequestsRequest& in) {
  RpcContext& context = call->context();
  FieldErrors errors;
  CheckFilters(context.parts().rulebooks.files(),
               {in.type(), in.region(), in.team(), in.assignee(), in.channel()}, errors);
  if (!errors.empty()) return call->End(errors.ToStatus());
  int64_t next_leaf = context.parts().store.DurableLeaves();
  if (!in.resume_token().empty()) {
    const absl::StatusOr<int64_t> resumed = context.tokens().ReadResume(in.resume_token());
    if (!resumed.ok()) return call->End(resumed.status());
    next_leaf = *resumed;
  }
  auto subscription =
      context.parts().hub.Subscribe(CommitHub::kAny, [weak = call->weak_from_this()] {
        if (const std::shared_ptr<StreamCall> waiting = weak.lock()) waiting->Ring();
      });
  const auto watcher =
      std::make_shared<RequestWatcher>(context, in, next_leaf, std::move(subscription));
  call->Run([watcher](StreamCall& running) { watcher->Produce(running); });
}

}  // namespace

void AddRequestWatch(RpcService& service) {
  service.Stream<v1::WatchRequestsRequest>("WatchRequests", WatchRequests);
}

}  // namespace dsr
