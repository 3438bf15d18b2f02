#include "workflow/request_course.h"

#include "absl/time/time.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::RequestCourse;

int64_t Micros(const google::protobuf::Timestamp& time) {
  return absl::ToUnixMicros(FromTimestamp(time));
}

void TrackPhase(const v1::Request& request, int64_t now, RequestCourse& course) {
  const auto& phases = course.phases();
  if (!phases.empty() && phases.rbegin()->phase() == request.phase()) return;
  // Work begins with nothing that was not proved.
  const bool was_proved = !phases.empty() && phases.rbegin()->phase() == v1::PHASE_VERIFICATION &&
                          request.phase() <= v1::PHASE_APPROVAL;
  if (was_proved && course.verified_micros() == 0) course.set_verified_micros(now);
  RequestCourse::PhaseEntry& entry = *course.add_phases();
  entry.set_phase(request.phase());
  entry.set_micros(now);
}

void TrackDue(const v1::Request& request, int64_t now, RequestCourse& course) {
  const int64_t due = request.has_due_time() ? Micros(request.due_time()) : 0;
  const int64_t target = request.has_target_time() ? Micros(request.target_time()) : 0;
  const auto& dues = course.dues();
  if (!dues.empty() && dues.rbegin()->due_micros() == due &&
      dues.rbegin()->target_micros() == target)
    return;
  RequestCourse::DueEntry& entry = *course.add_dues();
  entry.set_due_micros(due);
  entry.set_target_micros(target);
  entry.set_micros(now);
}

void TrackOwner(const v1::Request& request, int64_t now, RequestCourse& course) {
  const auto& owners = course.owners();
  const std::string present = owners.empty() ? "" : owners.rbegin()->owner();
  if (present == request.assignee()) return;
  RequestCourse::OwnerEntry& entry = *course.add_owners();
  entry.set_owner(request.assignee());
  entry.set_micros(now);
}

void TrackFee(const v1::Request& request, int64_t now, RequestCourse& course) {
  const auto& fees = course.fees();
  const v1::Fee::State present = fees.empty() ? v1::Fee::STATE_UNSPECIFIED : fees.rbegin()->state();
  if (present == request.fee().state()) return;
  RequestCourse::FeeEntry& entry = *course.add_fees();
  entry.set_state(request.fee().state());
  entry.set_micros(now);
}

void TrackPause(const storage::v1::RequestState& state, int64_t now, RequestCourse& course) {
  const bool is_open = !course.pauses().empty() && course.pauses().rbegin()->end_micros() == 0;
  if (state.has_paused_since() == is_open) return;
  if (is_open) {
    course.mutable_pauses()->rbegin()->set_end_micros(now);
  } else {
    course.add_pauses()->set_begin_micros(now);
  }
}

}  // namespace

void TrackCourse(const Event& event, storage::v1::RequestState& state) {
  const int64_t now = Micros(event.time());
  const v1::Request& request = state.request();
  RequestCourse& course = *state.mutable_course();
  if (event.has_request_filed()) {
    course.set_channel(request.channel());
    course.set_region(request.region());
    course.set_repeated(request.repeated());
  }
  TrackPhase(request, now, course);
  TrackDue(request, now, course);
  TrackOwner(request, now, course);
  TrackFee(request, now, course);
  TrackPause(state, now, course);
  // Only who is proved is linked.
  if (event.has_request_linked() && request.phase() == v1::PHASE_VERIFICATION &&
      course.verified_micros() == 0) {
    course.set_verified_micros(now);
  }
  if (event.has_refusal_decided() && event.refusal_decided().approved())
    course.set_ground(request.refusal().ground());
  if (event.has_request_breached()) {
    course.set_breached_micros(now);
    course.set_cause(request.breach_cause());
    *course.mutable_systems() = request.breach_systems();
  }
}

}  // namespace dsr
