// The invariants that an exploration asserts: I2, I4, I9 to I12 and I17 of RELIABILITY.md. They are
// told apart from the engine's own guards on purpose: a fault there must not hide itself here.
#ifndef DSR_TESTS_UNIT_WORKFLOW_MODEL_RULES_H_
#define DSR_TESTS_UNIT_WORKFLOW_MODEL_RULES_H_

#include <set>
#include <string>

#include "dsr/storage/v1/event.pb.h"
#include "dsr/workflow/engine.h"
#include "unit/workflow/model_situation.h"

namespace dsr {

// The invariants that `event` breaks when it happens in `before`.
std::set<std::string> BrokenBy(const storage::v1::Event& event, const Situation& before,
                               const Rulebook& rulebook, const Facts& facts);

// The invariants that do not hold in `at`.
std::set<std::string> BrokenIn(const Situation& at);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_RULES_H_
