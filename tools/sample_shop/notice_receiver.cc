#include "sample_shop/notice_receiver.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "dsr/base/log.h"

namespace dsr::sample_shop {
namespace {

// The recipient's id in `/recipients/{id}/notices`, or nothing.
std::optional<std::string> RecipientOf(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, "/recipients/") || !absl::ConsumeSuffix(&path, "/notices")) {
    return std::nullopt;
  }
  return std::string(path);
}

// The member `key` of `object` if it is text; otherwise empty.
std::string TextMember(const google::protobuf::Struct& object, const char* key) {
  const auto found = object.fields().find(key);
  return found == object.fields().end() ? "" : found->second.string_value();
}

// The name of the notice in the body, or nothing when it is none.
std::optional<std::string> NoticeOf(absl::string_view body) {
  google::protobuf::Struct json;
  if (!google::protobuf::util::JsonStringToMessage(std::string(body), &json).ok()) {
    return std::nullopt;
  }
  if (!absl::StartsWith(TextMember(json, "type"), "dsr.notice.")) return std::nullopt;
  const auto data = json.fields().find("data");
  if (data == json.fields().end()) return std::nullopt;
  std::string notice = TextMember(data->second.struct_value(), "notice");
  if (notice.empty()) return std::nullopt;
  return notice;
}

}  // namespace

NoticeReceiver::NoticeReceiver(std::map<std::string, std::string> secrets,
                               std::unique_ptr<RecipientInbox> inbox, const Clock& clock,
                               std::function<void()> on_received)
    : secrets_(std::move(secrets)),
      clock_(clock),
      on_received_(std::move(on_received)),
      inbox_(std::move(inbox)) {}

int NoticeReceiver::Receive(absl::string_view path, const WebhookHeaders& headers,
                            absl::string_view body) {
  const std::optional<std::string> recipient = RecipientOf(path);
  if (!recipient.has_value()) return 404;
  const auto secret = secrets_.find(*recipient);
  if (secret == secrets_.end()) return 404;
  if (!VerifyWebhook(secret->second, headers, body, clock_.Now()).ok()) {
    Log(LogLevel::kWarning, "webhook_refused", {{"recipient", *recipient}});
    return 401;
  }
  const std::optional<std::string> notice = NoticeOf(body);
  if (!notice.has_value()) return 400;
  absl::Status stored;
  {
    MutexLock lock(mutex_);
    stored = inbox_->Receive(*recipient, headers.id, *notice);
  }
  if (!stored.ok()) return 503;
  Log(LogLevel::kInfo, "notice_received", {{"recipient", *recipient}, {"notice", *notice}});
  on_received_();
  return 204;
}

}  // namespace dsr::sample_shop
