#include "rpc/request_positions.h"

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "rpc/public_views.h"

namespace dsr {
namespace {

absl::Time DueOf(const storage::v1::RequestState& state) {
  const v1::Request& request = state.request();
  return HasDueTime(request) && !request.has_response() ? FromTimestamp(request.due_time())
                                                        : absl::InfiniteFuture();
}

}  // namespace

std::string PositionOf(const storage::v1::RequestState& state) {
  const absl::StatusOr<RequestId> id = ParseRequestName(state.request().name());
  if (!id.ok()) return "";
  return absl::StrCat(id->bytes(), absl::ToUnixMicros(DueOf(state)));
}

absl::Status GoOnBehind(const std::string& position, RequestQuery& query) {
  if (position.empty()) return absl::OkStatus();
  DSR_ASSIGN_OR_RETURN(query.after_id, RequestId::FromBytes(position.substr(0, Id128::kSize)));
  int64_t due_micros = 0;
  if (query.open_by_due_time && absl::SimpleAtoi(position.substr(Id128::kSize), &due_micros)) {
    query.after_due = absl::FromUnixMicros(due_micros);
  }
  return absl::OkStatus();
}

bool IsDueBefore(const storage::v1::RequestState& a, const storage::v1::RequestState& b) {
  return std::make_pair(DueOf(a), a.request().name()) <
         std::make_pair(DueOf(b), b.request().name());
}

}  // namespace dsr
