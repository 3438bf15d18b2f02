#include "delivery/mail_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"

namespace dsr {
namespace {

constexpr size_t kMostIdBytes = 100;
// Of the subject in one encoded word, which has at most 75 characters: 45 bytes are 60 of base64.
constexpr size_t kWordBytes = 45;
constexpr size_t kBase64LineBytes = 57;
// Of a hash, in the line between two bodies.
constexpr size_t kBoundaryBytes = 16;
// Longer header lines are refused by servers that take RFC 5322 at its word.
constexpr size_t kMostPlainSubjectBytes = 200;

bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Splits at borders of UTF-8 characters: each encoded word must be readable by itself.
std::string EncodedWords(absl::string_view text) {
  std::string words;
  while (!text.empty()) {
    size_t size = std::min(kWordBytes, text.size());
    if (size < text.size()) {
      while (size > 1 && IsContinuationByte(text[size])) --size;
    }
    absl::StrAppend(&words, words.empty() ? "" : "\r\n ", "=?UTF-8?B?",
                    Base64Encode(text.substr(0, size)), "?=");
    text.remove_prefix(size);
  }
  return words;
}

std::string SubjectHeader(absl::string_view subject) {
  std::string text(subject);
  // A line break would let a subject add headers of its own.
  std::replace_if(
      text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); }, ' ');
  const bool is_plain = text.size() <= kMostPlainSubjectBytes && !absl::StrContains(text, "=?") &&
                        std::all_of(text.begin(), text.end(), absl::ascii_isprint);
  return is_plain ? text : EncodedWords(text);
}

std::string WithCrLf(absl::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\r') continue;
    absl::StrAppend(&result, c == '\n' ? "\r\n" : absl::string_view(&c, 1));
  }
  if (!absl::EndsWith(result, "\r\n")) result += "\r\n";
  return result;
}

std::string Base64Lines(absl::string_view text) {
  std::string lines;
  for (; !text.empty(); text.remove_prefix(std::min(kBase64LineBytes, text.size()))) {
    absl::StrAppend(&lines, Base64Encode(text.substr(0, kBase64LineBytes)), "\r\n");
  }
  return lines;
}

// One body with its headers. `type` is such as `text/plain`.
std::string Body(absl::string_view type, absl::string_view content, MailEncoding encoding) {
  const bool is_base64 = encoding == MailEncoding::kBase64;
  const std::string lines = WithCrLf(content);
  return absl::StrCat("Content-Type: ", type, "; charset=utf-8\r\n",
                      "Content-Transfer-Encoding: ", is_base64 ? "base64" : "8bit", "\r\n\r\n",
                      is_base64 ? Base64Lines(lines) : lines);
}

// The line between two bodies: no text holds its own hash, so no line of a body can end it.
std::string BoundaryOf(absl::string_view bodies) {
  return absl::StrCat("=_", HexEncode(Sha256(bodies).substr(0, kBoundaryBytes)));
}

std::string Bodies(const RenderedMessage& message, MailEncoding encoding) {
  if (!message.entity.empty()) return message.entity;
  const std::string text = Body("text/plain", message.text, encoding);
  if (message.html.empty()) return text;
  const std::string boundary = BoundaryOf(absl::StrCat(message.text, message.html));
  return absl::StrCat("Content-Type: multipart/alternative; boundary=\"", boundary,
                      "\"\r\n\r\n",                                                       //
                      "--", boundary, "\r\n", text,                                       //
                      "--", boundary, "\r\n", Body("text/html", message.html, encoding),  //
                      "--", boundary, "--\r\n");
}

absl::string_view DomainOf(absl::string_view address) {
  const size_t at = address.rfind('@');
  return at == absl::string_view::npos ? "localhost" : address.substr(at + 1);
}

}  // namespace

bool IsPlainId(absl::string_view id) {
  return !id.empty() && id.size() <= kMostIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

std::string TextEntity(absl::string_view text) {
  return Body("text/plain", text, MailEncoding::kBase64);
}

std::string SignedEntity(absl::string_view content, absl::string_view signature) {
  const std::string boundary = BoundaryOf(content);
  // The line break before a boundary is the boundary's, so the content keeps its own.
  return absl::StrCat(
      "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n",
      " micalg=\"sha-256\"; boundary=\"", boundary, "\"\r\n\r\n",  //
      "--", boundary, "\r\n", content, "\r\n",                     //
      "--", boundary, "\r\n",
      "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
      "Content-Transfer-Encoding: base64\r\n"
      "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n",
      Base64Lines(signature),  //
      "--", boundary, "--\r\n");
}

std::string MailText(const RenderedMessage& message, absl::string_view sender, absl::Time now,
                     MailEncoding encoding) {
  return absl::StrCat(
      "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", now, absl::UTCTimeZone()), "\r\n",
      "From: ", sender, "\r\n",                                             //
      "To: ", message.address, "\r\n",                                      //
      "Subject: ", SubjectHeader(message.subject), "\r\n",                  //
      "Message-ID: <", message.message_id, "@", DomainOf(sender), ">\r\n",  //
      "Auto-Submitted: auto-generated\r\n",                                 //
      "MIME-Version: 1.0\r\n",                                              //
      Bodies(message, encoding));
}

}  // namespace dsr
