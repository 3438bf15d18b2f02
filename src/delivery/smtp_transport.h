// Sends messages as mail through an SMTP server.
#ifndef DSR_DELIVERY_SMTP_TRANSPORT_H_
#define DSR_DELIVERY_SMTP_TRANSPORT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "delivery/curl_transfer.h"
#include "dsr/delivery/transport.h"

namespace dsr {

// Where mail is handed over, and as whom.
struct SmtpOptions {
  // Name or address of the server, set by the operator; addresses of the own network are welcome.
  std::string host;
  // 465 speaks TLS from the first byte; any other port begins in clear and changes over (STARTTLS).
  uint16_t port = 587;
  // The address that mail comes from.
  std::string sender;
  // Empty for a server that asks for none.
  std::string username;
  // Holds the password of `username`, alone or as `username:password`; spaces and line breaks at
  // its ends do not count.
  std::string password_file;
  // False hands mail over in clear: for a relay on this machine only.
  bool require_tls = true;
  TransferTimeouts timeouts;
  // Certificates to trust, in PEM; the system's when empty.
  std::string ca_file;
};

// Hands each message of the channel `email` to the server; delivered means that the server took it.
// Codes of failure, beside those of CurlTransfer::FailureCode:
//
//   smtp-<status>         the server refused it; 550, 551, 553 and 556 (no such mailbox) give up
//   smtp-login            the server refused name or password
//   channel-unsupported   not an `email`; gives up
//   message-id-invalid    gives up
//   address-invalid       not a mail address in ASCII; gives up
//
// Thread-safe; connects anew for each message.
class SmtpTransport : public MessageTransport {
 public:
  // Reads the password file. Errors: INVALID_ARGUMENT FIELD_INVALID for host, port, sender, or a
  // username without password file or without TLS; FAILED_PRECONDITION INSTALLATION_INVALID when
  // the file cannot be read.
  static absl::StatusOr<std::unique_ptr<SmtpTransport>> Create(SmtpOptions options);

  ~SmtpTransport() override;

  DeliveryResult Send(const RenderedMessage& message, absl::Time now) override;

 private:
  SmtpTransport(SmtpOptions options, std::string password);

  const SmtpOptions options_;
  const std::string url_;
  std::string password_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_SMTP_TRANSPORT_H_
