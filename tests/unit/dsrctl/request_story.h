// Requests as the server would tell them, for tests of what is drawn of them.
#ifndef DSR_TESTS_UNIT_DSRCTL_REQUEST_STORY_H_
#define DSR_TESTS_UNIT_DSRCTL_REQUEST_STORY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/v1/request.pb.h"
#include "dsr/v1/request_service.pb.h"
#include "dsrctl/timeline.h"

namespace dsr::dsrctl {

// An instant of Asia/Shanghai, such as `2026-03-01 10:00`. So are all times below.
absl::Time StoryTime(absl::string_view text);

// A request of the type `access` and its events. Not thread-safe.
class RequestStory {
 public:
  using Details = std::map<std::string, std::string>;

  // Received by hotline and filed by `li`; `due` may be empty.
  RequestStory(absl::string_view received, absl::string_view filed, absl::string_view due);

  // Adds an event.
  RequestStory& Happens(absl::string_view time, absl::string_view who, absl::string_view kind,
                        const Details& details = {});
  // Adds what the request and its events tell about each of these.
  RequestStory& Enters(absl::string_view time, absl::string_view who, absl::string_view state,
                       v1::Phase phase, absl::string_view trigger = "facts_changed");
  RequestStory& Breaches(absl::string_view due, absl::string_view time, v1::BreachCause cause);
  RequestStory& Answers(absl::string_view time, v1::Outcome outcome);
  // `cause` is a DeadlineChange without its prefix.
  RequestStory& MovesDue(absl::string_view time, absl::string_view cause, absl::string_view due);
  RequestStory& Aims(absl::string_view target);

  v1::Request& request() { return request_; }

  // Returns the timeline as it stands at `now`.
  Timeline At(absl::string_view now) const;

 private:
  // Sets the due time, and returns it as an event's detail.
  std::string DueAt(absl::string_view due);

  v1::Request request_;
  std::vector<v1::RequestEvent> events_;
};

// Being worked on; due on 2026-03-17, with a target on 2026-03-12.
RequestStory OpenStory();
// Breached on 2026-03-17, refused on 2026-03-20 at 12:00.
RequestStory LateStory();
// Answered on 2026-03-11 in time, closed three years later.
RequestStory LongFollowUpStory();

}  // namespace dsr::dsrctl

#endif  // DSR_TESTS_UNIT_DSRCTL_REQUEST_STORY_H_
