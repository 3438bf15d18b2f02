#include "delivery/webhook_answer.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "google/protobuf/util/json_util.h"

namespace dsr {
namespace {

bool IsJson(absl::string_view content_type) {
  const absl::string_view media_type = content_type.substr(0, content_type.find(';'));
  return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(media_type), "application/json");
}

}  // namespace

void ReadWebhookAnswer(absl::string_view content_type, absl::string_view body, bool was_cut_off,
                       DeliveryResult& result) {
  if (!IsJson(content_type)) return;
  if (!was_cut_off && absl::StripAsciiWhitespace(body).empty()) return;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  v1::NoticeAnswer answer;
  if (was_cut_off ||
      !google::protobuf::util::JsonStringToMessage(std::string(body), &answer, options).ok()) {
    result.answer_unreadable = true;
    return;
  }
  if (answer.answer_case() != v1::NoticeAnswer::ANSWER_NOT_SET) result.answer = std::move(answer);
}

}  // namespace dsr
