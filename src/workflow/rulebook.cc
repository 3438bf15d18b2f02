#include "dsr/workflow/rulebook.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/deadline.h"

namespace dsr {
namespace {

constexpr absl::string_view kDefaultLanguage = "zh-CN";

const v1::Template* FindExactTemplate(const v1::TemplateSet& templates, absl::string_view id,
                                      absl::string_view language) {
  for (const v1::Template& candidate : templates.templates()) {
    if (candidate.id() == id && candidate.language() == language) return &candidate;
  }
  return nullptr;
}

const v1::DeadlineProfile* FindProfile(const v1::Policy& policy, const std::string& name) {
  for (const v1::DeadlineProfile& profile : policy.deadline_profiles()) {
    if (profile.name() == name) return &profile;
  }
  return nullptr;
}

// Policies of before there were profiles count as they always did.
v1::DeadlineProfile ProfileInForce(const v1::Policy& policy) {
  const v1::DeadlineProfile* in_force = FindProfile(policy, policy.deadline_profile());
  if (in_force != nullptr) return *in_force;
  v1::DeadlineProfile profile;
  profile.mutable_length()->set_civil_days(policy.response_days());
  profile.set_calendar(policy.calendar());
  return profile;
}

absl::Status AddClock(const v1::DeadlineProfile& profile, const v1::Calendar& calendar,
                      std::vector<std::string> regions, Rulebook& rulebook) {
  DSR_ASSIGN_OR_RETURN(DeadlineRule rule,
                       MakeDeadlineRule(profile, rulebook.policy.time_zone(),
                                        profile.calendar().empty() ? nullptr : &calendar));
  rulebook.clocks.push_back({.rule = std::move(rule), .regions = std::move(regions)});
  return absl::OkStatus();
}

absl::Status AddClocks(const v1::Calendar& calendar, Rulebook& rulebook) {
  DSR_RETURN_IF_ERROR(AddClock(ProfileInForce(rulebook.policy), calendar, {}, rulebook));
  for (const v1::ClockRule& clock : rulebook.policy.clocks()) {
    const bool is_for_type =
        clock.types().empty() || absl::c_linear_search(clock.types(), rulebook.workflow.name());
    const v1::DeadlineProfile* profile = FindProfile(rulebook.policy, clock.profile());
    if (!is_for_type || profile == nullptr) continue;
    DSR_RETURN_IF_ERROR(
        AddClock(*profile, calendar, {clock.regions().begin(), clock.regions().end()}, rulebook));
  }
  return absl::OkStatus();
}

}  // namespace

WorkingCalendar ToWorkingCalendar(const v1::Calendar& calendar) {
  WorkingCalendar out;
  out.version = absl::StrCat(calendar.name(), "-", calendar.version());
  for (const v1::DayRange& range : calendar.off()) {
    const absl::CivilDay first = ToCivilDay(range.first());
    const absl::CivilDay last = range.has_last() ? ToCivilDay(range.last()) : first;
    for (absl::CivilDay day = first; day <= last; ++day) out.off_days.insert(day);
  }
  for (const v1::Date& day : calendar.working()) out.make_up_days.insert(ToCivilDay(day));

  // Announcements come by the year; a year known only in part counts as unknown, so that a date
  // counted through it is provisional.
  const absl::CivilDay first = ToCivilDay(calendar.known().first());
  const absl::CivilDay last = ToCivilDay(calendar.known().last());
  out.first_year =
      first == absl::CivilDay(absl::CivilYear(first)) ? first.year() : first.year() + 1;
  out.last_year =
      absl::CivilYear(last + 1) == absl::CivilYear(last) ? last.year() - 1 : last.year();
  return out;
}

const v1::State* Rulebook::FindState(absl::string_view name) const {
  for (const v1::State& state : workflow.states()) {
    if (state.name() == name) return &state;
  }
  return nullptr;
}

const v1::Category* Rulebook::FindCategory(absl::string_view name) const {
  for (const v1::Category& category : policy.categories()) {
    if (category.name() == name) return &category;
  }
  return nullptr;
}

const v1::Template* Rulebook::FindTemplate(absl::string_view id, absl::string_view language) const {
  const v1::Template* found = FindExactTemplate(templates, id, language);
  return found != nullptr ? found : FindExactTemplate(templates, id, kDefaultLanguage);
}

const v1::HtmlLayout* Rulebook::FindLayout(absl::string_view language) const {
  for (const v1::HtmlLayout& layout : templates.layouts()) {
    if (layout.language() == language) return &layout;
  }
  return nullptr;
}

absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view name) {
  absl::TimeZone zone;
  // Never fall back to UTC: every deadline would silently end at another hour.
  if (!absl::LoadTimeZone(std::string(name), &zone)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     absl::StrCat("the time zone ", name,
                                  " of the policy does not load; install the tzdata package"),
                     {{"time_zone", std::string(name)}});
  }
  return zone;
}

absl::StatusOr<std::shared_ptr<const Rulebook>> MakeRulebook(const v1::Pins& pins,
                                                             const v1::Workflow& workflow,
                                                             const v1::Policy& policy,
                                                             const v1::Calendar& calendar,
                                                             const v1::TemplateSet& templates) {
  auto rulebook = std::make_shared<Rulebook>();
  DSR_ASSIGN_OR_RETURN(rulebook->zone, LoadZone(policy.time_zone()));
  rulebook->pins = pins;
  rulebook->workflow = workflow;
  rulebook->policy = policy;
  rulebook->templates = templates;
  rulebook->calendar = ToWorkingCalendar(calendar);
  DSR_RETURN_IF_ERROR(AddClocks(calendar, *rulebook));
  return std::shared_ptr<const Rulebook>(std::move(rulebook));
}

}  // namespace dsr
