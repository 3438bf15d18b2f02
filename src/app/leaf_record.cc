#include "app/leaf_record.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "google/protobuf/unknown_field_set.h"

namespace dsr {
namespace {

// A field given twice, or one of another message, is more bytes than the message itself has.
bool IsWhole(const google::protobuf::Message& message, const std::string& bytes) {
  return message.GetReflection()->GetUnknownFields(message).empty() &&
         message.ByteSizeLong() == bytes.size();
}

}  // namespace

std::string EventKind(const storage::v1::Event& event) {
  const google::protobuf::FieldDescriptor* payload = event.GetReflection()->GetOneofFieldDescriptor(
      event, storage::v1::Event::descriptor()->oneof_decl(0));
  return payload == nullptr ? "unknown" : payload->name();
}

bool ParseWholeEvent(const std::string& clear, storage::v1::Event& event) {
  return event.ParseFromString(clear) &&
         event.payload_case() != storage::v1::Event::PAYLOAD_NOT_SET && IsWhole(event, clear);
}

bool ParseWholeRecord(const std::string& clear, storage::v1::AuditRecord& record) {
  return record.ParseFromString(clear) && !record.kind().empty() && IsWhole(record, clear);
}

v1::AuditEvent PublicLeaf(const AuditLeaf& leaf) {
  v1::AuditEvent shown;
  shown.set_index(leaf.index);
  shown.set_leaf_hash(HexEncode(leaf.hash));
  if (leaf.request.has_value()) {
    shown.set_request(RequestName(*leaf.request));
    shown.set_sequence(leaf.sequence);
    storage::v1::Event event;
    if (!leaf.clear.empty() && event.ParseFromString(leaf.clear)) {
      *shown.mutable_time() = event.time();
      shown.set_actor(event.actor());
      shown.set_kind(EventKind(event));
    }
    return shown;
  }
  storage::v1::AuditRecord record;
  if (!leaf.clear.empty() && record.ParseFromString(leaf.clear)) {
    *shown.mutable_time() = record.time();
    shown.set_actor(record.actor());
    shown.set_kind(record.kind());
    shown.set_about(record.about());
    if (record.reason() != 0) {
      shown.set_reason(ErrorReasonName(static_cast<v1::ErrorReason>(record.reason())));
    }
    shown.set_count(record.count());
  }
  return shown;
}

std::string DescribeLeaf(const v1::AuditEvent& event) {
  if (event.kind().empty()) return "a record whose content was purged";
  const std::string actor =
      event.actor().empty() ? "somebody without a known token" : event.actor();
  std::string text = absl::StrCat(
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromTimestamp(event.time()), absl::UTCTimeZone()),
      ": ", actor);
  if (event.kind() == kCallRefused) {
    absl::StrAppend(&text, " was refused (", event.reason(), ")");
    if (event.count() > 1) absl::StrAppend(&text, " ", event.count(), " times");
  } else {
    absl::StrAppend(&text, " recorded ", event.kind());
  }
  if (!event.request().empty()) {
    absl::StrAppend(&text, ", event ", event.sequence(), " of ", event.request());
  } else if (!event.about().empty()) {
    absl::StrAppend(&text, ", about ", event.about());
  }
  return text;
}

}  // namespace dsr
