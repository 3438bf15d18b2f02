#include "app/deadline_recounter.h"

#include <algorithm>
#include <vector>

#include "app/principal.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr int kRequestsAtOnce = 500;

// The engine knows whether anything changes; this only spares it requests of which nothing can.
bool IsProvisional(const v1::Request& request, const v1::Calendar& in_force) {
  const auto& clocks = request.clocks();
  return request.pins().calendar().version() != in_force.version() &&
         std::any_of(clocks.begin(), clocks.end(),
                     [](const v1::DeadlineClock& clock) { return clock.provisional(); });
}

}  // namespace

DeadlineRecounter::DeadlineRecounter(const Parts& parts)
    : parts_(parts), thread_("recounter", [this] {
        const absl::StatusOr<int64_t> recounted = RecountAll(parts_, closing_);
        if (!recounted.ok()) {
          Log(LogLevel::kWarning, "deadlines_not_recounted",
              {{"reason", ErrorReasonName(ReasonOf(recounted.status()))}});
        } else if (*recounted > 0) {
          Log(LogLevel::kInfo, "deadlines_recounted", {{"requests", *recounted}});
        }
      }) {}

void DeadlineRecounter::Close() {
  closing_ = true;
  thread_.Join();
}

absl::StatusOr<int64_t> DeadlineRecounter::RecountAll(const Parts& parts,
                                                      const std::atomic<bool>& closing) {
  const v1::Calendar& calendar = parts.rulebooks.files().calendar;
  RequestQuery query;
  query.open_by_due_time = true;
  query.limit = kRequestsAtOnce;
  int64_t recounted = 0;
  while (!closing) {
    std::vector<storage::v1::RequestState> page;
    DSR_RETURN_IF_ERROR(parts.store.Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(page, view.ListRequests(query));
      return absl::OkStatus();
    }));
    for (const storage::v1::RequestState& state : page) {
      DSR_ASSIGN_OR_RETURN(query.after_id, ParseRequestName(state.request().name()));
      query.after_due = state.request().has_due_time() ? FromTimestamp(state.request().due_time())
                                                       : absl::InfiniteFuture();
      if (closing || !IsProvisional(state.request(), calendar)) continue;
      ++recounted;
      const PlannedCommand planned{.request = *query.after_id, .command = RecountDeadline{}};
      const absl::Status counted =
          parts.executor.ExecuteAndWait(planned, CallContext{.principal = EnginePrincipal()})
              .status();
      if (!counted.ok()) {
        Log(LogLevel::kWarning, "deadline_not_recounted",
            {{"request", query.after_id->ToString()},
             {"reason", ErrorReasonName(ReasonOf(counted))}});
      }
    }
    if (page.size() < kRequestsAtOnce) break;
  }
  return recounted;
}

}  // namespace dsr
