#include "app/content_sealer.h"

#include <utility>

#include "app/not_found.h"
#include "app/purged.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {

absl::StatusOr<PreparedContent> ContentSealer::Prepare(const RequestId& request,
                                                       storage::v1::Event event) const {
  PreparedContent prepared;
  prepared.clear = std::move(event);
  if (!HoldsPersonal(prepared.clear)) {
    TakePersonal(prepared.clear);  // drops unknown fields
    return prepared;
  }
  DSR_ASSIGN_OR_RETURN(const SecretKey key, KeyOf(request));
  prepared.content = SealPersonal(prepared.clear, key);
  return prepared;
}

absl::StatusOr<SecretKey> ContentSealer::KeyOf(const RequestId& request) const {
  int64_t number = 0;
  DSR_RETURN_IF_ERROR(store_.Read([&](ReadView& view) -> absl::Status {
    const absl::StatusOr<storage::v1::RequestState> state = view.FindRequest(request);
    if (absl::IsNotFound(state.status())) return ResourceNotFound(RequestName(request));
    DSR_RETURN_IF_ERROR(state.status());
    if (IsPurged(state->request())) return Purged(state->request());
    number = state->key_number();
    return absl::OkStatus();
  }));
  return keys_.Key(number);
}

}  // namespace dsr
