// What must hold in an exploration: the invariants I2, I4, I9 to I12 and I17 of RELIABILITY.md, and
// of fees that nothing is done that is still to be paid for.
#ifndef DSR_TESTS_UNIT_WORKFLOW_MODEL_RULES_H_
#define DSR_TESTS_UNIT_WORKFLOW_MODEL_RULES_H_

#include <set>
#include <string>

#include "absl/time/time.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"
#include "unit/workflow/model_situation.h"

namespace dsr {

// Told apart from the engine's own guards on purpose: identity at the level that the type and the
// categories ask for.
bool IsIdentified(const storage::v1::RequestState& state, const Rulebook& rulebook, absl::Time now);

// What `event` breaks that follows on `before`.
std::set<std::string> BrokenBy(const storage::v1::Event& event, const Situation& before,
                               const Rulebook& rulebook, const Facts& facts);

// What a situation breaks by being one.
std::set<std::string> BrokenIn(const Situation& at);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_RULES_H_
