// The fold of what belongs to a request: verifications, tasks, notices, messages. Parts of Evolve.
#ifndef DSR_WORKFLOW_EVOLVE_CHILDREN_H_
#define DSR_WORKFLOW_EVOLVE_CHILDREN_H_

#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"

namespace dsr {

// Each takes the events of its kind only, and does nothing for a child that `record` does not hold.
void EvolveVerification(storage::v1::RequestRecord& record, const storage::v1::Event& event);
void EvolveTask(storage::v1::RequestRecord& record, const storage::v1::Event& event);
void EvolveNotice(storage::v1::RequestRecord& record, const storage::v1::Event& event);
void EvolveMessage(storage::v1::RequestRecord& record, const storage::v1::Event& event);

}  // namespace dsr

#endif  // DSR_WORKFLOW_EVOLVE_CHILDREN_H_
