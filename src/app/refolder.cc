#include "app/refolder.h"

#include <utility>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/engine.h"

namespace dsr {
namespace {

constexpr int kRequestsAtOnce = 100;
constexpr int kEventsAtOnce = 1000;

absl::StatusOr<storage::v1::RequestRecord> Fold(ReadView& view, const RequestId& id) {
  storage::v1::RequestRecord record;
  int64_t after = 0;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const std::vector<StoredEvent> events,
                         view.ListEvents(id, after, kEventsAtOnce));
    for (const StoredEvent& stored : events) {
      storage::v1::Event event;
      if (!event.ParseFromString(stored.clear)) {
        return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                         "a stored event cannot be read");
      }
      Evolve(record, event);
      after = stored.sequence;
    }
    if (events.size() < kEventsAtOnce) return record;
  }
}

}  // namespace

absl::StatusOr<int64_t> RefoldStaleRequests(Store& store) {
  int64_t folded = 0;
  while (true) {
    int64_t found = 0;
    DSR_RETURN_IF_ERROR(TransactAndWait(store, [&](Transaction& transaction) -> absl::Status {
      found = 0;
      DSR_ASSIGN_OR_RETURN(const std::vector<RequestId> stale,
                           transaction.ListStaleRequests(kRequestsAtOnce));
      for (const RequestId& id : stale) {
        DSR_ASSIGN_OR_RETURN(const storage::v1::RequestRecord record, Fold(transaction, id));
        DSR_RETURN_IF_ERROR(transaction.Refold(id, record));
        ++found;
      }
      return absl::OkStatus();
    }));
    if (found == 0) return folded;
    folded += found;
  }
}

}  // namespace dsr
