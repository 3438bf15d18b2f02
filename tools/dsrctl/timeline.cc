#include "dsrctl/timeline.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "dsr/base/proto_time.h"
#include "dsrctl/timeline_daily.h"
#include "dsrctl/timeline_events.h"
#include "dsrctl/timeline_words.h"

namespace dsr::dsrctl {
namespace {

// Nothing for the epoch as well, which stands for no due time in older events.
std::optional<absl::Time> TimeDetail(const v1::RequestEvent& event, absl::string_view name) {
  absl::Time time;
  const std::string text = DetailOf(event, name);
  if (text.empty() || !absl::ParseTime(absl::RFC3339_full, text, &time, nullptr) ||
      time <= absl::UnixEpoch()) {
    return std::nullopt;
  }
  return time;
}

// Follows a request through its events.
class TimelineMaker {
 public:
  TimelineMaker(const v1::Request& request, absl::Time now, absl::TimeZone zone);

  void Take(const v1::RequestEvent& event);
  Timeline Finish();

 private:
  void TakeFiled(const v1::RequestEvent& event);
  void TakeState(const v1::RequestEvent& event);
  void TakeMove(const v1::RequestEvent& event);
  void TakePause(const v1::RequestEvent& event);
  void TakeBreach(const v1::RequestEvent& event);
  void TakeAnswer(const v1::RequestEvent& event);

  void Add(absl::Time time, MarkKind kind, Severity severity, std::string label,
           std::string who = "");
  void EnterPhase(v1::Phase phase, absl::Time time);
  void EndPause(absl::Time time);
  // Returns `: last day 2026-03-31, was 2026-03-16` of an event that may have moved the due time.
  std::string MoveDue(const v1::RequestEvent& event);
  // Returns `last_day` of the event, or what its due time tells.
  std::string LastDay(const v1::RequestEvent& event, absl::Time due) const;
  void AddDates();
  void FindLate();
  void FindBounds();

