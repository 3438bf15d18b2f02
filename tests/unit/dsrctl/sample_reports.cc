#include "unit/dsrctl/sample_reports.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/proto_time.h"

namespace dsr::dsrctl {
namespace {

constexpr int64_t kSampleHour = 3600;
constexpr int64_t kSampleDay = 24 * kSampleHour;

google::protobuf::Timestamp SampleInstant(absl::string_view text) {
  absl::Time time;
  std::string ignored;
  absl::ParseTime(absl::RFC3339_full, text, &time, &ignored);
  return ToTimestamp(time);
}

// Returns a group of `received` requests; most were answered, some late, some wait.
v1::SlaGroup SampleGroup(absl::string_view type, int64_t received) {
  v1::SlaGroup group;
  group.set_type(std::string(type));
  group.set_received(received);
  group.set_answered_late(received / 40);
  group.set_open(received / 12);
  group.set_overdue(received / 200);
  group.set_answered_in_time(received - group.answered_late() - group.open() - group.overdue() -
                             received / 50);
  group.set_withdrawn(received / 50);
  group.set_due_in_1_day(received / 150);
  group.set_due_soon(received / 60);
  group.set_due_in_7_days(received / 25);
  group.set_breached(group.answered_late() + group.overdue());
  group.set_refused(received / 30);
  group.set_verified(received - received / 25);
  group.set_not_verified(received / 90);
  group.set_answered_by_target(received / 2);
  group.set_median_answer_seconds(6 * kSampleDay + 5 * kSampleHour);
  group.set_p90_answer_seconds(12 * kSampleDay);
  group.set_p95_answer_seconds(14 * kSampleDay + 3 * kSampleHour);
  group.set_max_answer_seconds(27 * kSampleDay);
  group.set_fees_quoted(received / 100);
  group.set_fees_paid(received / 250);
  group.set_fees_waived(received / 500);
  group.set_fees_unpaid(received / 600);
  group.set_repeats(received / 45);
  group.set_extended(received / 70);
  return group;
}

void AddGroups(v1::SlaReport& report) {
  report.add_group_by(v1::SLA_DIMENSION_TYPE);
  report.add_group_by(v1::SLA_DIMENSION_REGION);
  const std::array<std::array<const char*, 2>, 6> keys = {{{"access", "eu-west"},
                                                           {"access", "-"},
                                                           {"correction", "eu-west"},
                                                           {"deletion", "cn-east"},
                                                           {"deletion", "eu-west"},
                                                           {"portability", "-"}}};
  int64_t received = 1234;
  for (const auto& key : keys) {
    v1::SlaGroup& group = *report.add_groups();
    group = SampleGroup(key[0], received);
    group.add_keys(key[0]);
    group.add_keys(key[1]);
    received = received * 2 / 3 - 31;
  }
  v1::SlaGroup& total = *report.mutable_total();
  total = SampleGroup("", 3120);
  const std::array<v1::Phase, 4> phases = {v1::PHASE_VERIFICATION, v1::PHASE_ASSESSMENT,
                                           v1::PHASE_WORK, v1::PHASE_APPROVAL};
  for (size_t i = 0; i < phases.size(); ++i) {
    v1::SlaPhase& phase = *total.add_phases();
    phase.set_phase(phases[i]);
    phase.set_requests(3120 - 400 * static_cast<int64_t>(i));
    phase.set_mean_seconds((i == 3 ? 12 * 60 : 5 * kSampleHour) + static_cast<int64_t>(i) * 90000);
    phase.set_max_seconds((9 - static_cast<int64_t>(i)) * kSampleDay);
  }
  int64_t refusals = 48;
  for (const v1::RefusalGround ground :
       {v1::REFUSAL_GROUND_REPEATED, v1::REFUSAL_GROUND_OTHERS_RIGHTS,
        v1::REFUSAL_GROUND_LAW_FORBIDS, v1::REFUSAL_GROUND_NO_DATA_HELD}) {
    v1::SlaGround& line = *total.add_grounds();
    line.set_ground(ground);
    line.set_refusals(refusals);
    refusals /= 2;
  }
}

void AddDays(v1::SlaReport& report) {
  const std::array<int64_t, 12> received = {180, 196, 210, 184, 251, 288,
                                            305, 262, 279, 340, 371, 254};
  for (size_t i = 0; i < received.size(); ++i) {
    v1::SlaMonth& month = *report.add_months();
    month.set_month(i < 9 ? absl::StrCat("2025-", i < 6 ? "0" : "", i + 4)
                          : absl::StrCat("2026-0", i - 8));
    month.set_received(received[i]);
    month.set_answered_late(received[i] / 24 + (i == 6 ? 20 : 0));
    month.set_unanswered(i < 10 ? 0 : i == 10 ? 45 : 190);
    month.set_answered_in_time(received[i] - month.answered_late() - month.unanswered());
  }
  for (int day = 0; day <= 30; ++day) {
    v1::SlaAnswerDay& answers = *report.add_answer_days();
    answers.set_day(day);
    answers.set_in_time(day > 15 ? 0 : day < 6 ? 40 + 50 * day : 330 - 20 * (day - 6));
    answers.set_late(day <= 15 ? 0 : day == 30 ? 12 : 31 - day);
  }
  for (int day = -12; day <= 15; ++day) {
    v1::SlaDaysLeft& left = *report.add_days_left();
    left.set_days(day);
    left.set_requests(day < 0 ? (day + 13) / 4 : 8 + day * day % 17);
  }
}

void AddBreachesTo(v1::SlaReport& report) {
  const std::array<v1::BreachCause, 4> causes = {
      v1::BREACH_CAUSE_DATA_SYSTEM, v1::BREACH_CAUSE_STAFF, v1::BREACH_CAUSE_VERIFICATION,
      v1::BREACH_CAUSE_UNSPECIFIED};
  for (size_t i = 0; i < causes.size(); ++i) {
    v1::SlaCause& cause = *report.add_causes();
    cause.set_cause(causes[i]);
    cause.set_breaches(64 >> i);
    v1::SlaBreach& breach = *report.add_breaches();
    breach.set_request(absl::StrCat("requests/0195a1c2-7d3e-7b12-9c41-5f0c2ab0e3d", i));
    breach.set_type(i % 2 == 0 ? "deletion" : "access");
    if (i != 2) breach.set_owner("caseworker-7");
    *breach.mutable_received_time() = SampleInstant("2026-02-20T09:31:07Z");
    *breach.mutable_due_time() = SampleInstant(absl::StrCat("2026-03-0", 8 - i, "T16:00:00Z"));
    if (i > 0) *breach.mutable_response_time() = SampleInstant("2026-03-08T21:00:00Z");
    breach.set_cause(causes[i]);
    if (i == 0) {
      breach.add_systems("systems/crm");
      breach.add_systems("systems/payment-archive");
    }
  }
}

void AddRecipientsTo(v1::SlaReport& report) {
  for (int i = 0; i < 23; ++i) {
    v1::SlaRecipient& recipient = *report.add_recipients();
    recipient.set_recipient(i == 4 ? "recipients/the-company-with-a-name-that-never-ends"
                                   : absl::StrCat("recipients/partner-", i + 1));
    recipient.set_completed(230 - 10 * i);
    recipient.set_objected(i % 4 * 5);
    recipient.set_open(24 - i);
    recipient.set_overdue(i % 3 * 4);
    recipient.set_other(i % 5);
    recipient.set_late(i);
    recipient.set_notices(recipient.completed() + recipient.objected() + recipient.open() +
                          recipient.overdue() + recipient.other());
    recipient.set_median_acknowledge_seconds(i * 600);
    recipient.set_median_complete_seconds(2 * kSampleDay + i * kSampleHour);
    recipient.set_p90_complete_seconds(5 * kSampleDay + i * kSampleHour);
    recipient.set_max_complete_seconds(11 * kSampleDay);
  }
}

}  // namespace

v1::SlaReport BusyReport() {
  v1::SlaReport report = EmptyReport();
  report.clear_group_by();
  AddGroups(report);
  AddDays(report);
  AddBreachesTo(report);
  AddRecipientsTo(report);
  return report;
}

v1::SlaReport EmptyReport() {
  v1::SlaReport report;
  *report.mutable_from_time() = SampleInstant("2025-03-31T16:00:00Z");
  *report.mutable_as_of_time() = SampleInstant("2026-03-18T00:00:00Z");
  report.set_time_zone("Asia/Shanghai");
  report.set_deadline_days(15);
  report.mutable_total();
  report.add_group_by(v1::SLA_DIMENSION_TYPE);
  return report;
}

}  // namespace dsr::dsrctl
