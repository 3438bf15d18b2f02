// What happened to a request against the clock, ready to be drawn.
#ifndef DSR_TOOLS_DSRCTL_TIMELINE_H_
#define DSR_TOOLS_DSRCTL_TIMELINE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dsr/v1/request.pb.h"
#include "dsr/v1/request_service.pb.h"

namespace dsr::dsrctl {

// What a mark is about.
enum class MarkKind {
  kReceived,
  kFiled,
  kVerified,
  kPhase,       // the request went into another phase
  kReminder,    // escalation of level 1
  kEscalation,  // of a higher level
  kBreach,
  kDeadline,  // the due time moved, or the clock was paused
  kTarget,
  kDue,
  kAnswer,
  kClosed,
  kDecision,  // what a person decided or did for it
  kDetail,    // all the rest: states within a phase, tasks, notices, messages
};

// How much a mark matters to whoever asks whether the request was handled in time.
enum class Severity { kQuiet, kPlain, kGood, kWarning, kAlarm };

// One line of the timeline.
struct Mark {
  absl::Time time;
  MarkKind kind = MarkKind::kDetail;
  Severity severity = Severity::kQuiet;
  std::string label;  // one line, such as `answered: fulfilled`; not escaped
  std::string who;    // empty where nobody did it; `several` for what was counted together
};

// From `begin` to `end`, which is not part of it.
struct TimeSpan {
  absl::Time begin;
  absl::Time end;
};

// A phase that the request was in.
struct PhaseSpan {
  v1::Phase phase = v1::PHASE_UNSPECIFIED;
  absl::Time begin;
  absl::Time end;  // `Timeline::now` for the phase that it is in
};

// A due time that counted until it moved.
struct ReplacedDue {
  absl::Time due;
  absl::Time moved;
};

// A request on the time axis. Holds no personal data, because events have none.
struct Timeline {
  std::string name;  // `requests/{id}`
  std::string type;
  v1::Phase phase = v1::PHASE_UNSPECIFIED;
  absl::TimeZone zone;  // that days are counted and instants are shown in
  absl::Time now;

  // All there is to draw lies between these two. `begin` is before `end`.
  absl::Time begin;
  absl::Time end;

  absl::Time received;
  absl::Time filed;
  std::optional<absl::Time> due;  // exclusive: an answer at this instant is late
  std::string last_day;           // of the period, YYYY-MM-DD; empty without a due time
  std::optional<absl::Time> target;
  std::vector<ReplacedDue> replaced;  // oldest first
  std::optional<absl::Time> answered;
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  // When the work was over and follow-up began: the answer where there is one.
  std::optional<absl::Time> settled;
  std::optional<absl::Time> closed;
  // From the breach to the answer; to `now` where there is none yet.
  std::optional<TimeSpan> late;

  std::vector<PhaseSpan> phases;  // in order, without those that lasted no time
  std::vector<TimeSpan> pauses;   // in which the clock stood still, in order
  std::vector<Mark> marks;        // by time; what is due later than `now` is among them
};

// Returns the timeline of `request`, made of all of its `events`, oldest first, as it stands at
// `now`. The same arguments give the same timeline.
//
// What comes by the hundred, tasks, notices and messages, is counted by the day of `zone`. Kinds of
// events that are unknown here are told by their names, so that a server may be newer.
Timeline MakeTimeline(const v1::Request& request, std::span<const v1::RequestEvent> events,
                      absl::Time now, absl::TimeZone zone);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_TIMELINE_H_
