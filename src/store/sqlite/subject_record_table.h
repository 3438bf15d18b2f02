// What is recorded about a subject beside its requests: consents and holds.
#ifndef DSR_STORE_SQLITE_SUBJECT_RECORD_TABLE_H_
#define DSR_STORE_SQLITE_SUBJECT_RECORD_TABLE_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/v1/hold.pb.h"
#include "dsr/v1/registry.pb.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::vector<v1::Consent>> ListConsents(Connection& connection,
                                                      const SubjectId& subject,
                                                      const std::optional<RecordId>& after,
                                                      int limit);
absl::StatusOr<std::vector<v1::Hold>> ListHolds(Connection& connection, const SubjectId& subject,
                                                const std::optional<RecordId>& after, int limit);
absl::StatusOr<std::pair<SubjectId, v1::Hold>> FindHold(Connection& connection, const RecordId& id);
absl::StatusOr<std::string> FindHoldBox(Connection& connection, const RecordId& id);

// As in Transaction.
absl::Status PutConsent(Connection& connection, const RecordId& id, const SubjectId& subject,
                        const v1::Consent& consent, absl::string_view sealed);
absl::Status PutHold(Connection& connection, const RecordId& id, const SubjectId& subject,
                     const v1::Hold& hold, absl::string_view sealed);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_SUBJECT_RECORD_TABLE_H_
