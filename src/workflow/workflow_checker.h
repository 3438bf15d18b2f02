// The checker: proves the safety rules of a workflow before it loads.
//
// Each rule family is one function and one file. All of them report everything they find; those
// that walk the machine are asked only when its names are sound, because a dangling name would make
// them report its echoes.
#ifndef DSR_WORKFLOW_WORKFLOW_CHECKER_H_
#define DSR_WORKFLOW_WORKFLOW_CHECKER_H_

#include <vector>

#include "dsr/workflow/definitions.h"
#include "workflow/definition_source.h"
#include "workflow/machine.h"

namespace dsr {

// Applies every rule to `source`. `policy` and `templates` passed their own checks.
void CheckWorkflow(const WorkflowSource& source, const v1::Policy& policy,
                   const v1::TemplateSet& templates, std::vector<Finding>* findings);

// Names are well-formed, unique and known; titles are there in every language; phases fit ends; an
// end has neither transitions nor timers.
void CheckNames(const Machine& machine, std::vector<Finding>* findings);

// Triggers, timers, guards and effects have exactly the fields of their kind; roles stand where
// people act; templates exist, and tell of refusals where some categories can be refused; decisions
// of a second person are guarded.
void CheckElements(const Machine& machine, const v1::Policy& policy,
                   const v1::TemplateSet& templates, std::vector<Finding>* findings);

// Every state can be reached and left for an end; every transition can be taken; FACTS_CHANGED
// never goes in circles.
void CheckPaths(const Machine& machine, std::vector<Finding>* findings);

// Every way to an end passes exactly one response; every state that waits for it has the deadline.
void CheckAnswers(const Machine& machine, std::vector<Finding>* findings);

// Nothing is disclosed, changed, erased or told to recipients without verification; erasure tells
// recipients.
void CheckVerification(const Machine& machine, std::vector<Finding>* findings);

}  // namespace dsr

#endif  // DSR_WORKFLOW_WORKFLOW_CHECKER_H_
