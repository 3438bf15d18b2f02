// Places in lists of requests: what page tokens carry, and the order by due time.
#ifndef DSR_RPC_REQUEST_POSITIONS_H_
#define DSR_RPC_REQUEST_POSITIONS_H_

#include <string>

#include "absl/status/status.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/records.h"

namespace dsr {

// The place of a request, as text for a page token.
std::string PositionOf(const storage::v1::RequestState& state);

// Makes `query` begin behind `position`; from the start when it is empty. Set
// `query.open_by_due_time` before.
absl::Status GoOnBehind(const std::string& position, RequestQuery& query);

// True when the first is due before the second, or at once with it and has the lower id. What is
// due to nobody, or was answered, comes last.
bool IsDueBefore(const storage::v1::RequestState& a, const storage::v1::RequestState& b);

}  // namespace dsr

#endif  // DSR_RPC_REQUEST_POSITIONS_H_
