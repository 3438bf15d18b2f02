#include "app/record_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

using storage::v1::RequestRecord;
using storage::v1::RequestState;

template <class Children, class Matches>
int64_t CountWhere(const Children& children, Matches matches) {
  return std::count_if(children.begin(), children.end(), matches);
}

bool HasAnswer(const v1::Request& request) {
  return request.response().outcome() != v1::OUTCOME_UNSPECIFIED;
}

bool HasRequester(const v1::Request& request) {
  return request.requester().relation() != v1::RELATION_COMPANY;
}

void CheckDeadlineTimer(const RequestState& state, RequestFindings& findings) {
  const v1::Request& request = state.request();
  if (!HasRequester(request)) return;
  const int64_t timers = CountWhere(state.timers(), [&](const auto& timer) {
    return timer.name() == "deadline" &&
           FromTimestamp(timer.due_time()) == FromTimestamp(request.due_time());
  });
  findings.Expect(timers == (HasAnswer(request) || request.breached() ? 0 : 1), 3,
                  absl::StrCat("it has ", timers, " deadline timers at its due date"));
}

void CheckKept(const RequestRecord& record, RequestFindings& findings) {
  if (record.state().request().phase() != v1::PHASE_FOLLOW_UP) return;
  const bool has_timer = CountWhere(record.state().timers(), [](const auto& timer) {
                           return timer.name() == "retention-end";
                         }) == 1;
  for (const storage::v1::RetainedData& retained : record.state().retained()) {
    const int64_t tasks = CountWhere(record.tasks(), [&](const v1::Task& task) {
      return task.retained_only() && task.system() == retained.system() &&
             (task.state() == v1::Task::STATE_OPEN || task.state() == v1::Task::STATE_FAILED);
    });
    // Without a day only a hold keeps them, and its end begins the timer.
    findings.Expect(has_timer || tasks == 1 || !retained.has_next_end(), 3,
                    absl::StrCat(retained.system(), " keeps records that nothing will erase"));
  }
}

void CheckEnd(const RequestRecord& record, RequestFindings& findings) {
  const v1::Request& request = record.state().request();
  const bool is_open =
      request.phase() != v1::PHASE_FOLLOW_UP && request.phase() != v1::PHASE_CLOSED;
  findings.Expect(HasAnswer(request) == (!is_open && HasRequester(request)), 4,
                  is_open ? "it is answered and open" : "it has ended without an answer");
  findings.Expect(request.breached() || !record.state().answered_late(), 4,
                  "its late answer is no breach");
  if (request.phase() != v1::PHASE_CLOSED) return;
  findings.Expect(request.has_close_time() && record.state().retained().empty() &&
                      request.progress().tasks_open() == 0 &&
                      request.progress().notices_outstanding() == 0,
                  4, "it is closed while something of it is open");
}

// Tells whether a notice says why its recipient did not do it, where that is so.
bool HasReason(const v1::Notice& notice) {
  switch (notice.state()) {
    case v1::Notice::STATE_EXEMPT:
      return notice.has_exemption();
    case v1::Notice::STATE_OBJECTED:
      return notice.has_objection();
    case v1::Notice::STATE_FAILED:
      return !notice.failure_code().empty();
    case v1::Notice::STATE_SUPERSEDED:
      return !notice.superseded_by().empty();
    case v1::Notice::STATE_IMPOSSIBLE:
      return notice.has_impossibility();
    default:
      return true;
  }
}

void CheckNotices(const RequestRecord& record, RequestFindings& findings) {
  for (const v1::Notice& notice : record.notices()) {
    findings.Expect(HasReason(notice), 5,
                    absl::StrCat("its notice to ", notice.recipient(), " has no reason"));
    if (record.state().request().phase() != v1::PHASE_CLOSED) continue;
    findings.Expect(
        HasEnded(notice), 5,
        absl::StrCat("it is closed and its notice to ", notice.recipient(), " is open"));
  }
}

void CheckCounters(const RequestRecord& record, RequestFindings& findings) {
  const v1::Progress& progress = record.state().request().progress();
  const auto tasks_in = [&](v1::Task::State state) {
    return CountWhere(record.tasks(), [&](const v1::Task& task) { return task.state() == state; });
  };
  findings.Expect(progress.tasks_open() == tasks_in(v1::Task::STATE_OPEN) &&
                      progress.tasks_failed() == tasks_in(v1::Task::STATE_FAILED) &&
                      progress.tasks_completed() == tasks_in(v1::Task::STATE_COMPLETED),
                  6, "it counts other tasks than it has");
  findings.Expect(progress.notices_total() == record.notices_size() &&
                      progress.notices_outstanding() ==
                          CountWhere(record.notices(),
                                     [](const v1::Notice& notice) { return !HasEnded(notice); }),
                  6, "it counts other notices than it has");
}

}  // namespace

void CheckRecord(const RequestRecord& record, RequestFindings& findings) {
  CheckDeadlineTimer(record.state(), findings);
  CheckKept(record, findings);
  CheckEnd(record, findings);
  CheckNotices(record, findings);
  CheckCounters(record, findings);
}

}  // namespace dsr
