// A message as the text of a mail (RFC 5322).
#ifndef DSR_DELIVERY_MAIL_TEXT_H_
#define DSR_DELIVERY_MAIL_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/delivery/transport.h"

namespace dsr {

// How the body travels. kEightBit is for people who read the file, kBase64 passes every mail
// server.
enum class MailEncoding { kEightBit, kBase64 };

// Tells whether `id` may name a file and stand in a Message-ID: 1 to 100 of a-z, A-Z, 0-9, `-` and
// `_`.
bool IsPlainId(absl::string_view id);

// Returns `text` as what a signature is made of: a MIME entity of ASCII alone, with lines that end
// in CRLF, so that no mail server has a reason to change a byte of it.
std::string TextEntity(absl::string_view text);

// Returns `content`, such a MIME entity, with `signature`, a detached CMS signature over its bytes
// in DER, as a MIME entity: multipart/signed (RFC 8551) with SHA-256.
std::string SignedEntity(absl::string_view content, absl::string_view signature);

// Returns the text of `message` as sent by `sender` at `now`, with lines that end in CRLF. Its
// Message-ID is made of the message's id and the sender's domain, so that a second delivery of one
// message is recognised. Ids and addresses are plain, as above; the subject may hold anything: what
// is not printable ASCII is encoded (RFC 2047), and control characters, line breaks above all,
// become spaces. A message with HTML has two bodies of one content (multipart/alternative): the
// text, and after it, as what a reader prefers, the HTML. Without, the text is the body. One with
// an entity has that for a body, whatever the encoding.
std::string MailText(const RenderedMessage& message, absl::string_view sender, absl::Time now,
                     MailEncoding encoding);

}  // namespace dsr

#endif  // DSR_DELIVERY_MAIL_TEXT_H_
