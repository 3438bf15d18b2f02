// Requests with their personal data, opened for those who may see it.
#ifndef DSR_APP_REQUEST_READER_H_
#define DSR_APP_REQUEST_READER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/key_file.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/store.h"

namespace dsr {

// Opens sealed records with their subject's key. Thread-safe. Blocks on the key file. Every method
// returns NOT_FOUND for an unknown request, FAILED_PRECONDITION CONTENT_ERASED when its key is
// destroyed or it was purged, INTERNAL for a record that does not open.
class RequestReader {
 public:
  // `keys` outlives this.
  explicit RequestReader(const KeyFile& keys) : keys_(keys) {}

  // The request with every personal field: the fold of its opened events.
  absl::StatusOr<storage::v1::RequestRecord> ReadFull(ReadView& view, const RequestId& id) const;

  // The request as those see it who work on it: with every personal field, and with the notes that
  // colleagues wrote for each other.
  absl::StatusOr<v1::Request> ReadCase(ReadView& view, const RequestId& id) const;

  // The verification of that name, with what was seen and why it was taken back. Errors: NOT_FOUND,
  // and as above.
  absl::StatusOr<v1::Verification> ReadVerification(ReadView& view, const RequestId& id,
                                                    const std::string& name) const;

  // The subject's account id.
  absl::StatusOr<std::string> SubjectAccount(ReadView& view, const RequestId& id) const;

  // Fills in what a worker needs beyond the clear task: the account, the accepted fields for
  // CORRECT, the decision for FETCH_DECISION and APPLY_REMEDY.
  absl::Status OpenTask(ReadView& view, const RequestId& id, v1::Task& task) const;

  // Fills in what a recipient needs beyond the clear notice: its own references for the subject
  // and, for CORRECT, the new values of the notice's categories.
  absl::Status OpenNotice(ReadView& view, const RequestId& id, v1::Notice& notice) const;

  // Fills in what a sent message said: subject, text and HTML, as its event keeps them. A message
  // that was not sent, or was before that was kept, stays as it is.
  absl::Status OpenMessage(ReadView& view, const RequestId& id, v1::Message& message) const;

  // Returns the hold with its personal fields. Errors: NOT_FOUND, and as above.
  absl::StatusOr<v1::Hold> ReadHold(ReadView& view, const RecordId& id) const;

  // Fills the personal fields of a stored disclosure, with the key of whose it is.
  absl::Status OpenDisclosure(ReadView& view, v1::Disclosure& disclosure) const;

 private:
  absl::StatusOr<std::vector<storage::v1::Event>> OpenedEvents(ReadView& view,
                                                               const RequestId& id) const;

  const KeyFile& keys_;
};

}  // namespace dsr

#endif  // DSR_APP_REQUEST_READER_H_
