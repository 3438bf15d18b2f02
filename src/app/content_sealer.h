// Seals what commands bring of personal data, before they reach the writer's thread.
#ifndef DSR_APP_CONTENT_SEALER_H_
#define DSR_APP_CONTENT_SEALER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "app/key_file.h"
#include "app/sealer.h"
#include "dsr/base/ids.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/store/store.h"

namespace dsr {

// An event's payload as the command takes it, and its personal data.
struct PreparedContent {
  storage::v1::Event clear;
  std::optional<SealedContent> content;  // absent when the payload had nothing personal
};

// Thread-safe. Blocks on the database and the key file. The arguments outlive this.
class ContentSealer {
 public:
  ContentSealer(Store& store, const KeyFile& keys) : store_(store), keys_(keys) {}

  // Takes the personal fields out of `event`, whose payload alone is set, as the decision's event
  // will have it, and seals them with the key of the request's subject. Errors: NOT_FOUND for an
  // unknown request; FAILED_PRECONDITION when the subject's key is destroyed.
  absl::StatusOr<PreparedContent> Prepare(const RequestId& request, storage::v1::Event event) const;

  // Returns the key of the request's subject, for what is sealed piece by piece. Errors as above.
  absl::StatusOr<SecretKey> KeyOf(const RequestId& request) const;

 private:
  Store& store_;
  const KeyFile& keys_;
};

}  // namespace dsr

#endif  // DSR_APP_CONTENT_SEALER_H_
