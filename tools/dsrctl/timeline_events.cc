#include "dsrctl/timeline_events.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "dsr/base/proto_time.h"

namespace dsr::dsrctl {
namespace {

// How a kind of event is told. In `text`, `{name}` and `{name|PREFIX_}` stand for a detail, as it
// is or as an enum's words; what is between `[` and `]` goes when its detail is missing.
struct EventWords {
  absl::string_view kind;
  MarkKind mark;
  Severity severity;
  absl::string_view text;
};

constexpr EventWords kEventWords[] = {
    {"announcement_recorded", MarkKind::kDecision, Severity::kPlain, "announcement recorded"},
    {"blockers_cleared", MarkKind::kDecision, Severity::kPlain, "blockers said to be cleared"},
    {"conflict_decided", MarkKind::kDecision, Severity::kPlain, "goes on in spite of a conflict"},
    {"consent_changed", MarkKind::kDecision, Severity::kPlain, "consent changed[: {consent}]"},
    {"decision_reviewed", MarkKind::kDecision, Severity::kPlain,
     "decision reviewed[: {outcome|REVIEW_OUTCOME_}]"},
    {"deletion_approved", MarkKind::kDecision, Severity::kPlain, "deletion approved"},
    {"disclosure_recorded", MarkKind::kDetail, Severity::kQuiet, "disclosed[ to {recipient}]"},
    {"download_begun", MarkKind::kDetail, Severity::kQuiet, "download begun"},
    {"download_finished", MarkKind::kDetail, Severity::kPlain, "package downloaded"},
    {"evidence_recorded", MarkKind::kDetail, Severity::kQuiet, "evidence seen"},
    {"fee_quoted", MarkKind::kDecision, Severity::kPlain, "fee quoted[: {ground|FEE_GROUND_}]"},
    {"fee_settled", MarkKind::kDecision, Severity::kPlain, "fee[ {settlement|STATE_}]"},
    {"file_access_approved", MarkKind::kDecision, Severity::kPlain,
     "access to the case file approved[ for {principal}]"},
    {"file_opened", MarkKind::kDetail, Severity::kQuiet, "case file opened"},
    {"grant_issued", MarkKind::kDetail, Severity::kQuiet, "package can be downloaded"},
    {"incident_raised", MarkKind::kDecision, Severity::kAlarm, "incident raised[: {kind|KIND_}]"},
    {"package_built", MarkKind::kDetail, Severity::kQuiet, "package made"},
    {"plan_computed", MarkKind::kDetail, Severity::kQuiet, "deletion plan computed"},
    {"plan_confirmed", MarkKind::kDecision, Severity::kPlain, "deletion plan confirmed"},
    {"refusal_proposed", MarkKind::kDecision, Severity::kPlain,
     "refusal proposed[: {ground|REFUSAL_GROUND_}]"},
    {"request_assessed", MarkKind::kDecision, Severity::kPlain, "assessed"},
    {"request_withdrawn", MarkKind::kDecision, Severity::kPlain, "withdrawn"},
    {"restriction_lifted", MarkKind::kDecision, Severity::kPlain, "restriction to be lifted"},
    {"verification_failed", MarkKind::kDecision, Severity::kWarning, "verification failed"},
    {"verification_passed", MarkKind::kVerified, Severity::kGood,
     "verified[: {level|ASSURANCE_LEVEL_}]"},
    {"verification_revoked", MarkKind::kDecision, Severity::kWarning, "verification revoked"},
    {"verification_started", MarkKind::kDetail, Severity::kQuiet,
     "verification begun[: {method|VERIFICATION_METHOD_}]"},
};

// Machinery, and what the timeline tells otherwise. An action that was rejected changed nothing.
constexpr absl::string_view kUntold[] = {"action_rejected", "evidence_purged", "message_queued",
                                         "retained_left",   "task_instructed", "timer_ended",
                                         "timer_set"};

// Returns the detail that `field` names, `name` or `name|PREFIX_`.
std::string FieldWords(const v1::RequestEvent& event, absl::string_view field) {
  const size_t bar = field.find('|');
  if (bar == absl::string_view::npos) return DetailOf(event, field);
  return EnumWords(DetailOf(event, field.substr(0, bar)), field.substr(bar + 1));
}

std::string FillWords(const v1::RequestEvent& event, absl::string_view text) {
  const size_t open = text.find('[');
  if (open == absl::string_view::npos) return std::string(text);
  const size_t begin = text.find('{', open);
  const size_t end = text.find('}', begin);
  const size_t close = text.find(']', end);
  const std::string value = FieldWords(event, text.substr(begin + 1, end - begin - 1));
  if (value.empty()) return std::string(text.substr(0, open));
  return absl::StrCat(text.substr(0, open), text.substr(open + 1, begin - open - 1), value,
                      text.substr(end + 1, close - end - 1));
}

void TellEscalation(const v1::RequestEvent& event, Mark& mark) {
  const bool is_reminder = DetailOf(event, "level") == "1";
  const std::string role = DetailOf(event, "role");
  mark.kind = is_reminder ? MarkKind::kReminder : MarkKind::kEscalation;
  mark.severity = Severity::kWarning;
  mark.label = absl::StrCat(is_reminder ? "reminder" : "escalated", role.empty() ? "" : " to ",
                            EnumWords(role, ""));
}

void TellAssignment(const v1::RequestEvent& event, Mark& mark) {
  const std::string assignee = DetailOf(event, "assignee");
  const std::string team = DetailOf(event, "team");
  mark.kind = MarkKind::kDecision;
  mark.severity = Severity::kPlain;
  mark.label = assignee.empty() && team.empty() ? "assigned to nobody" : "assigned to ";
  if (!assignee.empty()) mark.label += assignee;
  if (!assignee.empty() && !team.empty()) mark.label += ", ";
  if (!team.empty()) absl::StrAppend(&mark.label, "team ", team);
}

}  // namespace

std::string DetailOf(const v1::RequestEvent& event, absl::string_view name) {
  const auto found = event.details().find(std::string(name));
  return found == event.details().end() ? "" : found->second;
}

std::string EnumWords(absl::string_view value, absl::string_view prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(value, prefix)), {{"_", " "}});
}

std::optional<Mark> MarkOf(const v1::RequestEvent& event) {
  const std::string& kind = event.kind();
  if (std::find(std::begin(kUntold), std::end(kUntold), kind) != std::end(kUntold))
    return std::nullopt;
  Mark mark{.time = FromTimestamp(event.time()), .who = event.actor()};
  if (kind == "request_escalated") {
    TellEscalation(event, mark);
  } else if (kind == "request_assigned") {
    TellAssignment(event, mark);
  } else if (kind == "refusal_decided") {
    mark.kind = MarkKind::kDecision;
    mark.severity = Severity::kPlain;
    mark.label = DetailOf(event, "approved") == "true" ? "refusal approved" : "refusal rejected";
  } else {
    const EventWords* words =
        std::find_if(std::begin(kEventWords), std::end(kEventWords),
                     [&](const EventWords& candidate) { return candidate.kind == kind; });
    const bool is_known = words != std::end(kEventWords);
    if (is_known) {
      mark.kind = words->mark;
      mark.severity = words->severity;
    }
    mark.label = is_known ? FillWords(event, words->text) : EnumWords(kind, "");
  }
  return mark;
}

}  // namespace dsr::dsrctl
