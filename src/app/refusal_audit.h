// Refused attempts, for the audit log.
#ifndef DSR_APP_REFUSAL_AUDIT_H_
#define DSR_APP_REFUSAL_AUDIT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/storage/v1/sealed.pb.h"
#include "dsr/store/store.h"
#include "dsr/v1/errors.pb.h"

namespace dsr {

// Returns the record of something that is no request's event.
storage::v1::AuditRecord MakeAuditRecord(absl::Time time, absl::string_view actor,
                                         absl::string_view kind, absl::string_view about);

// One refused call. `about` is a method or a resource's name of ours, never what the caller wrote.
struct RefusedCall {
  std::string actor;  // empty: nobody knows who
  std::string about;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  int64_t count = 1;  // how many of the same this stands for
};

// Tells whether `status` says that a known caller was denied what it tried: for who it is, for what
// it named, or for the state that it found. What is wrong in itself attempted nothing, and what may
// be repeated as it is was not denied.
bool IsRefusal(const absl::Status& status);

// Marks an error whose leaf is in the audit log, or that is an event of its request, so that it is
// not written again further up. Clients do not see the mark.
absl::Status MarkAudited(absl::Status status);
bool IsMarkedAudited(const absl::Status& status);

// Returns the record of a refused call, made at `time`.
storage::v1::AuditRecord RefusalRecord(absl::Time time, const RefusedCall& call);

// Writes `call` to the audit log in a transaction of its own and then calls `done`, on the store's
// completion thread; a failure is only logged. Does not block. `clock` outlives the transaction.
void AuditRefusal(Store& store, const Clock& clock, RefusedCall call, std::function<void()> done);

}  // namespace dsr

#endif  // DSR_APP_REFUSAL_AUDIT_H_
