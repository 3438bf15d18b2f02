// Requests whose rows an older program made.
#ifndef DSR_APP_REFOLDER_H_
#define DSR_APP_REFOLDER_H_

#include "absl/status/statusor.h"
#include "dsr/store/store.h"

namespace dsr {

// Folds them anew from their events, so that what a later fold keeps is there for all. Returns how
// many there were; none but at the first start after an upgrade. To be done before anything is
// decided. Blocks. Errors: those of Store; DATA_LOSS when an event is not what its audit leaf says.
absl::StatusOr<int64_t> RefoldStaleRequests(Store& store);

}  // namespace dsr

#endif  // DSR_APP_REFOLDER_H_
