// The checks of deadline profiles.
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
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

}  // namespace

void CheckDeadlineProfiles(const v1::Policy& policy, const Place& root,
                           const std::set<std::string>& calendars, std::vector<Finding>* findings) {
  std::set<std::string> names;
  const v1::DeadlineProfile* in_force = nullptr;
  for (int i = 0; i < policy.deadline_profiles_size(); ++i) {
    const v1::DeadlineProfile& profile = policy.deadline_profiles(i);
    const Place place = root.Of("deadline_profiles", i);
    CheckProfile(profile, place, calendars, findings);
    if (!names.insert(profile.name()).second) {
      AddFinding(place, absl::StrCat("there are two deadline profiles `", profile.name(), "`"),
                 findings);
    }
    if (profile.name() == policy.deadline_profile()) in_force = &profile;
  }
  if (in_force == nullptr) {
    AddFinding(root.Of("deadline_profile"),
               absl::StrCat("there is no deadline profile `", policy.deadline_profile(), "`"),
               findings);
    return;
  }
  const Place place = root.Of("deadline_profile");
  // A request is dated by the days that everything else of it is counted in.
  if (!in_force->time_zone().empty() && in_force->time_zone() != policy.time_zone()) {
    AddFinding(place, "the deadline profile in force must have the policy's time zone", findings);
  }
  if (!in_force->calendar().empty() && in_force->calendar() != policy.calendar()) {
    AddFinding(place, "the deadline profile in force must have the policy's calendar, or none",
               findings);
  }
}

}  // namespace dsr
