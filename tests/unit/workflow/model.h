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

// How far to explore.
struct ModelOptions {
  // Cuts off there; more than any shipped workflow has.
  int most_states = 400000;
  bool stops_at_violation = false;
  // Compares what ListAllowedActions tells each role with what the commands then do, in some
  // situations of each state.
  bool checks_actions = false;
};

// Breadth-first over all commands and timers, for a subject of a small shop. Two situations are the
// same when they differ in nothing that a decision can depend on but ids and times.
Exploration Explore(const std::shared_ptr<const Rulebook>& rulebook, const ModelOptions& options);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_H_
