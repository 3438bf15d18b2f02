// Accounts that the company merged: whom an account belongs to, and whose records a request is
// about.
#ifndef DSR_APP_ACCOUNT_MERGES_H_
#define DSR_APP_ACCOUNT_MERGES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/store.h"

namespace dsr {

// A subject with those whose accounts were merged into its own.
struct SubjectScope {
  SubjectId subject;
  std::vector<SubjectId> merged;  // by id
};

// The merges by which a subject's account was given up: its own first, then that of the account it
// went to, and so on.
absl::StatusOr<std::vector<MergeRecord>> MergesOf(ReadView& view, const SubjectId& subject);

// The subjects whose accounts were merged into that subject's, or into one of these, by id.
absl::StatusOr<std::vector<SubjectId>> MergedSubjects(ReadView& view, const SubjectId& subject);

// Whom the account belongs to: its own subject, or the last one it was merged into whose account is
// not closed. Nothing when the account is not known.
absl::StatusOr<std::optional<SubjectRecord>> HolderOf(ReadView& view,
                                                      absl::string_view account_hash);

// The holder of the account as of now. Nothing when the account is not known.
absl::StatusOr<std::optional<SubjectScope>> ScopeOfAccount(ReadView& view,
                                                           absl::string_view account_hash);

// What a request is about: as of when it was filed, whatever was merged since. Errors:
// FAILED_PRECONDITION CONTENT_ERASED when it was purged.
absl::StatusOr<SubjectScope> ScopeOf(const storage::v1::RequestState& state);

// Tells whether the request is about that subject, be it its own or a merged one.
bool IsAbout(const storage::v1::RequestState& state, const SubjectId& subject);

}  // namespace dsr

#endif  // DSR_APP_ACCOUNT_MERGES_H_
