// A request as work to be done: how pressing it is, and whose turn.
#ifndef DSR_APP_WORK_QUEUE_H_
#define DSR_APP_WORK_QUEUE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/records.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// How pressing a request is at `now`.
v1::Urgency UrgencyOf(const v1::Request& request, absl::Time now);

// Fills in everything but `request` and `deputy`: what anybody could do next, not only whoever
// asks. `context.actor` is not looked at.
v1::QueueItem DescribeWork(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                           const DecisionContext& context);

// True where it is the turn of `role`, or the request was escalated to it.
bool IsWorkOf(const v1::QueueItem& item, absl::string_view role);

// Who stands in for `principal` at `now`; empty when it is there, or nobody does.
std::string DeputyOf(const std::vector<AbsenceRecord>& absences, absl::string_view principal,
                     absl::Time now);

// `principal`, and those absent at `now` for whom it stands in.
std::vector<std::string> StandsInFor(const std::vector<AbsenceRecord>& absences,
                                     const std::string& principal, absl::Time now);

}  // namespace dsr

#endif  // DSR_APP_WORK_QUEUE_H_
