// When a recipient that does not answer is reminded, and its notice goes to somebody else.
//
// An open notice has one pending timer at a time: `notice-reminder-{id}` for the reminders before
// it is due, then `notice-overdue-{id}`, and from then on `notice-reminder-{id}` again for
// escalations and further reminders, as the policy's NoticeChase says. Pure.
#ifndef DSR_WORKFLOW_NOTICE_CHASE_H_
#define DSR_WORKFLOW_NOTICE_CHASE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/workflow/rulebook.h"
#include "workflow/deciding.h"

namespace dsr {

inline constexpr absl::string_view kOverdueTimer = "notice-overdue-";
inline constexpr absl::string_view kReminderTimer = "notice-reminder-";

// When a notice that is due at `due` is reminded of first, after `now`; nothing when that is never
// before it is due.
std::optional<absl::Time> FirstReminder(const Rulebook& rulebook, absl::Time due, absl::Time now);

// Fires the timer of an open notice, due at `at`: emits that it is overdue, was reminded of or goes
// to somebody else, and what comes next.
void FireNoticeTimer(Deciding& deciding, const v1::Notice& notice, const std::string& notice_id,
                     absl::Time at);

// The role that a notice goes to first; empty where the policy escalates none.
std::string FirstEscalation(const v1::Policy& policy);

}  // namespace dsr

#endif  // DSR_WORKFLOW_NOTICE_CHASE_H_
