// Explores a workflow: every state and facts that commands and timers can bring a request to.
#ifndef DSR_TESTS_UNIT_WORKFLOW_MODEL_H_
#define DSR_TESTS_UNIT_WORKFLOW_MODEL_H_

#include <map>
#include <memory>
#include <set>
#include <string>

#include "dsr/workflow/rulebook.h"

namespace dsr {

// What an exploration found.
struct Exploration {
  int states = 0;
  int transitions = 0;
  bool is_complete = false;  // false: cut off at `most_states`
  // The workflow's states, and the outcomes it was answered with, that were come to.
  std::set<std::string> visited;
  std::set<v1::Outcome> outcomes;
  // Broken invariants of RELIABILITY.md, such as `I2`, or `fee`, with the first way on which each
  // was seen.
  std::map<std::string, std::string> violations;
};

// What one exploration varies. All of it in one product does not end in the time that a test has:
// each aspect but the first holds still what fails, and who is reminded or objects.
enum class Aspect {
  kWork,    // tasks fail and are retried, recipients object, holds and others come and go
  kLapses,  // proofs run out while the answer is overdue, or are taken back, others come and go
  kBeside,  // others need the data, the subject dies or has asked the same before; two data systems
  kAgent,   // an agent asks: identity and a power are proved, refused, run out, are revoked
  kGuardian,         // the same of a guardian whose ward may come of age
  kLevels,           // a session, a code and stronger methods, with wrong, old and late codes
  kFees,             // fees are quoted, accepted, paid, waived, declined or not paid in time
  kPartialRefusals,  // some categories are refused, more than once
};

// How far to explore.
struct ModelOptions {
  Aspect aspect = Aspect::kWork;
  // Cuts off there; more than any shipped workflow has.
  int most_states = 400000;
  bool stops_at_violation = false;
  // Compares what ListAllowedActions tells each role with what the commands then do, in some
  // situations of each state.
  bool checks_actions = false;
};

// Breadth-first over all commands and timers, for a request to a small shop. Two situations are the
// same when they differ in nothing that a decision can depend on but ids and times.
Exploration Explore(const std::shared_ptr<const Rulebook>& rulebook, const ModelOptions& options);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_H_
