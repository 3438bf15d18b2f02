// Previews of messages: what a template would say, before anything is sent.
#ifndef DSR_DELIVERY_MESSAGE_PREVIEWER_H_
#define DSR_DELIVERY_MESSAGE_PREVIEWER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "dsr/base/ids.h"

namespace dsr {

// What is to be shown.
struct PreviewQuery {
  // Whose message it would be. Absent: that of nobody, from data that is clearly invented.
  std::optional<RequestId> request;
  std::string template_id;
  // Empty: that of the request, or zh-CN.
  std::string language;
};

// A message as it would be sent now, with `*` for each character of what grants something. Personal
// when it is for a request.
struct MessagePreview {
  std::string language;
  std::string subject;
  std::string text;
  std::string html;  // empty where the templates have no layout
};

// Renders previews. Sends and stores nothing. Thread-safe; blocks on the database.
class MessagePreviewer {
 public:
  virtual ~MessagePreviewer() = default;

  // Returns what the template says about the request as it stands, by that request and its own
  // subject alone. Errors: NOT_FOUND for an unknown request; INVALID_ARGUMENT FIELD_INVALID for a
  // `template` that the request's templates (without a request: those in force) do not have, or not
  // in that `language`, or for the `name` of a request where the template is not about requests;
  // FAILED_PRECONDITION when the subject's key is destroyed.
  virtual absl::StatusOr<MessagePreview> Preview(const PreviewQuery& query) = 0;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_MESSAGE_PREVIEWER_H_
