// Decisions as a busy server makes them, ready to be written.
#ifndef DSR_TESTS_BENCH_TRANSITION_H_
#define DSR_TESTS_BENCH_TRANSITION_H_

#include <deque>

#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/store.h"

namespace dsr {

// One decision: one event, the request's row, its timers, now and then a task; and the stored
// answer. `write.record` points to `record`: not to be copied.
struct Transition {
  Transition() = default;
  Transition(Transition&&) = delete;

  storage::v1::RequestRecord record;
  DecisionWrite write;
  StoredAnswer answer;
};

// Writes one transition, as the executor of commands does.
absl::Status WriteTransition(Transaction& transaction, const Transition& transition);

// Returns `count` decisions of one writer, four for each request: it is filed, a task is made, its
// phase changes, a note is added.
std::deque<Transition> MakeTransitions(int writer, int count);

}  // namespace dsr

#endif  // DSR_TESTS_BENCH_TRANSITION_H_
