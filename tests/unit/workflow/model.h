// Explores a workflow: every state and facts that commands and timers can bring a request to.
#ifndef DSR_TESTS_UNIT_WORKFLOW_MODEL_H_
#define DSR_TESTS_UNIT_WORKFLOW_MODEL_H_

#include <map>
#include <memory>
#include <string>

#include "dsr/workflow/rulebook.h"

namespace dsr {

// What an exploration found.
struct Exploration {
  int states = 0;
  int transitions = 0;
  bool is_complete = false;  // false: cut off at `most_states`
  // Broken invariants of RELIABILITY.md, such as `I2`, with the first way on which each was seen.
  std::map<std::string, std::string> violations;
};

// Breadth-first over all commands and timers, for a subject of a small shop. Two situations are the
// same when they differ in nothing that a decision can depend on but ids and times. Stops at the
// first violation where `stops_at_violation`.
Exploration Explore(const std::shared_ptr<const Rulebook>& rulebook, int most_states,
                    bool stops_at_violation);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_H_
