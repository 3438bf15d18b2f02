#include "unit/dsrctl/request_story.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "dsr/base/proto_time.h"

namespace dsr::dsrctl {
namespace {

absl::TimeZone StoryZone() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Asia/Shanghai", &zone));
  return zone;
}

}  // namespace

absl::Time StoryTime(absl::string_view text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", text, StoryZone(), &time, nullptr)) << text;
  return time;
}

RequestStory::RequestStory(absl::string_view received, absl::string_view filed,
                           absl::string_view due) {
  request_.set_name("requests/01jd2m8q");
  request_.set_type("access");
  request_.set_channel("hotline");
  *request_.mutable_received_time() = ToTimestamp(StoryTime(received));
  *request_.mutable_create_time() = ToTimestamp(StoryTime(filed));
  request_.set_phase(v1::PHASE_VERIFICATION);
  Details details = {{"state", "verifying"}, {"phase", "PHASE_VERIFICATION"}};
  if (!due.empty()) details["due_time"] = DueAt(due);
  Happens(filed, "li", "request_filed", details);
}

RequestStory& RequestStory::Happens(absl::string_view time, absl::string_view who,
                                    absl::string_view kind, const Details& details) {
  v1::RequestEvent& event = events_.emplace_back();
  event.set_sequence(static_cast<int64_t>(events_.size()));
  *event.mutable_time() = ToTimestamp(StoryTime(time));
  event.set_actor(std::string(who));
  event.set_kind(std::string(kind));
  for (const auto& [name, value] : details) (*event.mutable_details())[name] = value;
  return *this;
}

RequestStory& RequestStory::Enters(absl::string_view time, absl::string_view who,
                                   absl::string_view state, v1::Phase phase,
                                   absl::string_view trigger) {
  request_.set_phase(phase);
  if (phase == v1::PHASE_CLOSED) *request_.mutable_close_time() = ToTimestamp(StoryTime(time));
  return Happens(time, who, "state_changed",
                 {{"to", std::string(state)},
                  {"phase", v1::Phase_Name(phase)},
                  {"trigger", std::string(trigger)}});
}

RequestStory& RequestStory::Breaches(absl::string_view due, absl::string_view time,
                                     v1::BreachCause cause) {
  request_.set_breached(true);
  *request_.mutable_breach_time() = ToTimestamp(StoryTime(due));
  return Happens(time, "system:scheduler", "request_breached",
                 {{"cause", v1::BreachCause_Name(cause)}});
}

RequestStory& RequestStory::Answers(absl::string_view time, v1::Outcome outcome) {
  v1::Response& response = *request_.mutable_response();
  *response.mutable_response_time() = ToTimestamp(StoryTime(time));
  response.set_outcome(outcome);
  return Happens(time, "zhang", "request_answered", {{"outcome", v1::Outcome_Name(outcome)}});
}

RequestStory& RequestStory::MovesDue(absl::string_view time, absl::string_view cause,
                                     absl::string_view due) {
  const std::string detail = DueAt(due);
  return Happens(time, "chen", "deadline_moved",
                 {{"cause", absl::StrCat("DEADLINE_CHANGE_", cause)}, {"due_time", detail}});
}

RequestStory& RequestStory::Aims(absl::string_view target) {
  *request_.mutable_target_time() = ToTimestamp(StoryTime(target));
  return *this;
}

Timeline RequestStory::At(absl::string_view now) const {
  return MakeTimeline(request_, events_, StoryTime(now), StoryZone());
}

std::string RequestStory::DueAt(absl::string_view due) {
  const absl::Time time = StoryTime(due);
  *request_.mutable_due_time() = ToTimestamp(time);
  const absl::CivilDay day = absl::ToCivilDay(time - absl::Seconds(1), StoryZone());
  request_.mutable_last_day()->set_year(static_cast<int32_t>(day.year()));
  request_.mutable_last_day()->set_month(day.month());
  request_.mutable_last_day()->set_day(day.day());
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

RequestStory OpenStory() {
  RequestStory story("2026-03-01 10:00", "2026-03-01 14:30", "2026-03-17 00:00");
  story.Aims("2026-03-12 00:00")
      .Happens("2026-03-02 09:22", "portal", "verification_passed",
               {{"level", "ASSURANCE_LEVEL_CONTACT"}})
      .Enters("2026-03-02 09:22", "portal", "assessing", v1::PHASE_ASSESSMENT)
      .Happens("2026-03-03 11:00", "wang", "request_assigned", {{"assignee", "张三"}})
      .Enters("2026-03-04 16:00", "张三", "collecting", v1::PHASE_WORK)
      .Happens("2026-03-04 16:00", "张三", "tasks_created", {{"tasks", "5"}});
  return story;
}

RequestStory LateStory() {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Enters("2026-03-03 09:00", "portal", "assessing", v1::PHASE_ASSESSMENT)
      .Happens("2026-03-12 00:00", "system:scheduler", "request_escalated",
               {{"level", "1"}, {"role", "caseworker"}})
      .Breaches("2026-03-17 00:00", "2026-03-17 00:00", v1::BREACH_CAUSE_STAFF)
      .Happens("2026-03-17 00:00", "system:scheduler", "request_escalated",
               {{"level", "3"}, {"role", "privacy_officer"}})
      .Answers("2026-03-20 12:00", v1::OUTCOME_REFUSED)
      .Enters("2026-03-20 12:00", "zhang", "closed", v1::PHASE_CLOSED);
  return story;
}

RequestStory LongFollowUpStory() {
  RequestStory story("2026-03-01 10:00", "2026-03-01 10:00", "2026-03-17 00:00");
  story.Answers("2026-03-11 10:00", v1::OUTCOME_PARTLY_FULFILLED)
      .Enters("2026-03-11 10:00", "zhang", "answered", v1::PHASE_FOLLOW_UP)
      .Enters("2029-03-11 10:00", "system:engine", "closed", v1::PHASE_CLOSED);
  return story;
}

}  // namespace dsr::dsrctl
