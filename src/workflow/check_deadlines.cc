// The checks of deadline profiles.
#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dsr/workflow/regions.h"
#include "workflow/definition_words.h"
#include "workflow/policy_checker.h"

namespace dsr {
namespace {

using Length = v1::DeadlineProfile::Length;

constexpr int kMostCivilDays = 3660;
constexpr int kMostWorkingDays = 1000;
constexpr int kMostMonths = 120;

bool IsInRange(const Length& length) {
  switch (length.length_case()) {
    case Length::kCivilDays:
      return 1 <= length.civil_days() && length.civil_days() <= kMostCivilDays;
    case Length::kWorkingDays:
      return 1 <= length.working_days() && length.working_days() <= kMostWorkingDays;
    case Length::kMonths:
      return 1 <= length.months() && length.months() <= kMostMonths;
    case Length::LENGTH_NOT_SET:
      break;
  }
  return false;
}

void CheckLength(const Length& length, const std::string& what, const Place& place,
                 std::vector<Finding>* findings) {
  if (IsInRange(length)) return;
  AddFinding(place,
             absl::StrCat(what, " must be 1 to ", kMostCivilDays, " civil_days, 1 to ",
                          kMostWorkingDays, " working_days, or 1 to ", kMostMonths, " months"),
             findings);
}

void CheckProfile(const v1::DeadlineProfile& profile, const Place& place,
                  const std::set<std::string>& calendars, std::vector<Finding>* findings) {
  const std::string what = absl::StrCat("deadline profile `", profile.name(), "`");
  if (!IsWellFormedName(profile.name(), '-')) {
    AddFinding(place, "a deadline profile needs a name of a-z, 0-9 and `-`", findings);
  }
  if (profile.law().empty()) {
    AddFinding(place, absl::StrCat(what, " does not say which law it comes from"), findings);
  }
  CheckLength(profile.length(), absl::StrCat("the length of ", what), place.Of("length"), findings);
  if (profile.has_extension()) {
    CheckLength(profile.extension(), absl::StrCat("the extension of ", what), place.Of("extension"),
                findings);
  }
  if (profile.has_target_before()) {
    CheckLength(profile.target_before(), absl::StrCat("the target of ", what),
                place.Of("target_before"), findings);
  }
  for (int i = 0; i < profile.pausing_states_size(); ++i) {
    if (IsWellFormedName(profile.pausing_states(i), '_')) continue;
    AddFinding(place.Of("pausing_states", i), "a state's name is of a-z, 0-9 and `_`", findings);
  }
  absl::TimeZone zone;
  if (!profile.time_zone().empty() && !absl::LoadTimeZone(profile.time_zone(), &zone)) {
    AddFinding(place.Of("time_zone"),
               absl::StrCat("the time zone `", profile.time_zone(), "` does not load"), findings);
  }
  if (!profile.calendar().empty() && !calendars.contains(profile.calendar())) {
    AddFinding(place.Of("calendar"),
               absl::StrCat("there is no calendar `", profile.calendar(), "`"), findings);
  }
}

const v1::DeadlineProfile* FindProfile(const v1::Policy& policy, const std::string& name) {
  const auto found =
      absl::c_find_if(policy.deadline_profiles(),
                      [&](const v1::DeadlineProfile& other) { return other.name() == name; });
  return found == policy.deadline_profiles().end() ? nullptr : &*found;
}

// A running clock counts by the calendar that requests pin: it is the policy's.
void CheckRunning(const v1::Policy& policy, const v1::DeadlineProfile* profile,
                  const std::string& name, const Place& place, std::vector<Finding>* findings) {
  if (profile == nullptr) {
    AddFinding(place, absl::StrCat("there is no deadline profile `", name, "`"), findings);
  } else if (!profile->calendar().empty() && profile->calendar() != policy.calendar()) {
    AddFinding(place,
               absl::StrCat("the deadline profile `", name,
                            "` must have the policy's calendar, or none, to be in force"),
               findings);
  }
}

void CheckRegions(const google::protobuf::RepeatedPtrField<std::string>& regions,
                  const Place& place, std::vector<Finding>* findings) {
  for (int i = 0; i < regions.size(); ++i) {
    if (IsRegion(regions.Get(i))) continue;
    AddFinding(
        place.Of("regions", i),
        absl::StrCat("`", regions.Get(i), "` is not an ISO 3166 code such as `CN` or `CN-33`"),
        findings);
  }
}

void CheckClocks(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  for (int i = 0; i < policy.clocks_size(); ++i) {
    const v1::ClockRule& clock = policy.clocks(i);
    const Place place = root.Of("clocks", i);
    CheckRunning(policy, FindProfile(policy, clock.profile()), clock.profile(), place.Of("profile"),
                 findings);
    CheckRegions(clock.regions(), place, findings);
  }
}

void CheckTeams(const v1::Policy& policy, const Place& root, std::vector<Finding>* findings) {
  std::set<std::string> names;
  for (int i = 0; i < policy.teams_size(); ++i) {
    const v1::Team& team = policy.teams(i);
    const Place place = root.Of("teams", i);
    if (!IsWellFormedName(team.name(), '-')) {
      AddFinding(place.Of("name"), "a team needs a name of a-z, 0-9 and `-`", findings);
    }
    if (!names.insert(team.name()).second) {
      AddFinding(place, absl::StrCat("there are two teams `", team.name(), "`"), findings);
    }
    CheckRegions(team.regions(), place, findings);
  }
}

}  // namespace

void CheckDeadlineProfiles(const v1::Policy& policy, const Place& root,
                           const std::set<std::string>& calendars, std::vector<Finding>* findings) {
  std::set<std::string> names;
  for (int i = 0; i < policy.deadline_profiles_size(); ++i) {
    const v1::DeadlineProfile& profile = policy.deadline_profiles(i);
    const Place place = root.Of("deadline_profiles", i);
    CheckProfile(profile, place, calendars, findings);
    if (!names.insert(profile.name()).second) {
      AddFinding(place, absl::StrCat("there are two deadline profiles `", profile.name(), "`"),
                 findings);
    }
  }
  const v1::DeadlineProfile* in_force = FindProfile(policy, policy.deadline_profile());
  CheckRunning(policy, in_force, policy.deadline_profile(), root.Of("deadline_profile"), findings);
  // A request is dated by the days that everything else of it is counted in.
  if (in_force != nullptr && !in_force->time_zone().empty() &&
      in_force->time_zone() != policy.time_zone()) {
    AddFinding(root.Of("deadline_profile"),
               "the deadline profile in force must have the policy's time zone", findings);
  }
  CheckClocks(policy, root, findings);
  CheckTeams(policy, root, findings);
}

}  // namespace dsr
