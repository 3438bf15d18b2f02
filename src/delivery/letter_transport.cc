#include "delivery/letter_transport.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "delivery/mail_text.h"
#include "dsr/base/address.h"
#include "dsr/base/crypto.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr size_t kTestIdBytes = 16;

std::string LetterId(const v1::Notice& notice) {
  if (notice.name().empty()) return absl::StrCat("test-", HexEncode(RandomBytes(kTestIdBytes)));
  std::string id(LastSegment(notice.name()));
  if (notice.has_send_time()) {
    absl::StrAppend(&id, "-", absl::ToUnixSeconds(FromTimestamp(notice.send_time())));
  }
  return id;
}

}  // namespace

LetterTransport::LetterTransport(Parts parts) : parts_(std::move(parts)) {}

DeliveryResult LetterTransport::Deliver(const NoticeAttempt& attempt) {
  if (!attempt.way.has_letter()) return DeliveryResult::Failure("no-letter", true);
  const std::string& address = attempt.way.letter().address();
  if (!IsMailAddress(address)) return DeliveryResult::Failure("address-invalid", true);
  if (!parts_.signer.IsValidAt(attempt.now)) {
    return DeliveryResult::Failure("certificate-invalid", false);
  }
  absl::StatusOr<RenderedTemplate> letter = ComposeLetter({.policy = parts_.policy,
                                                           .zone = parts_.zone,
                                                           .recipient = attempt.recipient,
                                                           .notice = attempt.notice,
                                                           .title_of = parts_.title_of},
                                                          parts_.templates);
  if (absl::IsNotFound(letter.status())) return DeliveryResult::Failure("template-missing", false);
  if (!letter.ok()) return DeliveryResult::Failure("internal", true);
  const std::string content = TextEntity(letter->text);
  // The signature of another letter is as good as none.
  const absl::StatusOr<std::string> signature =
      parts_.signer.Sign(attempt.forges ? TextEntity("") : content, attempt.now);
  if (!signature.ok()) return DeliveryResult::Failure("internal", true);
  return parts_.mail.Send({.message_id = LetterId(attempt.notice),
                           .channel = "email",
                           .address = address,
                           .subject = std::move(letter->subject),
                           .text = std::move(letter->text),
                           .html = "",
                           .entity = SignedEntity(content, *signature)},
                          attempt.now);
}

}  // namespace dsr
