// Drives one request through the engine as the server does, and checks at each step what must hold
// at every step:
//
//   RequestDriver request("deletion");
//   AddDisclosure(request.facts(), kAdPartner, {"browsing"});
//   request.FileAndVerify();
//   EXPECT_THAT(request.Do(AssessRequest(), Caseworker()), IsOk());
//
// What does not hold fails the running test: equal arguments give an equal decision; personal
// fields do not change it; the state is the fold of the events; AllowedActions agrees with Decide;
// and the invariants of request_invariants.h.
#ifndef DSR_TESTS_TESTING_REQUEST_DRIVER_H_
#define DSR_TESTS_TESTING_REQUEST_DRIVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"
#include "testing/shop_facts.h"

namespace dsr {

// The events of a decision, accepted or rejected.
const std::vector<storage::v1::Event>& EventsOf(const Decision& decision);

// Not thread-safe.
class RequestDriver {
 public:
  // A request of that type, not filed yet, on Monday 2 March 2026 at 9:00, under the repository's
  // definitions.
  explicit RequestDriver(absl::string_view type);
  // The same under another rulebook.
  explicit RequestDriver(std::shared_ptr<const Rulebook> rulebook);

  // What may change between two steps.
  Facts& facts() { return facts_; }
  absl::Time now() const { return now_; }
  // Only moves the clock: what is due fires at the next step, as after a standstill.
  void AdvanceTo(absl::Time time) { now_ = time; }
  void Advance(absl::Duration duration) { now_ += duration; }
  // AllowedActions is compared after every step unless switched off.
  void set_checks_actions(bool checks) { checks_actions_ = checks; }

  // One step: what is due fires, in due order, then the command is decided. Returns OK or why it
  // was rejected.
  absl::Status Do(const Command& command, const Actor& actor);
  void FireDueTimers();
  // Moves the clock to a pending timer's due time and lets it, and all due before it, fire. Fails
  // the test when there is no such timer.
  void FireTimer(absl::string_view name);

  // Files the usual request of its type, or another.
  storage::v1::RequestFiled UsualFiling() const;
  absl::Status File(const storage::v1::RequestFiled& filed);
  void FileUsual();
  // Begins a verification that people or an authority decide, and returns its id.
  VerificationId Start(v1::VerificationMethod method, const Actor& actor);
  // Records accepted evidence of that kind; `fill` adds what the kind needs.
  absl::Status Show(const VerificationId& id, v1::EvidenceKind kind,
                    const std::function<void(storage::v1::EvidenceRecorded&)>& fill = nullptr);
  // Proves the identity of a representative by a written request.
  void VerifyInWriting();
  // Asks for a code and returns the attempt's id, a fresh one unless a code is pending.
  VerificationId AskForCode();
  // Makes the account known, asks for a code and submits it.
  void Verify();
  void FileAndVerify();
  // Files, verifies and accepts every field of a correction, then assesses.
  void FileVerifyAndAssess();

  // Tasks of the kind that are open, oldest first.
  std::vector<v1::Task> OpenTasks(v1::TaskKind kind) const;
  v1::Task OpenTask(v1::TaskKind kind, absl::string_view system) const;
  absl::Status Complete(const v1::Task& task, const v1::TaskResult& result);
  // Completes all open tasks of the kind with UsualResult.
  void CompleteAll(v1::TaskKind kind);
  // Three records of every category; a contact; no blocker; a decision made by `credit-model`.
  static v1::TaskResult UsualResult(const v1::Task& task);
  // Has dsrd's packager finish the open task of the kind.
  void BuildPackage(v1::TaskKind kind);

  // The latest notice to that recipient. Fails the test when there is none.
  v1::Notice NoticeTo(absl::string_view recipient) const;
  std::vector<v1::Notice> NoticesTo(absl::string_view recipient) const;
  absl::Status Acknowledge(const v1::Notice& notice);
  absl::Status CompleteNoticeOf(const v1::Notice& notice);
  // Every recipient acknowledges and completes.
  void CompleteAllNotices();

  const Rulebook& rulebook() const { return *rulebook_; }
  const storage::v1::RequestRecord& record() const { return record_; }
  const storage::v1::RequestState& state() const { return record_.state(); }
  const v1::Request& request() const { return record_.state().request(); }
  const std::vector<storage::v1::Event>& events() const { return events_; }
  DecisionContext ContextFor(const Actor& actor) const;
  RequestId id() const { return id_; }

  // How many events have that payload.
  int Count(storage::v1::Event::PayloadCase payload) const;
  // How many messages were queued from that template.
  int Messages(absl::string_view template_id) const;
  // When the pending timer of that name is due; InfinitePast when it is not pending.
  absl::Time TimerDueAt(absl::string_view name) const;
  // The latest verification.
  v1::Verification LastVerification() const;
  // A verification id that was never used.
  VerificationId FreshVerification();

 private:
  // Decides, checks the decision, and applies it.
  absl::Status Step(const Command& command, const Actor& actor);
  void CheckDecision(const Command& command, const DecisionContext& context,
                     const Decision& decision) const;
  void CheckFold() const;

  std::shared_ptr<const Rulebook> rulebook_;
  RequestId id_;
  absl::Time now_;
  Facts facts_;
  storage::v1::RequestRecord record_;
  std::vector<storage::v1::Event> events_;
  bool checks_actions_ = true;
  int verifications_ = 0;
};

// The id at the end of a child's name.
template <class StrongId>
StrongId IdIn(const std::string& name) {
  return StrongId::Parse(name.substr(name.rfind('/') + 1)).value_or(StrongId());
}

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_REQUEST_DRIVER_H_
