// Previews by the same rendering as what is sent.
#ifndef DSR_DELIVERY_TEMPLATE_PREVIEWER_H_
#define DSR_DELIVERY_TEMPLATE_PREVIEWER_H_

#include "absl/status/statusor.h"
#include "app/request_reader.h"
#include "app/rulebook_catalog.h"
#include "dsr/base/clock.h"
#include "dsr/delivery/message_previewer.h"
#include "dsr/store/store.h"

namespace dsr {

// A preview knows what the message would: the public variables where the request's workflow sends
// the template to the requester only, else those of the subject too. A letter to a recipient is
// previewed without a request only: FIELD_INVALID for `name` with one. Thread-safe.
class TemplatePreviewer : public MessagePreviewer {
 public:
  // All of it outlives the previewer.
  struct Parts {
    Store& store;
    const Clock& clock;
    const RequestReader& reader;
    RulebookCatalog& rulebooks;
  };

  explicit TemplatePreviewer(const Parts& parts) : parts_(parts) {}

  absl::StatusOr<MessagePreview> Preview(const PreviewQuery& query) override;

 private:
  absl::StatusOr<MessagePreview> PreviewRequest(const RequestId& request,
                                                const PreviewQuery& query) const;
  absl::StatusOr<MessagePreview> PreviewSample(const PreviewQuery& query) const;

  const Parts parts_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_TEMPLATE_PREVIEWER_H_
