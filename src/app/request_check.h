// One request checked: its rows against its events.
#ifndef DSR_APP_REQUEST_CHECK_H_
#define DSR_APP_REQUEST_CHECK_H_

#include "absl/status/status.h"
#include "app/integrity_report.h"
#include "app/rulebook_catalog.h"
#include "dsr/base/ids.h"
#include "dsr/store/database_file.h"
#include "dsr/store/store.h"

namespace dsr {

// Folds the request's events anew, checks each (history_rules.h) and what they make
// (record_rules.h), and compares that with its row, tasks, notices, messages, timers and outbox. Of
// a request that was purged only its row is left to be looked at. What is wrong is a finding;
// errors are those of reading.
absl::Status CheckRequest(ReadView& view, RowView& rows, RulebookCatalog& rulebooks,
                          const RequestId& id, IntegrityReport& report);

}  // namespace dsr

#endif  // DSR_APP_REQUEST_CHECK_H_
