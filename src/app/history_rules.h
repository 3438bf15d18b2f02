// What must hold of each event of a request, told from the request as it was before.
//
// Apart from the engine's own guards on purpose: a fault there must not hide itself here.
#ifndef DSR_APP_HISTORY_RULES_H_
#define DSR_APP_HISTORY_RULES_H_

#include <vector>

#include "app/integrity_report.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/hold.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// Checks `event`, which was decided on `before` under `rulebook`, for a subject with those holds,
// lifted ones too.
void CheckHistory(const Rulebook& rulebook, const storage::v1::RequestRecord& before,
                  const storage::v1::Event& event, const std::vector<v1::Hold>& holds,
                  RequestFindings& findings);

}  // namespace dsr

#endif  // DSR_APP_HISTORY_RULES_H_
