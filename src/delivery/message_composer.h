// A message put together: as it leaves, and as it is kept.
#ifndef DSR_DELIVERY_MESSAGE_COMPOSER_H_
#define DSR_DELIVERY_MESSAGE_COMPOSER_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/server_secrets.h"
#include "delivery/message_variables.h"
#include "delivery/template_renderer.h"

namespace dsr {

// What grants something to whoever knows it, by the variable it goes by: `code`, `grant`.
using MessageSecrets = std::map<std::string, std::string>;

// Returns what the message brings: the code of its verification's send, or the grant of the
// request's package, where it is for the subject. Errors: INTERNAL when a code belongs to no
// verification.
absl::StatusOr<MessageSecrets> SecretsOf(const MessageSource& source, const ServerSecrets& secrets);

// Returns `*` for each character of what the message would bring: for previews, which no secret is
// computed for.
MessageSecrets MasksOf(const MessageSource& source);

// One message. Subjects are one line, and the lines of text and HTML end in \n, whatever a value
// brought: what a channel makes of them can be taken back.
struct ComposedMessage {
  RenderedTemplate sent;
  // The same with `*` for each character of every secret.
  RenderedTemplate kept;
};

// Renders the message's template at `now`, by the public variables, or those of the subject where
// it is addressed to the subject; `code` messages know `minutes` instead. Without `has_html`, or
// where the template set has no layout, there is text only. Errors: INTERNAL when the template
// does not exist or is broken. Thread-safe.
absl::StatusOr<ComposedMessage> ComposeMessage(const MessageSource& source,
                                               const MessageSecrets& secrets, bool has_html,
                                               absl::Time now);

}  // namespace dsr

#endif  // DSR_DELIVERY_MESSAGE_COMPOSER_H_
