#include "app/purged.h"

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"

namespace dsr {

storage::v1::RequestState OutlineOf(const storage::v1::RequestState& state, absl::Time now) {
  const v1::Request& whole = state.request();
  storage::v1::RequestState outline;
  v1::Request& request = *outline.mutable_request();
  request.set_name(whole.name());
  request.set_type(whole.type());
  request.set_state(whole.state());
  request.set_phase(whole.phase());
  request.set_channel(whole.channel());
  request.set_region(whole.region());
  *request.mutable_pins() = whole.pins();
  *request.mutable_received_time() = whole.received_time();
  *request.mutable_create_time() = whole.create_time();
  *request.mutable_due_time() = whole.due_time();
  *request.mutable_last_day() = whole.last_day();
  if (whole.has_response()) {
    *request.mutable_response()->mutable_response_time() = whole.response().response_time();
    request.mutable_response()->set_outcome(whole.response().outcome());
  }
  request.set_breached(whole.breached());
  if (whole.has_breach_time()) *request.mutable_breach_time() = whole.breach_time();
  *request.mutable_close_time() = whole.close_time();
  *request.mutable_purge_time() = ToTimestamp(now);
  outline.set_version(state.version());
  *outline.mutable_last_event_time() = state.last_event_time();
  outline.set_answered_late(state.answered_late());
  *outline.mutable_course() = state.course();
  return outline;
}

absl::Status Purged(const v1::Request& request) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_CONTENT_ERASED,
                   absl::StrCat(request.name(),
                                " was kept as long as the law asks and is purged; only its outline "
                                "is left"),
                   {{"resource", request.name()}});
}

}  // namespace dsr
