#include "delivery/webhook_body.h"

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

namespace dsr {
namespace {

using google::protobuf::util::TimeUtil;

absl::Status BodyError(absl::string_view message) {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL, message);
}

// The object is put together here, in a fixed order, and only its values are left to the JSON
// library: a google.protobuf.Struct is a hash map, whose members come in another order in each
// process, and the bytes of a notice must not change between attempts.
absl::StatusOr<std::string> Json(const google::protobuf::Message& value) {
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(value, &text).ok()) {
    return BodyError("a text of the notice cannot be written as JSON");
  }
  return text;
}

absl::StatusOr<std::string> JsonString(const std::string& text) {
  google::protobuf::Value value;
  value.set_string_value(text);
  return Json(value);
}

absl::StatusOr<std::string> JsonList(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  google::protobuf::ListValue list;
  for (const std::string& text : texts) list.add_values()->set_string_value(text);
  return Json(list);
}

absl::StatusOr<std::string> TypeOf(v1::NoticeKind kind) {
  switch (kind) {
    case v1::NOTICE_KIND_DELETE:
      return std::string("dsr.notice.delete");
    case v1::NOTICE_KIND_CORRECT:
      return std::string("dsr.notice.correct");
    case v1::NOTICE_KIND_STOP_PROCESSING:
      return std::string("dsr.notice.stop-processing");
    case v1::NOTICE_KIND_RESUME_PROCESSING:
      return std::string("dsr.notice.resume-processing");
    default:
      return BodyError("the notice has no kind that a recipient can be told");
  }
}

}  // namespace

absl::StatusOr<std::string> WebhookBody(const v1::Notice& notice) {
  DSR_ASSIGN_OR_RETURN(const std::string type, TypeOf(notice.kind()));
  DSR_ASSIGN_OR_RETURN(const std::string name, JsonString(notice.name()));
  DSR_ASSIGN_OR_RETURN(const std::string categories, JsonList(notice.categories()));
  DSR_ASSIGN_OR_RETURN(const std::string references, JsonList(notice.subject_references()));
  std::string body = absl::StrCat(
      R"({"type":")", type, R"(","timestamp":")", TimeUtil::ToString(notice.create_time()),
      R"(","data":{"notice":)", name, R"(,"instruction":)", notice.instruction() ? "true" : "false",
      R"(,"categories":)", categories, R"(,"subject_references":)", references);
  if (notice.has_due_time()) {
    absl::StrAppend(&body, R"(,"due_time":")", TimeUtil::ToString(notice.due_time()), R"(")");
  }
  if (notice.onward_recipients_size() > 0) {
    DSR_ASSIGN_OR_RETURN(const std::string onward, JsonList(notice.onward_recipients()));
    absl::StrAppend(&body, R"(,"onward_recipients":)", onward);
  }
  if (!notice.legal_basis().empty()) {
    DSR_ASSIGN_OR_RETURN(const std::string language, JsonString(notice.language()));
    DSR_ASSIGN_OR_RETURN(const std::string law, JsonString(notice.legal_basis()));
    absl::StrAppend(&body, R"(,"language":)", language, R"(,"legal_basis":)", law);
  }
  absl::StrAppend(&body, "}}");
  return body;
}

std::string TestWebhookBody(absl::Time now) {
  return absl::StrCat(R"({"type":"dsr.notice.test","timestamp":")",
                      TimeUtil::ToString(TimeUtil::SecondsToTimestamp(absl::ToUnixSeconds(now))),
                      R"(","data":{}})");
}

std::string WebhookId(const v1::Notice& notice) {
  if (notice.name().empty()) return absl::StrCat("test-", HexEncode(RandomBytes(8)));
  return notice.name().substr(notice.name().rfind('/') + 1);
}

}  // namespace dsr
