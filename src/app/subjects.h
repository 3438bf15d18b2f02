// Data subjects: who an account is to dsrd.
#ifndef DSR_APP_SUBJECTS_H_
#define DSR_APP_SUBJECTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/key_numbers.h"
#include "app/server_secrets.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"

namespace dsr {

// A subject as found, or as it would be made, before the transaction that relies on it.
struct PreparedSubject {
  // The holder of the account that was asked for.
  SubjectRecord record;
  // What that account is found by; where it was merged, another than the record's.
  std::string account_hash;
  // Whose accounts were merged into the holder's, by id.
  std::vector<SubjectId> merged;
  bool is_new = false;
  // The record's key for contents is one that the subject does not have yet.
  bool has_new_content_key = false;
};

// Finds and makes subjects in two steps, because a key must be had before the transaction and what
// was found must still be so in it. Thread-safe. The arguments outlive this.
class Subjects {
 public:
  Subjects(const ServerSecrets& secrets, KeyNumbers& keys, const IdGenerator& ids)
      : secrets_(secrets), keys_(keys), ids_(ids) {}

  // Returns the holder of `account`, a new one with a key of its own where there is none.
  absl::StatusOr<PreparedSubject> Prepare(ReadView& view, absl::string_view account) const;

  // Sees to it that what the subject files can be sealed: gives it a key for contents where it has
  // none. Errors: RESOURCE_EXHAUSTED DISK_FULL.
  absl::Status ProvideContentKey(PreparedSubject& subject) const;

  // The same for an account that is known by its hash only; nothing where it is not.
  static absl::StatusOr<std::optional<PreparedSubject>> Find(ReadView& view,
                                                             absl::string_view account_hash);

  // Makes a new subject, or checks that a found one still holds the account, and what was merged
  // into it. ABORTED RETRY_LATER when that changed: prepare again.
  static absl::Status Confirm(Transaction& transaction, const PreparedSubject& subject);

 private:
  const ServerSecrets& secrets_;
  KeyNumbers& keys_;
  const IdGenerator& ids_;
};

// Tells whether `status` is what Confirm returns to ask for another preparation.
bool IsSubjectChanged(const absl::Status& status);

}  // namespace dsr

#endif  // DSR_APP_SUBJECTS_H_
