// When things are due: the rules of LAW.md section 4, on civil days in the policy's zone. Pure.
#ifndef DSR_WORKFLOW_DEADLINE_H_
#define DSR_WORKFLOW_DEADLINE_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/v1/common.pb.h"
#include "dsr/v1/workflow.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// The answer's deadline and the days shown beside it.
struct Deadline {
  absl::Time due;            // exclusive: the end of the day that counts
  absl::CivilDay last_day;   // by the policy's deadline profile; not rolled
  absl::CivilDay outer_day;  // last_day rolled over rest days (Civil Code 203), or, where the
                             // workflow says so, the 15th working day
};

// The deadline of a request received at `received`.
Deadline AnswerDeadline(const Rulebook& rulebook, absl::Time received);

// When a timer of `rule` fires: from `start`, or backwards from `due`. Day offsets count civil or
// working days and keep the clock time for ANCHOR_START; for ANCHOR_BEFORE_DUE they give the
// beginning of that day. Duties round early.
absl::Time TimerDue(const Rulebook& rulebook, const v1::TimerRule& rule, absl::Time start,
                    absl::Time due);

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
