// What must hold for a request after every decision, whatever was asked: the invariants of one
// request that can be told from its record and the decision's events. A broken one fails the
// running test.
#ifndef DSR_TESTS_TESTING_REQUEST_INVARIANTS_H_
#define DSR_TESTS_TESTING_REQUEST_INVARIANTS_H_

#include <vector>

#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// Checks each event of a decision against the record it was decided on:
// - nothing is collected, changed, closed, erased, told to a recipient, packed or handed out
// without
//   a passed, unexpired verification at that moment (what a law kept may be erased later);
// - a state changes only along an edge of the workflow;
// - a withdrawal takes effect before the point of no return only, and is answered;
// - a request is answered once, and late only as a breach;
// - recipients are told only of what they received, each once for one scope.
void CheckEvents(const Rulebook& rulebook, const storage::v1::RequestRecord& before,
                 const std::vector<storage::v1::Event>& events, const Facts& facts);

// Checks the record: the deadline's timer, the answer of whatever ended, two persons for a refusal
// and a review, counters, and that what is retained will be erased.
void CheckRecord(const storage::v1::RequestRecord& record);

// Checks for people of every role that AllowedActions says what Decide does.
void CheckAllowedActions(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                         const DecisionContext& context);

// True once something was done that must be ended: a proof that has only grown old since is enough
// for that, one that was taken back is not.
bool HasBegun(const storage::v1::RequestState& state);

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_REQUEST_INVARIANTS_H_
