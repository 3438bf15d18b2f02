// The registry: data systems, recipients, disclosures.
#ifndef DSR_STORE_SQLITE_REGISTRY_TABLE_H_
#define DSR_STORE_SQLITE_REGISTRY_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/v1/registry.pb.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<int64_t> RegistryVersion(Connection& connection);
absl::StatusOr<std::vector<v1::DataSystem>> ListDataSystems(Connection& connection);
absl::StatusOr<v1::DataSystem> FindDataSystem(Connection& connection, absl::string_view name);
absl::StatusOr<std::vector<v1::Recipient>> ListRecipients(Connection& connection);
absl::StatusOr<v1::Recipient> FindRecipient(Connection& connection, absl::string_view name);
absl::StatusOr<std::vector<v1::Disclosure>> ListDisclosures(Connection& connection,
                                                            const SubjectId& subject,
                                                            const std::optional<RecordId>& after,
                                                            int limit);
absl::StatusOr<std::pair<SubjectId, std::string>> FindDisclosureBox(Connection& connection,
                                                                    const RecordId& id);

// As in Transaction.
absl::Status PutDataSystem(Connection& connection, const v1::DataSystem& system);
absl::Status PutRecipient(Connection& connection, const v1::Recipient& recipient);
absl::Status PutDisclosure(Connection& connection, const RecordId& id, const SubjectId& subject,
                           const v1::Disclosure& disclosure, absl::string_view sealed);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_REGISTRY_TABLE_H_
