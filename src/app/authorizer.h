// What a caller may touch. Which methods a role may call is checked before; this is about the
// object.
#ifndef DSR_APP_AUTHORIZER_H_
#define DSR_APP_AUTHORIZER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "app/principal.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/workflow/command.h"

namespace dsr {

// Tells whether `principal` may give `command` to the request of `record`.
//
// A data system's worker reports on its own system's tasks, a recipient answers its own notices;
// any other is NOT_FOUND RESOURCE_NOT_FOUND, as an unknown one is. A package that is for somebody
// else is PERMISSION_DENIED GRANT_INVALID. What only dsrd does is PERMISSION_DENIED ROLE_MISSING
// for everyone else.
absl::Status Authorize(const Principal& principal, const RequestId& request,
                       const storage::v1::RequestRecord& record, const Command& command);

// Tells whether `principal` may fetch the package of `request` when it has the grant: of a transfer
// the handler alone (PIPL 45(3)), and of anything else everyone but recipients.
bool MayFetchPackage(const Principal& principal, const v1::Request& request);

// Tell whether a worker or recipient may see that task or notice; always true for other principals.
bool MaySeeTask(const Principal& principal, const v1::Task& task);
bool MaySeeNotice(const Principal& principal, const v1::Notice& notice);

}  // namespace dsr

#endif  // DSR_APP_AUTHORIZER_H_
