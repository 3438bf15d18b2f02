// What a request waited for when its due time passed.
#ifndef DSR_WORKFLOW_BREACH_CAUSE_H_
#define DSR_WORKFLOW_BREACH_CAUSE_H_

#include "dsr/storage/v1/event.pb.h"
#include "workflow/deciding.h"

namespace dsr {

// Fills in cause and systems.
void TellBreachCause(const Deciding& deciding, storage::v1::RequestBreached& breached);

}  // namespace dsr

#endif  // DSR_WORKFLOW_BREACH_CAUSE_H_
