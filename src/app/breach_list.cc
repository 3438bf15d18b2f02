#include "app/breach_list.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr size_t kMostBreaches = 1000;

v1::SlaBreach LineOf(const RequestMoment& moment) {
  const SlaRow& row = moment.row();
  v1::SlaBreach line;
  line.set_request(RequestName(row.id));
  line.set_type(row.type);
  line.set_owner(moment.Owner());
  *line.mutable_received_time() = ToTimestamp(row.received);
  *line.mutable_due_time() = ToTimestamp(moment.due());
  if (moment.is_answered()) *line.mutable_response_time() = ToTimestamp(row.answered);
  line.set_cause(moment.Cause());
  if (line.cause() != v1::BREACH_CAUSE_UNSPECIFIED) *line.mutable_systems() = row.course.systems();
  return line;
}

}  // namespace

bool BreachList::IsLater(const Breach& a, const Breach& b) {
  return std::tie(b.due, b.id) < std::tie(a.due, a.id);
}

void BreachList::Add(const RequestMoment& moment) {
  if (!moment.is_breached()) return;
  ++causes_[moment.Cause()];
  Breach breach = {.due = moment.due(), .id = moment.row().id};
  if (latest_.size() == kMostBreaches) {
    if (!IsLater(breach, latest_.front())) return;
    std::pop_heap(latest_.begin(), latest_.end(), IsLater);
    latest_.pop_back();
  }
  breach.line = LineOf(moment);
  latest_.push_back(std::move(breach));
  std::push_heap(latest_.begin(), latest_.end(), IsLater);
}

void BreachList::Finish(v1::SlaReport& report) const {
  std::vector<Breach> sorted = latest_;
  std::sort(sorted.begin(), sorted.end(), IsLater);
  for (Breach& breach : sorted) *report.add_breaches() = std::move(breach.line);
  for (const auto& [cause, breaches] : causes_) {
    v1::SlaCause& out = *report.add_causes();
    out.set_cause(cause);
    out.set_breaches(breaches);
  }
}

}  // namespace dsr
