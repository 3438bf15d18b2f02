#include "dsrctl/timeline_daily.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/base/proto_time.h"
#include "dsrctl/timeline_events.h"

namespace dsr::dsrctl {
namespace {

// In the order in which a day's mark names them.
struct CountedKind {
  absl::string_view kind;
  absl::string_view thing;  // in the singular
  absl::string_view fate;
  Severity severity;
  absl::string_view number;  // the detail that tells how many; empty for one an event
};

constexpr CountedKind kCounted[] = {
    {"code_rejected", "code", "rejected", Severity::kQuiet, ""},
    {"field_decided", "field", "decided", Severity::kPlain, ""},
    {"tasks_created", "task", "created", Severity::kQuiet, "tasks"},
    {"task_completed", "task", "completed", Severity::kQuiet, ""},
    {"task_failed", "task", "failed", Severity::kWarning, ""},
    {"task_retried", "task", "tried again", Severity::kQuiet, ""},
    {"task_cancelled", "task", "cancelled", Severity::kQuiet, ""},
    {"notices_created", "notice", "created", Severity::kQuiet, "notices"},
    {"notice_sent", "notice", "delivered", Severity::kQuiet, ""},
    {"notice_acknowledged", "notice", "acknowledged", Severity::kQuiet, ""},
    {"notice_completed", "notice", "completed", Severity::kQuiet, ""},
    {"notice_objected", "notice", "objected to", Severity::kWarning, ""},
    {"notice_objection_decided", "notice", "decided about", Severity::kPlain, ""},
    {"notice_reminded", "notice", "reminded of", Severity::kQuiet, ""},
    {"notice_overdue", "notice", "overdue", Severity::kWarning, ""},
    {"notice_escalated", "notice", "escalated", Severity::kWarning, ""},
    {"notice_failed", "notice", "failed", Severity::kWarning, ""},
    {"notice_retried", "notice", "tried again", Severity::kQuiet, ""},
    {"notice_resent", "notice", "delivered again", Severity::kQuiet, ""},
    {"notice_moved", "notice", "moved", Severity::kQuiet, ""},
    {"notice_superseded", "notice", "superseded", Severity::kQuiet, ""},
    {"notice_impossible", "notice", "impossible", Severity::kWarning, ""},
    {"notice_cancelled", "notice", "cancelled", Severity::kQuiet, ""},
    {"message_sent", "message", "sent", Severity::kQuiet, ""},
    {"message_failed", "message", "failed", Severity::kWarning, ""},
};

}  // namespace

bool DailyCounts::Add(const v1::RequestEvent& event) {
  const CountedKind* kind =
      std::find_if(std::begin(kCounted), std::end(kCounted),
                   [&](const CountedKind& counted) { return counted.kind == event.kind(); });
  if (kind == std::end(kCounted)) return false;
  int64_t number = 1;
  if (!kind->number.empty() && !absl::SimpleAtoi(DetailOf(event, kind->number), &number))
    number = 0;  // a round of no tasks: no data system is concerned
  const absl::Time time = FromTimestamp(event.time());
  Count& count = counts_[{absl::ToCivilDay(time, zone_), std::string(kind->thing)}];
  if (count.by_kind.empty()) {
    count.first = time;
    count.who = event.actor();
  } else if (count.who != event.actor()) {
    count.who = "several";
  }
  count.by_kind[kind - std::begin(kCounted)] += number;
  return true;
}

std::vector<Mark> DailyCounts::Marks() const {
  std::vector<Mark> marks;
  for (const auto& [day_and_thing, count] : counts_) {
    Mark mark{.time = count.first, .who = count.who};
    std::vector<std::string> parts;
    int64_t last = 0;
    for (const auto& [place, number] : count.by_kind) {
      if (number == 0) continue;
      parts.push_back(absl::StrCat(number, " ", kCounted[place].fate));
      mark.severity = std::max(mark.severity, kCounted[place].severity);
      last = number;
    }
    if (parts.empty()) continue;
    const std::string& thing = std::get<1>(day_and_thing);
    if (parts.size() > 1) {
      mark.label = absl::StrCat(thing, "s: ", absl::StrJoin(parts, ", "));
    } else {
      const size_t space = parts[0].find(' ');
      mark.label = absl::StrCat(parts[0].substr(0, space + 1), thing, last == 1 ? "" : "s",
                                parts[0].substr(space));
    }
    marks.push_back(std::move(mark));
  }
  return marks;
}

}  // namespace dsr::dsrctl
