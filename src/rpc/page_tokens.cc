#include "rpc/page_tokens.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr size_t kTagSize = 16;
constexpr size_t kLongestPageToken = 1024;
constexpr absl::string_view kResume = "WatchRequests:";

std::string About(absl::string_view method, const google::protobuf::Message& query) {
  const std::unique_ptr<google::protobuf::Message> copy(query.New());
  copy->CopyFrom(query);
  for (const char* name : {"page_size", "page_token"}) {
    const auto* field = copy->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) copy->GetReflection()->ClearField(copy.get(), field);
  }
  return absl::StrCat(method, ":", copy->SerializeAsString());
}

}  // namespace

std::string PageTokens::Seal(absl::string_view about, absl::string_view position) const {
  const std::string tag =
      secrets_.PageTokenHash(absl::StrCat(about.size(), ":", about, position)).substr(0, kTagSize);
  return absl::WebSafeBase64Escape(absl::StrCat(tag, position));
}

absl::StatusOr<std::string> PageTokens::Open(absl::string_view about, absl::string_view field,
                                             absl::string_view token) const {
  std::string bytes;
  if (token.size() <= kLongestPageToken && absl::WebSafeBase64Unescape(token, &bytes) &&
      bytes.size() > kTagSize) {
    std::string position = bytes.substr(kTagSize);
    if (ConstantTimeEqual(Seal(about, position), token)) return position;
  }
  return MakeFieldError(v1::ERROR_REASON_PAGE_TOKEN_INVALID, field,
                        "is damaged or belongs to a query with other arguments");
}

std::string PageTokens::Make(absl::string_view method, const google::protobuf::Message& query,
                             absl::string_view position) const {
  return Seal(About(method, query), position);
}

absl::StatusOr<std::string> PageTokens::Read(absl::string_view method,
                                             const google::protobuf::Message& query,
                                             absl::string_view token) const {
  if (token.empty()) return std::string();
  return Open(About(method, query), "page_token", token);
}

std::string PageTokens::MakeResume(int64_t leaf) const { return Seal(kResume, absl::StrCat(leaf)); }

absl::StatusOr<int64_t> PageTokens::ReadResume(absl::string_view token) const {
  DSR_ASSIGN_OR_RETURN(const std::string position, Open(kResume, "resume_token", token));
  int64_t leaf = 0;
  if (!absl::SimpleAtoi(position, &leaf) || leaf < 0) {
    return MakeFieldError(v1::ERROR_REASON_PAGE_TOKEN_INVALID, "resume_token", "is damaged");
  }
  return leaf;
}

}  // namespace dsr
