// Which tasks, notices and messages events are about.
#ifndef DSR_APP_EVENT_SUBJECTS_H_
#define DSR_APP_EVENT_SUBJECTS_H_

#include <vector>

#include "app/commit_listener.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"

namespace dsr {

// Returns `record` with only those tasks, notices and messages that `events` are about: what the
// store has to write.
storage::v1::RequestRecord TouchedPart(const RequestId& request,
                                       const storage::v1::RequestRecord& record,
                                       const std::vector<storage::v1::Event>& events);

// Adds what `touched` gives others to do: open tasks, pending notices and messages, and timers that
// are not among `timers_before`.
void AddHints(const storage::v1::RequestRecord& touched,
              const std::vector<storage::v1::PendingTimer>& timers_before, CommitHints& hints);

}  // namespace dsr

#endif  // DSR_APP_EVENT_SUBJECTS_H_
