// What reports read of a request, kept up by the fold.
#ifndef DSR_WORKFLOW_REQUEST_COURSE_H_
#define DSR_WORKFLOW_REQUEST_COURSE_H_

#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"

namespace dsr {

// Adds to `state.course` what `event`, which was applied to `state`, changed.
void TrackCourse(const storage::v1::Event& event, storage::v1::RequestState& state);

}  // namespace dsr

#endif  // DSR_WORKFLOW_REQUEST_COURSE_H_
