// What must hold of a request as it stands.
#ifndef DSR_APP_RECORD_RULES_H_
#define DSR_APP_RECORD_RULES_H_

#include "app/integrity_report.h"
#include "dsr/storage/v1/state.pb.h"

namespace dsr {

// Checks timers, answer, notices, counters and what is kept.
void CheckRecord(const storage::v1::RequestRecord& record, RequestFindings& findings);

}  // namespace dsr

#endif  // DSR_APP_RECORD_RULES_H_