  const v1::Request& request_;
  DailyCounts daily_;
  Timeline timeline_;
  // The present phase, and since when.
  v1::Phase phase_ = v1::PHASE_UNSPECIFIED;
  absl::Time phase_begin_;
  // What counted by the events so far.
  std::optional<absl::Time> due_;
  std::string last_day_;
  std::optional<absl::Time> paused_since_;
};

TimelineMaker::TimelineMaker(const v1::Request& request, absl::Time now, absl::TimeZone zone)
    : request_(request), daily_(zone) {
  timeline_.name = request.name();
  timeline_.type = request.type();
  timeline_.phase = request.phase();
  timeline_.zone = zone;
  timeline_.now = now;
  timeline_.received = FromTimestamp(request.received_time());
  timeline_.filed =
      request.has_create_time() ? FromTimestamp(request.create_time()) : timeline_.received;
  if (request.due_time().seconds() != 0) {
    timeline_.due = FromTimestamp(request.due_time());
    const v1::Date& day = request.last_day();
    timeline_.last_day = absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
  }
  if (request.target_time().seconds() != 0) timeline_.target = FromTimestamp(request.target_time());
  if (request.response().has_response_time()) {
    timeline_.answered = FromTimestamp(request.response().response_time());
    timeline_.outcome = request.response().outcome();
  }
  if (request.has_close_time()) timeline_.closed = FromTimestamp(request.close_time());
  // For a request whose events are kept from the reader.
  phase_ = request.phase();
  phase_begin_ = timeline_.filed;
}

void TimelineMaker::Add(absl::Time time, MarkKind kind, Severity severity, std::string label,
                        std::string who) {
  timeline_.marks.push_back({time, kind, severity, std::move(label), std::move(who)});
}

void TimelineMaker::Take(const v1::RequestEvent& event) {
  const std::string& kind = event.kind();
  if (kind == "request_filed") return TakeFiled(event);
  if (kind == "state_changed") return TakeState(event);
  if (kind == "deadline_moved" || kind == "request_linked" || kind == "request_migrated")
    return TakeMove(event);
  if (kind == "clock_paused") return TakePause(event);
  if (kind == "request_breached") return TakeBreach(event);
  if (kind == "request_answered") return TakeAnswer(event);
  if (daily_.Add(event)) return;
  if (std::optional<Mark> mark = MarkOf(event)) timeline_.marks.push_back(*std::move(mark));
}

void TimelineMaker::TakeFiled(const v1::RequestEvent& event) {
  const std::string by = request_.channel().empty() ? "" : absl::StrCat(" by ", request_.channel());
  const std::string state = DetailOf(event, "state");
  // The minute is what is shown.
  const bool at_once = timeline_.filed - timeline_.received < absl::Minutes(1);
  if (!at_once) {
    Add(timeline_.received, MarkKind::kReceived, Severity::kPlain, absl::StrCat("received", by));
  }
  Add(timeline_.filed, at_once ? MarkKind::kReceived : MarkKind::kFiled, Severity::kPlain,
      absl::StrCat(at_once ? absl::StrCat("received and filed", by) : "filed",
                   state.empty() ? "" : ": ", state),
      event.actor());
  v1::Phase phase = v1::PHASE_UNSPECIFIED;
  if (v1::Phase_Parse(DetailOf(event, "phase"), &phase)) phase_ = phase;
  due_ = TimeDetail(event, "due_time");
  if (due_.has_value()) last_day_ = LastDay(event, *due_);
}

void TimelineMaker::TakeState(const v1::RequestEvent& event) {
  const absl::Time time = FromTimestamp(event.time());
  v1::Phase phase = phase_;
  v1::Phase_Parse(DetailOf(event, "phase"), &phase);
  std::string label = PhaseText(phase);
  const std::string state = DetailOf(event, "to");
  if (phase != phase_ && phase != v1::PHASE_CLOSED) label += " begins";
  if (!state.empty() && state != label) absl::StrAppend(&label, ": ", state);
  // Nobody did it, so what did is told.
  if (event.actor() == "system:scheduler") {
    const std::string timer = DetailOf(event, "trigger");
    if (!timer.empty()) absl::StrAppend(&label, " (", timer, ")");
  }
  if (phase == v1::PHASE_CLOSED) {
    Add(time, MarkKind::kClosed, Severity::kPlain, std::move(label), event.actor());
    if (!timeline_.closed.has_value()) timeline_.closed = time;
  } else if (phase != phase_) {
    Add(time, MarkKind::kPhase, Severity::kPlain, std::move(label), event.actor());
  } else {
    Add(time, MarkKind::kDetail, Severity::kQuiet, std::move(label), event.actor());
  }
  if (phase >= v1::PHASE_FOLLOW_UP && !timeline_.settled.has_value()) timeline_.settled = time;
  EnterPhase(phase, time);
}

void TimelineMaker::EnterPhase(v1::Phase phase, absl::Time time) {
  if (phase == phase_) return;
  if (time > phase_begin_) timeline_.phases.push_back({phase_, phase_begin_, time});
  phase_ = phase;
  phase_begin_ = time;
}

std::string TimelineMaker::LastDay(const v1::RequestEvent& event, absl::Time due) const {
  const std::string day = DetailOf(event, "last_day");
  if (!day.empty()) return day;
  return absl::FormatTime("%Y-%m-%d", due - absl::Microseconds(1), timeline_.zone);
}

std::string TimelineMaker::MoveDue(const v1::RequestEvent& event) {
  const std::optional<absl::Time> due = TimeDetail(event, "due_time");
  if (!due.has_value() || due == due_) return "";
  const std::string last_day = LastDay(event, *due);
  std::string label = absl::StrCat(": last day ", last_day);
  if (due_.has_value()) {
    absl::StrAppend(&label, ", was ", last_day_);
    timeline_.replaced.push_back({*due_, FromTimestamp(event.time())});
  }
  due_ = due;
  last_day_ = last_day;
  return label;
}

void TimelineMaker::TakeMove(const v1::RequestEvent& event) {
  const absl::Time time = FromTimestamp(event.time());
  const std::string cause = DetailOf(event, "cause");
  const std::string moved = MoveDue(event);
  std::string label;
  if (event.kind() == "request_linked") {
    label = absl::StrCat("linked to ", DetailOf(event, "first"));
  } else if (event.kind() == "request_migrated") {
    label = "goes on by newer definitions";
  } else if (cause == "DEADLINE_CHANGE_EXTENDED") {
    label = "deadline extended";
  } else if (cause == "DEADLINE_CHANGE_CALENDAR") {
    label = "deadline counted by the announced calendar";
  } else if (cause == "DEADLINE_CHANGE_PAUSED") {
    const bool goes_on = !DetailOf(event, "paused_since").empty();
    if (!goes_on) EndPause(time);
    label = goes_on ? "clock still paused" : "clock runs again";
  } else {
    label = "deadline moved";
  }
  Add(time, MarkKind::kDeadline, Severity::kWarning, absl::StrCat(label, moved), event.actor());
}

void TimelineMaker::TakePause(const v1::RequestEvent& event) {
  paused_since_ = FromTimestamp(event.time());
  Add(*paused_since_, MarkKind::kDeadline, Severity::kWarning, "clock paused", event.actor());
}

void TimelineMaker::EndPause(absl::Time time) {
  if (paused_since_.has_value() && *paused_since_ < time)
    timeline_.pauses.push_back({*paused_since_, time});
  paused_since_.reset();
}

void TimelineMaker::TakeBreach(const v1::RequestEvent& event) {
  const absl::Time time = FromTimestamp(event.time());
  EndPause(time);
  std::string label = "breached";
  const std::string cause = EnumWords(DetailOf(event, "cause"), "BREACH_CAUSE_");
  if (cause == "filed late") {
    label += ": filed late";
  } else if (!cause.empty()) {
    absl::StrAppend(&label, ": waited for ", cause);
  }
  std::vector<std::string> systems;
  for (const std::string& name : request_.breach_systems())
    systems.emplace_back(absl::StripPrefix(name, "systems/"));
  if (!systems.empty()) absl::StrAppend(&label, " (", absl::StrJoin(systems, ", "), ")");
  Add(time, MarkKind::kBreach, Severity::kAlarm, std::move(label), event.actor());
}

void TimelineMaker::TakeAnswer(const v1::RequestEvent& event) {
  const absl::Time time = FromTimestamp(event.time());
  EndPause(time);
  if (!timeline_.answered.has_value()) timeline_.answered = time;
  timeline_.settled = timeline_.answered;
  const std::string outcome = EnumWords(DetailOf(event, "outcome"), "OUTCOME_");
  const bool is_late = timeline_.due.has_value() && *timeline_.answered >= *timeline_.due;
  Add(*timeline_.answered, MarkKind::kAnswer, is_late ? Severity::kAlarm : Severity::kGood,
      absl::StrCat("answered", outcome.empty() ? "" : ": ", outcome, is_late ? ", late" : ""),
      event.actor());
}

void TimelineMaker::AddDates() {
  if (timeline_.target.has_value())
    Add(*timeline_.target, MarkKind::kTarget, Severity::kPlain, "target for the answer");
  if (!timeline_.due.has_value()) return;
  Add(*timeline_.due, MarkKind::kDue,
      timeline_.late.has_value() ? Severity::kAlarm : Severity::kPlain,
      absl::StrCat("due: ", timeline_.last_day, " was the last day"));
  if (timeline_.now < *timeline_.due)
    timeline_.marks.back().label = absl::StrCat("due: ", timeline_.last_day, " is the last day");
}

void TimelineMaker::FindLate() {
  if (!timeline_.due.has_value()) return;
  // The breach stands by the date that counted then.
  const absl::Time since =
      request_.has_breach_time() ? FromTimestamp(request_.breach_time()) : *timeline_.due;
  const absl::Time until = timeline_.answered.has_value() ? *timeline_.answered
                           : timeline_.closed.has_value() ? *timeline_.closed
                                                          : timeline_.now;
  if (request_.breached() || until >= since)
    timeline_.late = TimeSpan{since, std::max(since, until)};
}

void TimelineMaker::FindBounds() {
  timeline_.begin = timeline_.received;
  timeline_.end = timeline_.closed.value_or(timeline_.now);
  for (const Mark& mark : timeline_.marks) {
    timeline_.begin = std::min(timeline_.begin, mark.time);
    timeline_.end = std::max(timeline_.end, mark.time);
  }
  for (const ReplacedDue& replaced : timeline_.replaced)
    timeline_.end = std::max(timeline_.end, replaced.due);
  timeline_.end = std::max(timeline_.end, timeline_.begin + absl::Hours(1));
}

Timeline TimelineMaker::Finish() {
  const absl::Time last = timeline_.closed.value_or(timeline_.now);
  EndPause(last);
  if (phase_ != v1::PHASE_CLOSED && phase_ != v1::PHASE_UNSPECIFIED && phase_begin_ < last)
    timeline_.phases.push_back({phase_, phase_begin_, last});
  FindLate();
  // Before what happened at the same instant: the breach follows from the due time.
  std::vector<Mark> happened = std::exchange(timeline_.marks, {});
  AddDates();
  std::move(happened.begin(), happened.end(), std::back_inserter(timeline_.marks));
  for (Mark& mark : daily_.Marks()) timeline_.marks.push_back(std::move(mark));
  std::stable_sort(timeline_.marks.begin(), timeline_.marks.end(),
                   [](const Mark& a, const Mark& b) { return a.time < b.time; });
  FindBounds();
  return std::move(timeline_);
}

}  // namespace

Timeline MakeTimeline(const v1::Request& request, std::span<const v1::RequestEvent> events,
                      absl::Time now, absl::TimeZone zone) {
  TimelineMaker maker(request, now, zone);
  for (const v1::RequestEvent& event : events) maker.Take(event);
  return maker.Finish();
}

}  // namespace dsr::dsrctl
