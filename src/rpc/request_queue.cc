// ListQueue: open requests as work to be done.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/account_merges.h"
#include "app/decision_facts.h"
#include "app/work_queue.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/method_roles.h"
#include "rpc/public_views.h"
#include "rpc/reads.h"
#include "rpc/request_filters.h"
#include "rpc/request_positions.h"
#include "rpc/services.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

// Requests that one call looks at when it asks for a role's turn, which no index tells.
constexpr int kMostLookedAt = 1000;

// Makes one page.
class QueuePage {
 public:
  QueuePage(const std::shared_ptr<UnaryCall>& call, const v1::ListQueueRequest& in, ReadView& view)
      : call_(*call), parts_(call->context().parts()), in_(in), view_(view) {}

  absl::StatusOr<v1::ListQueueResponse> Make(const PageOf& page) {
    now_ = parts_.clock.Now();
    DSR_ASSIGN_OR_RETURN(absences_, view_.ListAbsences(now_));
    std::string at = page.after;
    v1::ListQueueResponse out;
    *out.mutable_server_time() = ToTimestamp(now_);
    int looked_at = 0;
    while (true) {
      DSR_ASSIGN_OR_RETURN(const std::vector<RequestState> states, Next(at, page.size + 1));
      for (const RequestState& state : states) {
        // One more is there, or may be: the next page begins after the last that was looked at.
        if (out.items_size() == page.size || looked_at == kMostLookedAt) {
          out.set_next_page_token(call_.context().tokens().Make(call_.method(), in_, at));
          return out;
        }
        ++looked_at;
        at = PositionOf(state);
        DSR_ASSIGN_OR_RETURN(v1::QueueItem item, Describe(state));
        if (in_.role().empty() || IsWorkOf(item, in_.role())) *out.add_items() = std::move(item);
      }
      if (states.size() <= static_cast<size_t>(page.size)) return out;
    }
  }

 private:
  // The next requests by due time, of all whose queue it is.
  absl::StatusOr<std::vector<RequestState>> Next(const std::string& at, int limit) {
    RequestQuery query;
    query.open_by_due_time = true;
    query.type = in_.type();
    if (in_.phase() != v1::PHASE_UNSPECIFIED) query.phase = in_.phase();
    query.channel = in_.channel();
    query.region = in_.region();
    query.team = in_.team();
    query.assignee = in_.assignee();
    query.unassigned = in_.unassigned();
    query.limit = limit;
    DSR_RETURN_IF_ERROR(GoOnBehind(at, query));
    if (!in_.mine()) return view_.ListRequests(query);
    std::vector<RequestState> states;
    for (const std::string& owner : StandsInFor(absences_, call_.principal().name, now_)) {
      query.assignee = owner;
      DSR_ASSIGN_OR_RETURN(const std::vector<RequestState> more, view_.ListRequests(query));
      states.insert(states.end(), more.begin(), more.end());
    }
    std::sort(states.begin(), states.end(), IsDueBefore);
    if (states.size() > static_cast<size_t>(limit)) states.resize(static_cast<size_t>(limit));
    return states;
  }

  absl::StatusOr<v1::QueueItem> Describe(const RequestState& state) {
    DSR_ASSIGN_OR_RETURN(const RequestId id, ParseRequestName(state.request().name()));
    DSR_ASSIGN_OR_RETURN(const storage::v1::RequestRecord record, view_.FindRecord(id));
    DSR_ASSIGN_OR_RETURN(const std::shared_ptr<const Rulebook> rulebook,
                         parts_.rulebooks.RulebookFor(view_, state.request().pins()));
    DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(state));
    DSR_ASSIGN_OR_RETURN(const Facts facts, SubjectFacts(view_, scope, id));
    v1::QueueItem item = DescribeWork(
        *rulebook, record,
        DecisionContext{.actor = {}, .now = now_, .request = id, .fresh_id = "", .facts = &facts});
    *item.mutable_request() = PublicRequest(state);
    item.set_deputy(DeputyOf(absences_, state.request().assignee(), now_));
    return item;
  }

  UnaryCall& call_;
  const RpcParts& parts_;
  const v1::ListQueueRequest& in_;
  ReadView& view_;
  absl::Time now_;
  std::vector<AbsenceRecord> absences_;
};

void ListQueue(const std::shared_ptr<UnaryCall>& call, const v1::ListQueueRequest& in) {
  FieldErrors errors;
  if (!v1::Phase_IsValid(in.phase())) errors.AddInvalid("phase", "is a listed phase");
  if (!in.role().empty() && !IsRole(in.role())) errors.AddInvalid("role", "is a listed role");
  CheckFilters(call->context().parts().rulebooks.files(),
               {in.type(), in.region(), in.team(), in.assignee(), in.channel()}, errors);
  if ((in.mine() ? 1 : 0) + (in.unassigned() ? 1 : 0) + (in.assignee().empty() ? 0 : 1) > 1)
    errors.AddInvalid("mine", "goes with neither `assignee` nor `unassigned`");
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  const absl::StatusOr<PageOf> page = ReadPage(*call, in, 50);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListQueueResponse>(call, [call, in, page = *page](ReadView& view) {
    return QueuePage(call, in, view).Make(page);
  });
}

}  // namespace

void AddRequestQueue(RpcService& service) {
  service.Unary<v1::ListQueueRequest>("ListQueue", ListQueue);
}

}  // namespace dsr
