#include "rpc/oidc_issuers.h"

#include <optional>
#include <utility>

#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "google/protobuf/struct.pb.h"
#include "rpc/caller_errors.h"
#include "rpc/json_object.h"
#include "rpc/json_web_token.h"

namespace dsr {
namespace {

constexpr int kUsualSkewSeconds = 60;
constexpr int kMostSkewSeconds = 300;
constexpr size_t kLongestSubject = 255;

absl::Status CheckSettings(const config::v1::OidcIssuer& settings) {
  if (settings.issuer().empty() || settings.audience().empty() || settings.jwks_file().empty()) {
    return CallerFileInvalid("oidc", "an issuer needs issuer, audience and jwks_file");
  }
  if (settings.clock_skew_seconds() < 0 || settings.clock_skew_seconds() > kMostSkewSeconds) {
    return CallerFileInvalid("oidc.clock_skew_seconds", "it must be from 0 to 300");
  }
  return absl::OkStatus();
}

bool IsFor(const google::protobuf::Struct& claims, const std::string& audience) {
  const google::protobuf::Value* const named = FindMember(claims, "aud");
  if (named == nullptr) return false;
  if (named->has_string_value()) return named->string_value() == audience;
  for (const google::protobuf::Value& one : named->list_value().values()) {
    if (one.string_value() == audience) return true;
  }
  return false;
}

absl::Status CheckTimes(const google::protobuf::Struct& claims, absl::Duration skew,
                        absl::Time now) {
  const std::optional<absl::Time> end = TimeMember(claims, "exp");
  if (!end.has_value()) return CallerUnknown("the token does not say when it expires");
  for (const char* begin : {"nbf", "iat"}) {
    if (FindMember(claims, begin) == nullptr) continue;
    const std::optional<absl::Time> time = TimeMember(claims, begin);
    if (!time.has_value() || *time > now + skew) {
      return CallerUnknown("the token is not valid yet; do the clocks agree?");
    }
  }
  return now < *end + skew ? absl::OkStatus() : TokenExpired();
}

}  // namespace

absl::StatusOr<std::unique_ptr<OidcIssuers>> OidcIssuers::Open(
    const google::protobuf::RepeatedPtrField<config::v1::OidcIssuer>& settings) {
  std::unique_ptr<OidcIssuers> issuers(new OidcIssuers);
  for (const config::v1::OidcIssuer& given : settings) {
    DSR_RETURN_IF_ERROR(CheckSettings(given));
    Issuer issuer{.settings = given};
    if (given.clock_skew_seconds() == 0) issuer.settings.set_clock_skew_seconds(kUsualSkewSeconds);
    if (given.subject_claim().empty()) issuer.settings.set_subject_claim("sub");
    const std::string path = given.jwks_file();
    DSR_ASSIGN_OR_RETURN(issuer.keys,
                         WatchedFiles<JsonWebKeys>::Open(
                             "oidc.jwks_file", {path}, [path]() -> absl::StatusOr<JsonWebKeys> {
                               DSR_ASSIGN_OR_RETURN(const std::string json, ReadFile(path));
                               return JsonWebKeys::Parse(json);
                             }));
    if (!issuers->issuers_.emplace(given.issuer(), std::move(issuer)).second) {
      return CallerFileInvalid("oidc", "an issuer is there twice");
    }
  }
  return issuers;
}

absl::StatusOr<OidcIdentity> OidcIssuers::Verify(absl::string_view token, absl::Time now) {
  DSR_ASSIGN_OR_RETURN(const JsonWebToken parsed, ParseJsonWebToken(token));
  const std::string name = StringMember(parsed.claims, "iss").value_or("");
  const auto found = issuers_.find(name);
  if (found == issuers_.end()) return CallerUnknown("the issuer of the token is not known here");
  const config::v1::OidcIssuer& settings = found->second.settings;
  DSR_RETURN_IF_ERROR(found->second.keys->Present()->Verify({.key_id = parsed.key_id,
                                                             .algorithm = parsed.algorithm,
                                                             .signed_text = parsed.signed_text,
                                                             .bytes = parsed.signature}));
  if (!IsFor(parsed.claims, settings.audience())) {
    return CallerUnknown("the token was made for another audience");
  }
  std::optional<std::string> subject =
      StringMember(parsed.claims, settings.subject_claim().c_str());
  if (!subject.has_value() || subject->empty() || subject->size() > kLongestSubject) {
    return CallerUnknown("the token names no subject");
  }
  DSR_RETURN_IF_ERROR(CheckTimes(parsed.claims, absl::Seconds(settings.clock_skew_seconds()), now));
  return OidcIdentity{.issuer = name, .subject = *std::move(subject)};
}

}  // namespace dsr
