#include "workflow/workflow_checker.h"

namespace dsr {

void CheckWorkflow(const WorkflowSource& source, const v1::Policy& policy,
                   const v1::TemplateSet& templates, std::vector<Finding>* findings) {
  const Machine machine(source);
  CheckNames(machine, findings);
  CheckElements(machine, policy, templates, findings);
  CheckVerification(machine, findings);
  if (!machine.is_sound()) return;
  CheckPaths(machine, findings);
  CheckAnswers(machine, findings);
}

}  // namespace dsr
