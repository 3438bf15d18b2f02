// Plays a scenario against a whole app layer over a real database.
#ifndef DSR_TESTS_SCENARIOS_SCENARIO_RUNNER_H_
#define DSR_TESTS_SCENARIOS_SCENARIO_RUNNER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/workflow/command.h"
#include "dsr/workflow/engine.h"
#include "scenario.pb.h"
#include "unit/app/world.h"

namespace dsr {

// What does not hold fails the running test, naming the step. Not thread-safe.
class ScenarioRunner {
 public:
  ScenarioRunner();

  void Play(const testing::v1::Scenario& scenario);
  // What was played left a file in which every invariant holds.
  void CheckFile();

  // Where scenarios take place.
  static absl::TimeZone Zone();

 private:
  absl::Status Do(const testing::v1::Step& step);
  absl::Status File(v1::Request request);
  absl::Status FileForOthers(int subjects);
  absl::Status Verify(v1::VerificationMethod method);
  absl::Status Represent();
  absl::Status Show(const testing::v1::Evidence& shown);
  absl::Status Start(v1::VerificationMethod method);
  absl::Status Guess(bool right);
  absl::Status Revoke(bool is_fraud);
  absl::Status Review(const testing::v1::Step& step);
  absl::Status Call(const std::string& name);
  absl::Status Work(const testing::v1::Work& work);
  absl::Status Retry(v1::TaskKind kind);
  absl::StatusOr<v1::Notice> LatestNotice(const std::string& recipient);
  absl::Status Act(const testing::v1::Party& party);
  absl::Status Register(const v1::Recipient& recipient);
  absl::Status Remove(const std::string& recipient);
  absl::Status PlaceHold(v1::Hold hold);
  absl::Status LiftHolds();
  absl::Status Disclose(v1::Disclosure disclosure);
  absl::Status Consent(v1::Consent consent);
  absl::Status Succeed(const testing::v1::Succession& succession);
  absl::Status Merge(const testing::v1::AccountMerge& merge);
  absl::Status EndMessage(const std::string& template_id, bool is_delivered);
  void AdvanceTo(absl::Time time);
  void Check(const testing::v1::Step& step, const absl::Status& status);
  void CheckChildren(const testing::v1::Expect& then, const storage::v1::RequestRecord& record);
  void CheckMissing(const testing::v1::Expect& then);

  absl::Status Execute(Command command);
  absl::Status Execute(Command command, Principal principal);
  Principal Actor(absl::string_view name) const;
  storage::v1::RequestRecord Record();
  DecisionContext ContextFor(const Facts& facts) const;
  // The pending verification that people or an authority decide, or that awaits a code.
  VerificationId Pending(bool by_code);

  World world_;
  std::map<std::string, RequestId> requests_;
  std::map<std::string, std::string> consents_;
  std::vector<std::string> holds_;
  std::string account_;
  v1::Request last_filed_;
  std::string on_;
  std::string as_;
};

}  // namespace dsr

#endif  // DSR_TESTS_SCENARIOS_SCENARIO_RUNNER_H_
