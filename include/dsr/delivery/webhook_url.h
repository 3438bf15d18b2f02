// Which URLs a recipient may be registered with.
#ifndef DSR_DELIVERY_WEBHOOK_URL_H_
#define DSR_DELIVERY_WEBHOOK_URL_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dsr {

// Tells whether a notice may be posted to `url`: https, a host, port 443 or one from 1024 up, no
// user information, no fragment, at most 2000 bytes. A host written as an address must be public,
// in whatever spelling. With `allow_http_loopback` (development), addresses of this machine are
// allowed, with http as well, for which `localhost` may stand.
//
// Asked when a recipient is registered and again before each attempt. What a name resolves to is
// decided when the connection is made. Errors: INVALID_ARGUMENT FIELD_INVALID for the field `url`,
// without the URL in its text. Thread-safe; does not block.
absl::Status ValidateWebhookUrl(absl::string_view url, bool allow_http_loopback);

}  // namespace dsr

#endif  // DSR_DELIVERY_WEBHOOK_URL_H_
