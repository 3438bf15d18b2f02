// FETCH_DECISION and APPLY_REMEDY: automated decisions about a customer.
#ifndef DSR_TOOLS_SAMPLE_SHOP_DECISION_TASKS_H_
#define DSR_TOOLS_SAMPLE_SHOP_DECISION_TASKS_H_

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "dsr/v1/request.pb.h"
#include "dsr/v1/task.pb.h"

namespace dsr::sample_shop {

// Returns the record of a decision; nothing unless it is about this account. Throws
// SQLite::Exception.
std::optional<v1::DecisionRecord> FetchDecision(SQLite::Database& db, const std::string& account,
                                                const std::string& decision_id);

// Puts in force what the review decided: UPHELD the result as it was, CHANGED a part of what was
// denied, OVERTURNED all of it. INVALID_ARGUMENT when there is no such decision about this account,
// or no outcome. Again has no effect. Throws SQLite::Exception.
absl::Status ApplyRemedy(SQLite::Database& db, const std::string& account,
                         const std::string& decision_id, v1::ReviewOutcome outcome);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_DECISION_TASKS_H_
