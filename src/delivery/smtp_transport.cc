#include "delivery/smtp_transport.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "delivery/mail_text.h"
#include "dsr/base/address.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr uint16_t kImplicitTlsPort = 465;

// Other refusals for good (554, 530) are as often the fault of the set-up as of the address, and
// must not make every message of an hour fail for good.
bool IsNoSuchMailbox(long status) {
  return status == 550 || status == 551 || status == 553 || status == 556;
}

// Hands a text to libcurl piece by piece.
struct Reader {
  absl::string_view rest;

  static size_t Read(char* buffer, size_t size, size_t count, void* reader) {
    auto* self = static_cast<Reader*>(reader);
    const size_t taken = std::min(size * count, self->rest.size());
    std::memcpy(buffer, self->rest.data(), taken);
    self->rest.remove_prefix(taken);
    return taken;
  }
};

// The last status that libcurl tells may be the answer to its own QUIT, so the last refusal is
// noted while the conversation goes on.
struct Conversation {
  long refusal = 0;

  static size_t Hear(char* data, size_t size, size_t count, void* conversation) {
    const absl::string_view line(data, size * count);
    auto* self = static_cast<Conversation*>(conversation);
    if (line.size() >= 3 && (line[0] == '4' || line[0] == '5') && absl::ascii_isdigit(line[1]) &&
        absl::ascii_isdigit(line[2])) {
      self->refusal = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    }
    return size * count;
  }
};

std::string UrlOf(const SmtpOptions& options) {
  const bool is_ipv6 = absl::StrContains(options.host, ':');
  return absl::StrCat(options.port == kImplicitTlsPort ? "smtps://" : "smtp://", is_ipv6 ? "[" : "",
                      options.host, is_ipv6 ? "]" : "", ":", options.port);
}

bool IsHost(absl::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("-._:", c);
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<SmtpTransport>> SmtpTransport::Create(SmtpOptions options) {
  FieldErrors errors;
  if (!IsHost(options.host)) errors.AddInvalid("host", "is a name or address without port");
  if (options.port == 0) errors.AddInvalid("port", "is 1 to 65535");
  if (!IsMailAddress(options.sender)) errors.AddInvalid("sender", "is a mail address");
  if (!options.username.empty() && options.password_file.empty()) {
    errors.AddInvalid("password_file", "belongs to a username");
  }
  if (!options.username.empty() && !options.require_tls) {
    errors.AddInvalid("require_tls", "must be set where a password is sent");
  }
  DSR_RETURN_IF_ERROR(errors.ToStatus());
  std::string password;
  if (!options.username.empty()) {
    DSR_ASSIGN_OR_RETURN(std::string contents, ReadFile(options.password_file));
    absl::string_view line = absl::StripAsciiWhitespace(contents);
    absl::ConsumePrefix(&line, absl::StrCat(options.username, ":"));
    password = std::string(line);
    WipeString(contents);
  }
  return std::unique_ptr<SmtpTransport>(new SmtpTransport(std::move(options), std::move(password)));
}

SmtpTransport::SmtpTransport(SmtpOptions options, std::string password)
    : options_(std::move(options)), url_(UrlOf(options_)), password_(std::move(password)) {}

SmtpTransport::~SmtpTransport() { WipeString(password_); }

DeliveryResult SmtpTransport::Send(const RenderedMessage& message, absl::Time now) {
  if (message.channel != "email") return DeliveryResult::Failure("channel-unsupported", true);
  if (!IsPlainId(message.message_id)) return DeliveryResult::Failure("message-id-invalid", true);
  if (!IsMailAddress(message.address)) return DeliveryResult::Failure("address-invalid", true);
  const std::string text = MailText(message, options_.sender, now, MailEncoding::kBase64);
  Reader reader{text};
  Conversation conversation;
  CurlList recipients;
  recipients.Add(absl::StrCat("<", message.address, ">"));

  CurlTransfer transfer(url_, "smtp,smtps", options_.timeouts, options_.ca_file);
  transfer.Set(CURLOPT_USE_SSL,
               static_cast<long>(options_.require_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  if (!options_.username.empty()) {
    transfer.Set(CURLOPT_USERNAME, options_.username.c_str());
    transfer.Set(CURLOPT_PASSWORD, password_.c_str());
  }
  transfer.Set(CURLOPT_MAIL_FROM, absl::StrCat("<", options_.sender, ">").c_str());
  transfer.Set(CURLOPT_MAIL_RCPT, recipients.get());
  transfer.Set(CURLOPT_UPLOAD, 1L);
  transfer.Set(CURLOPT_READFUNCTION, &Reader::Read);
  transfer.Set(CURLOPT_READDATA, &reader);
  transfer.Set(CURLOPT_HEADERFUNCTION, &Conversation::Hear);
  transfer.Set(CURLOPT_HEADERDATA, &conversation);

  const CURLcode result = transfer.Perform();
  if (result == CURLE_OK) return DeliveryResult{.delivered = true};
  if (result == CURLE_LOGIN_DENIED) return DeliveryResult::Failure("smtp-login", false);
  const bool is_refusal = result == CURLE_SEND_ERROR || result == CURLE_WEIRD_SERVER_REPLY;
  if (is_refusal && conversation.refusal != 0) {
    return DeliveryResult::Failure(absl::StrCat("smtp-", conversation.refusal),
                                   IsNoSuchMailbox(conversation.refusal));
  }
  return DeliveryResult::Failure(transfer.FailureCode(result), false);
}

}  // namespace dsr
