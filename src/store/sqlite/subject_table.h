// Data subjects, by pseudonym and by the keyed hash of their account, and the merges of accounts.
#ifndef DSR_STORE_SQLITE_SUBJECT_TABLE_H_
#define DSR_STORE_SQLITE_SUBJECT_TABLE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/store/records.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::optional<SubjectRecord>> FindSubject(Connection& connection,
                                                         absl::string_view account_hash);
absl::StatusOr<SubjectRecord> FindSubjectById(Connection& connection, const SubjectId& id);
absl::StatusOr<std::optional<MergeRecord>> FindMerge(Connection& connection,
                                                     const SubjectId& subject);
absl::StatusOr<std::vector<SubjectId>> ListMergedInto(Connection& connection,
                                                      const SubjectId& into);
absl::StatusOr<std::optional<SubjectRecord>> FindSubjectByKey(Connection& connection,
                                                              int64_t key_number);
absl::StatusOr<int64_t> LastKeyNumber(Connection& connection);

// As in Transaction.
absl::Status RetireSubject(Connection& connection, const SubjectId& subject);
absl::Status PutSubject(Connection& connection, const SubjectRecord& subject);
absl::Status SetContentKey(Connection& connection, const SubjectId& subject, int64_t key_number);
absl::Status PutMerge(Connection& connection, const MergeRecord& merge);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_SUBJECT_TABLE_H_
