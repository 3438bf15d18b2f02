#include "fill_store/plan.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace dsr::fill_store {
namespace {

constexpr int kOwners = 24;

struct Share {
  const char* name;
  double share;
};

constexpr Share kTypes[] = {{"access", 0.32},
                            {"deletion", 0.22},
                            {"copy", 0.10},
                            {"policy-question", 0.22},
                            {"rules-explanation", 0.14}};
constexpr Share kChannels[] = {
    {"app", 0.62}, {"web", 0.18}, {"hotline", 0.12}, {"email", 0.06}, {"letter", 0.02}};
constexpr Share kRegions[] = {{"CN-33", 0.25}, {"CN-31", 0.15}, {"CN-44", 0.20}, {"CN-11", 0.10},
                              {"CN", 0.20},    {"SG", 0.04},    {"DE", 0.03},    {"", 0.03}};

template <size_t kSize>
std::string Pick(const Share (&shares)[kSize], double at) {
  for (const Share& share : shares) {
    if (at < share.share) return share.name;
    at -= share.share;
  }
  return shares[0].name;
}

}  // namespace

PlanDrawer::PlanDrawer(uint64_t seed, int64_t total, absl::Time begin, absl::Time end)
    : random_(seed), total_(total), begin_(begin) {
  for (absl::Time day = begin; day < end; day += absl::Hours(24)) weights_ += WeightOf(day);
}

double PlanDrawer::WeightOf(absl::Time day) const {
  const int64_t number = absl::ToInt64Hours(day - begin_) / 24;
  const absl::Weekday weekday = absl::GetWeekday(absl::ToCivilDay(day, absl::UTCTimeZone()));
  const bool is_weekend = weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
  // A rise of a half over the two years, and three days of thrice as many each quarter.
  const double rise = 1 + 0.5 * static_cast<double>(number) / 730;
  return rise * (is_weekend ? 0.45 : 1) * (number % 91 < 3 ? 3 : 1);
}

absl::Duration PlanDrawer::LogNormal(absl::Duration median, double spread) {
  const double factor = std::exp(std::normal_distribution<double>(0, std::log(spread))(random_));
  return median * factor;
}

absl::Time PlanDrawer::TimeOfDay(absl::Time day) {
  // Most between eight and twenty-two o'clock.
  const double hour = Uniform() < 0.9 ? 8 + 14 * Uniform() : 24 * Uniform();
  return day + absl::Seconds(static_cast<int64_t>(hour * 3600));
}

Plan PlanDrawer::DrawPlan(absl::Time day) {
  Plan plan;
  plan.type = Pick(kTypes, Uniform());
  plan.channel = Pick(kChannels, Uniform());
  plan.region = Pick(kRegions, Uniform());
  // One in thirty asks again.
  const int64_t known = std::max<int64_t>(drawn_, 1);
  const int64_t number =
      Uniform() < 0.03 ? static_cast<int64_t>(Uniform() * static_cast<double>(known)) : drawn_;
  plan.account = absl::StrCat("fill-", number);
  plan.filed = TimeOfDay(day);
  const bool is_handed_on = plan.channel == "hotline" || plan.channel == "letter";
  plan.received = is_handed_on ? plan.filed - LogNormal(absl::Hours(6), 3) : plan.filed;
  plan.verifies = Uniform() < 0.93;
  plan.verification_delay = LogNormal(absl::Hours(3), 4);
  // One in eighty lies forgotten for weeks.
  plan.staff_delay = Uniform() < 0.0125 ? absl::Hours(24 * (16 + 10 * Uniform()))
                                        : LogNormal(absl::Hours(40), 2.2);
  plan.withdraws = Uniform() < 0.03;
  plan.is_refused = Uniform() < 0.04;
  if (Uniform() < 0.7)
    plan.owner = absl::StrCat("caseworker-", 1 + static_cast<int>(kOwners * Uniform()));
  if (plan.type == "deletion") plan.recipients = static_cast<int>(Uniform() * 4);
  return plan;
}

std::vector<Plan> PlanDrawer::DrawDay(absl::Time day) {
  passed_ += WeightOf(day);
  const auto until =
      static_cast<int64_t>(std::llround(static_cast<double>(total_) * passed_ / weights_));
  std::vector<Plan> plans;
  for (; drawn_ < until; ++drawn_) plans.push_back(DrawPlan(day));
  std::sort(plans.begin(), plans.end(),
            [](const Plan& a, const Plan& b) { return a.filed < b.filed; });
  return plans;
}

}  // namespace dsr::fill_store
