// The people who work on requests: who is absent, and who stands in.
#ifndef DSR_APP_STAFF_H_
#define DSR_APP_STAFF_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "app/audited_change.h"
#include "dsr/base/clock.h"
#include "dsr/store/store.h"
#include "dsr/v1/staff_service.pb.h"

namespace dsr {

// The API's form of an absence.
v1::Absence ToAbsence(const AbsenceRecord& record);

// Records an absence, or ends one, as the principal itself or a privacy officer. `done` gets the
// serialised answer. Errors: PERMISSION_DENIED ROLE_MISSING for others, FIELD_INVALID, NOT_FOUND.
// Do not block. `store` and `clock` outlive the change.
void SetAbsence(Store& store, const Clock& clock, const v1::Absence& absence, CallContext context,
                ExecutionDone done);
void EndAbsence(Store& store, const Clock& clock, const std::string& principal, CallContext context,
                ExecutionDone done);

// Refuses whoever is absent at `now`: ASSIGNEE_ABSENT, which names the deputy. OK for nobody.
absl::Status CheckPresent(ReadView& view, const std::string& assignee, absl::Time now);

}  // namespace dsr

#endif  // DSR_APP_STAFF_H_
