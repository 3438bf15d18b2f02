// When things are due: the rules of LAW.md section 4, on civil days in the policy's zone. Pure.
#ifndef DSR_WORKFLOW_DEADLINE_H_
#define DSR_WORKFLOW_DEADLINE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/v1/common.pb.h"
#include "dsr/v1/request.pb.h"
#include "dsr/v1/workflow.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// What a request's deadline rests on.
struct DeadlineBasis {
  absl::Time received;
  std::string region;  // as of Request.region; empty where nobody said
  // What became of its clocks, by profile.
  std::map<std::string, ClockCourse> courses;
  // Counts by this calendar in place of the pinned one of its name; null for the pinned one.
  const WorkingCalendar* calendar = nullptr;
};

// The basis of a request that is filed.
DeadlineBasis BasisOf(const v1::Request& request);

// The answer's deadline and the days shown beside it.
struct Deadline {
  absl::Time due;            // exclusive: of all clocks the earliest counts
  absl::CivilDay last_day;   // by that clock; not rolled
  absl::CivilDay outer_day;  // the latest last day of all clocks, rolled over rest days (Civil Code
                             // 203), or, where the workflow says so, the 15th working day
  std::optional<absl::Time> target;  // exclusive: the earliest of the clocks' targets
  std::vector<v1::DeadlineClock> clocks;
};

// The deadline of a request of the rulebook's type.
Deadline AnswerDeadline(const Rulebook& rulebook, const DeadlineBasis& basis);

// What timers count back from.
struct DueTimes {
  absl::Time due;
  absl::Time target;  // the due time where there is no target
};
DueTimes DueTimesOf(const Deadline& deadline);
DueTimes DueTimesOf(const v1::Request& request);

// When a timer of `rule` fires: from `start`, or backwards from `times`. Day offsets count civil or
// working days and keep the clock time for ANCHOR_START; backwards they give the beginning of that
// day. Duties round early.
absl::Time TimerDue(const Rulebook& rulebook, const v1::TimerRule& rule, absl::Time start,
                    const DueTimes& times);

// The last day on which a record anchored on `anchor` must be kept under `rule`, rolled over rest
// days unless the rule says otherwise: holds round late.
absl::CivilDay RetentionEnd(const Rulebook& rulebook, const v1::RetentionRule& rule,
                            absl::CivilDay anchor);

// The latest anchor day whose retention under `rule` ended before `today`: records anchored on or
// before it may be erased.
absl::CivilDay ErasableUntil(const Rulebook& rulebook, const v1::RetentionRule& rule,
                             absl::CivilDay today);

v1::Date ToDate(absl::CivilDay day);
absl::CivilDay ToCivilDay(const v1::Date& date);

}  // namespace dsr

#endif  // DSR_WORKFLOW_DEADLINE_H_
