#include "delivery/spool_transport.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "delivery/mail_text.h"
#include "dsr/base/address.h"
#include "dsr/base/file.h"

namespace dsr {

SpoolTransport::SpoolTransport(std::string folder, std::string sender)
    : folder_(std::move(folder)), sender_(std::move(sender)) {}

DeliveryResult SpoolTransport::Send(const RenderedMessage& message, absl::Time now) {
  if (!IsPlainId(message.message_id)) {
    return DeliveryResult{.give_up = true, .code = "message-id-invalid"};
  }
  if (!IsPlainAddress(message.address)) {
    return DeliveryResult{.give_up = true, .code = "address-invalid"};
  }
  const absl::Status written =
      WriteFileAtomically(absl::StrCat(folder_, "/", message.message_id, ".eml"),
                          MailText(message, sender_, now, MailEncoding::kEightBit));
  if (!written.ok()) {
    const std::string code = absl::StatusCodeToString(written.code());
    return DeliveryResult{.code = absl::StrCat("spool-", absl::AsciiStrToLower(code))};
  }
  return DeliveryResult{.delivered = true};
}

}  // namespace dsr
