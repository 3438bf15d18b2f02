// Made-up requests for tests and benchmarks of stores.
#ifndef DSR_TESTS_CONTRACT_REQUEST_SAMPLE_H_
#define DSR_TESTS_CONTRACT_REQUEST_SAMPLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/store.h"

namespace dsr {

// Returns the id numbered `number` of the millisecond of `time`; equal arguments give an equal id.
template <class StrongId>
StrongId SampleId(absl::Time time, int number) {
  return StrongId::Derive(time, {"sample", std::to_string(number)});
}

// One request as it grows: change `record()`, then write what NextDecision returns. The sample
// outlives what it returned. Not thread-safe.
class RequestSample {
 public:
  // A request of type `deletion` that was received at `received` and is due 15 days later.
  RequestSample(int number, absl::Time received);

  const RequestId& id() const { return id_; }
  const SubjectId& subject() const { return subject_; }
  int64_t version() const { return record_.state().version(); }
  storage::v1::RequestRecord& record() { return record_; }
  const storage::v1::RequestRecord& record() const { return record_; }
  v1::Request& request() { return *record_.mutable_state()->mutable_request(); }

  void SetSubject(const SubjectId& subject);
  // Adds an open task, a pending notice, a pending message; returns its id.
  TaskId AddTask(absl::string_view system, absl::Time created);
  NoticeId AddNotice(absl::string_view recipient, absl::Time created);
  MessageId AddMessage(absl::Time created);
  void AddTimer(absl::string_view name, absl::Time due);
  void RemoveTimer(absl::string_view name);

  // Counts up the version by `events` and returns what writes them, at `now`.
  DecisionWrite NextDecision(absl::Time now, int events = 1);

 private:
  RequestId id_;
  SubjectId subject_;
  int items_ = 0;
  storage::v1::RequestRecord record_;
  std::vector<storage::v1::PendingTimer> written_timers_;
};

// Returns the events' bytes that NextDecision made for a sequence.
std::string SampleClear(const RequestId& id, int64_t sequence);

}  // namespace dsr

#endif  // DSR_TESTS_CONTRACT_REQUEST_SAMPLE_H_
