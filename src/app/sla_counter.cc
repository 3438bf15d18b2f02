#include "app/sla_counter.h"

namespace dsr {
namespace {

constexpr v1::Phase kPhases[] = {v1::PHASE_VERIFICATION, v1::PHASE_ASSESSMENT, v1::PHASE_WORK,
                                 v1::PHASE_APPROVAL};

}  // namespace

void SlaCounter::Add(const RequestMoment& moment, absl::Time as_of) {
  group_.set_received(group_.received() + 1);
  if (moment.is_breached()) group_.set_breached(group_.breached() + 1);
  if (moment.is_verified()) group_.set_verified(group_.verified() + 1);
  if (moment.was_extended()) group_.set_extended(group_.extended() + 1);
  if (moment.row().course.repeated()) group_.set_repeats(group_.repeats() + 1);
  AddFee(moment.Fee());
  AddPhases(moment);
  moment.is_answered() ? AddAnswered(moment) : AddOpen(moment, as_of);
}

void SlaCounter::AddOpen(const RequestMoment& moment, absl::Time as_of) {
  if (moment.is_breached()) {
    group_.set_overdue(group_.overdue() + 1);
    return;
  }
  group_.set_open(group_.open() + 1);
  const absl::Duration left = moment.due() - as_of;
  if (left <= absl::Hours(24)) group_.set_due_in_1_day(group_.due_in_1_day() + 1);
  if (left <= absl::Hours(72)) group_.set_due_soon(group_.due_soon() + 1);
  if (left <= absl::Hours(168)) group_.set_due_in_7_days(group_.due_in_7_days() + 1);
}

void SlaCounter::AddAnswered(const RequestMoment& moment) {
  const SlaRow& row = moment.row();
  if (moment.was_withdrawn()) {
    group_.set_withdrawn(group_.withdrawn() + 1);
    return;
  }
  if (moment.is_in_time()) {
    group_.set_answered_in_time(group_.answered_in_time() + 1);
  } else {
    group_.set_answered_late(group_.answered_late() + 1);
  }
  if (row.answered < moment.target())
    group_.set_answered_by_target(group_.answered_by_target() + 1);
  if (row.outcome == v1::OUTCOME_REFUSED || row.outcome == v1::OUTCOME_NOT_VERIFIED)
    group_.set_refused(group_.refused() + 1);
  const bool is_refusal =
      row.outcome == v1::OUTCOME_REFUSED || row.outcome == v1::OUTCOME_PARTLY_FULFILLED;
  if (is_refusal && row.course.ground() != v1::REFUSAL_GROUND_UNSPECIFIED)
    ++grounds_[row.course.ground()];
  if (row.outcome == v1::OUTCOME_NOT_VERIFIED) group_.set_not_verified(group_.not_verified() + 1);
  if (row.outcome == v1::OUTCOME_FEE_NOT_PAID) group_.set_fees_unpaid(group_.fees_unpaid() + 1);
  answers_.Add(absl::ToInt64Seconds(row.answered - row.received));
}

void SlaCounter::AddFee(v1::Fee::State state) {
  if (state == v1::Fee::STATE_UNSPECIFIED) return;
  group_.set_fees_quoted(group_.fees_quoted() + 1);
  if (state == v1::Fee::STATE_PAID) group_.set_fees_paid(group_.fees_paid() + 1);
  if (state == v1::Fee::STATE_WAIVED) group_.set_fees_waived(group_.fees_waived() + 1);
}

void SlaCounter::AddPhases(const RequestMoment& moment) {
  for (const v1::Phase phase : kPhases) {
    const std::optional<absl::Duration> spent = moment.TimeIn(phase);
    if (spent.has_value()) phases_[phase].Add(absl::ToInt64Seconds(*spent));
  }
}

v1::SlaGroup SlaCounter::Finish() const {
  v1::SlaGroup group = group_;
  group.set_median_answer_seconds(answers_.Median());
  group.set_p90_answer_seconds(answers_.Percentile(90));
  group.set_p95_answer_seconds(answers_.Percentile(95));
  group.set_max_answer_seconds(answers_.max());
  for (const auto& [phase, spent] : phases_) {
    v1::SlaPhase& out = *group.add_phases();
    out.set_phase(phase);
    out.set_requests(spent.count());
    out.set_mean_seconds(spent.sum() / spent.count());
    out.set_max_seconds(spent.max());
  }
  for (const auto& [ground, refusals] : grounds_) {
    v1::SlaGround& out = *group.add_grounds();
    out.set_ground(ground);
    out.set_refusals(refusals);
  }
  return group;
}

}  // namespace dsr
