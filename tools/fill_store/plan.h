// What is to become of requests, drawn beforehand.
#ifndef DSR_TOOLS_FILL_STORE_PLAN_H_
#define DSR_TOOLS_FILL_STORE_PLAN_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace dsr::fill_store {

// One request: who asks for what, and how those who have to do with it will behave.
struct Plan {
  std::string type;
  std::string channel;
  std::string region;
  std::string account;
  absl::Time received;
  // Handed on later than received, as what comes by letter or hotline is.
  absl::Time filed;
  bool verifies = true;
  absl::Duration verification_delay;
  // How long people take for each step.
  absl::Duration staff_delay;
  bool withdraws = false;
  bool is_refused = false;
  std::string owner;
  // Recipients that got data of the account before it asks for deletion.
  int recipients = 0;
};

// Draws plans for `total` requests over [begin, end): more on working days and by day, with a rise
// over the time and waves after campaigns. Equal seeds draw equal plans. Not thread-safe.
class PlanDrawer {
 public:
  PlanDrawer(uint64_t seed, int64_t total, absl::Time begin, absl::Time end);

  // The plans of the civil day that begins at `day`, by filing time.
  std::vector<Plan> DrawDay(absl::Time day);

 private:
  double Uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  // Half of what it draws is below `median`; one in six is above `median` times `spread`.
  absl::Duration LogNormal(absl::Duration median, double spread);
  absl::Time TimeOfDay(absl::Time day);
  Plan DrawPlan(absl::Time day);
  double WeightOf(absl::Time day) const;

  std::mt19937_64 random_;
  const int64_t total_;
  const absl::Time begin_;
  double weights_ = 0;  // of all days
  double passed_ = 0;   // of the days drawn so far
  int64_t drawn_ = 0;
};

}  // namespace dsr::fill_store

#endif  // DSR_TOOLS_FILL_STORE_PLAN_H_
