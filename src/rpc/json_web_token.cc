#include "rpc/json_web_token.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "rpc/base64url.h"
#include "rpc/caller_errors.h"
#include "rpc/json_object.h"

namespace dsr {
namespace {

using google::protobuf::Struct;

std::optional<Struct> ObjectOf(absl::string_view part) {
  const absl::StatusOr<std::string> json = Base64UrlDecode(part);
  return json.ok() ? ParseJsonObject(*json) : std::nullopt;
}

// Tokens of other kinds, which the same key may sign, say so here.
bool IsWebToken(const Struct& header) {
  if (FindMember(header, "typ") == nullptr) return true;
  const std::string type = absl::AsciiStrToLower(StringMember(header, "typ").value_or(""));
  return type == "jwt" || type == "at+jwt" || type == "application/at+jwt";
}

}  // namespace

absl::StatusOr<JsonWebToken> ParseJsonWebToken(absl::string_view text) {
  if (text.size() > kLongestWebToken) return CallerUnknown("the token is longer than 8 KiB");
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() != 3) return CallerUnknown("the token does not have three parts");
  const std::optional<Struct> header = ObjectOf(parts[0]);
  std::optional<Struct> claims = ObjectOf(parts[1]);
  absl::StatusOr<std::string> signature = Base64UrlDecode(parts[2]);
  if (!header.has_value() || !claims.has_value() || !signature.ok()) {
    return CallerUnknown("the parts of the token are not well-formed");
  }
  if (!IsWebToken(*header)) return CallerUnknown("the token is of another type than JWT");
  if (FindMember(*header, "crit") != nullptr) {
    return CallerUnknown("the token needs an extension that is not known here");
  }
  JsonWebToken token;
  token.algorithm = StringMember(*header, "alg").value_or("");
  token.key_id = StringMember(*header, "kid").value_or("");
  if (token.algorithm.empty() || token.key_id.empty()) {
    return CallerUnknown("the header of the token must name `alg` and `kid`");
  }
  token.claims = *std::move(claims);
  token.signed_text = text.substr(0, parts[0].size() + 1 + parts[1].size());
  token.signature = *std::move(signature);
  return token;
}

}  // namespace dsr
