#include "app/request_moment.h"

#include <algorithm>

namespace dsr {

std::optional<RequestMoment> RequestMoment::Of(const SlaRow& row, absl::Time as_of) {
  const auto& phases = row.course.phases();
  const int64_t micros = absl::ToUnixMicros(as_of);
  // Filed later, it may have been received before: then nobody knew of it yet.
  if (phases.empty() || phases.begin()->micros() > micros) return std::nullopt;
  RequestMoment moment(row, as_of);
  if (moment.due_ == absl::InfiniteFuture()) return std::nullopt;
  return moment;
}

RequestMoment::RequestMoment(const SlaRow& row, absl::Time as_of)
    : row_(&row),
      as_of_(as_of),
      micros_(absl::ToUnixMicros(as_of)),
      is_answered_(row.answered <= as_of) {
  FindDue();
}

void RequestMoment::FindDue() {
  int64_t before = 0;
  for (const auto& entry : row_->course.dues()) {
    if (entry.micros() > micros_) break;
    if (entry.due_micros() == 0) continue;
    was_extended_ = was_extended_ || (before != 0 && entry.due_micros() > before);
    before = entry.due_micros();
    due_ = absl::FromUnixMicros(entry.due_micros());
    target_ = entry.target_micros() == 0 ? absl::InfinitePast()
                                         : absl::FromUnixMicros(entry.target_micros());
  }
}

bool RequestMoment::IsPaused() const {
  for (const auto& pause : row_->course.pauses()) {
    const bool has_ended = pause.end_micros() != 0 && pause.end_micros() <= micros_;
    if (pause.begin_micros() <= micros_ && !has_ended) return true;
  }
  return false;
}

bool RequestMoment::is_verified() const {
  const int64_t verified = row_->course.verified_micros();
  return verified != 0 && verified <= micros_;
}

std::string RequestMoment::Owner() const {
  std::string owner;
  for (const auto& entry : row_->course.owners()) {
    if (entry.micros() <= micros_) owner = entry.owner();
  }
  return owner;
}

v1::Phase RequestMoment::Phase() const {
  v1::Phase phase = v1::PHASE_UNSPECIFIED;
  for (const auto& entry : row_->course.phases()) {
    if (entry.micros() <= micros_) phase = entry.phase();
  }
  return phase;
}

v1::Fee::State RequestMoment::Fee() const {
  v1::Fee::State state = v1::Fee::STATE_UNSPECIFIED;
  for (const auto& entry : row_->course.fees()) {
    if (entry.micros() <= micros_) state = entry.state();
  }
  return state;
}

v1::BreachCause RequestMoment::Cause() const {
  const int64_t recorded = row_->course.breached_micros();
  return recorded != 0 && recorded <= micros_ ? row_->course.cause() : v1::BREACH_CAUSE_UNSPECIFIED;
}

std::optional<absl::Duration> RequestMoment::TimeIn(v1::Phase phase) const {
  const int64_t end = is_answered_ ? absl::ToUnixMicros(row_->answered) : micros_;
  const auto& phases = row_->course.phases();
  std::optional<absl::Duration> spent;
  for (int i = 0; i < phases.size(); ++i) {
    if (phases[i].phase() != phase || phases[i].micros() > end) continue;
    const int64_t left = i + 1 < phases.size() ? std::min(phases[i + 1].micros(), end) : end;
    spent = spent.value_or(absl::ZeroDuration()) + absl::Microseconds(left - phases[i].micros());
  }
  return spent;
}

}  // namespace dsr
