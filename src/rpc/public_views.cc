#include "rpc/public_views.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "app/decision_body.h"
#include "app/leaf_record.h"
#include "dsr/base/crypto.h"
#include "dsr/base/ids.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/redactor.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string BytesText(const std::string& field, const std::string& bytes) {
  const bool is_id = absl::EndsWith(field, "_id") && bytes.size() == Id128::kSize;
  return is_id ? Id128::FromBytes(bytes)->ToString() : HexEncode(bytes);
}

// Empty for what is not shown: messages of several fields.
std::string ValueText(const Message& message, const FieldDescriptor& field) {
  const Reflection& values = *message.GetReflection();
  if (field.is_repeated()) return absl::StrCat(values.FieldSize(message, &field));
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(values.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(values.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return values.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return values.GetEnum(message, &field)->name();
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES
                 ? BytesText(field.name(), values.GetString(message, &field))
                 : values.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Message& inner = values.GetMessage(message, &field);
      if (field.message_type() == google::protobuf::Timestamp::descriptor()) {
        google::protobuf::Timestamp time;
        time.CopyFrom(inner);
        return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromTimestamp(time), absl::UTCTimeZone());
      }
      if (field.message_type() == v1::Date::descriptor()) {
        v1::Date day;
        day.CopyFrom(inner);
        return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
      }
      return "";
    }
    default:
      return "";
  }
}

const FieldDescriptor* PayloadField(const storage::v1::Event& event) {
  return event.GetReflection()->GetOneofFieldDescriptor(
      event, storage::v1::Event::descriptor()->oneof_decl(0));
}

// The number of the subject's key is low for whoever was recorded before he asked, and only an
// account that is known was merged.
bool TellsOfAccount(const FieldDescriptor& field) {
  return field.name() == "account_known" || field.name() == "key_number" ||
         field.name() == "merged_subject_ids";
}

bool HasEverPassed(const storage::v1::RequestState& state, bool is_representation) {
  const auto& proofs = state.verifications();
  return std::any_of(proofs.begin(), proofs.end(), [&](const v1::Verification& proof) {
    return (proof.purpose() == v1::VERIFICATION_PURPOSE_REPRESENTATION) == is_representation &&
           (proof.state() == v1::Verification::STATE_PASSED ||
            proof.state() == v1::Verification::STATE_REVOKED);
  });
}

}  // namespace

bool WasVerified(const storage::v1::RequestState& state) {
  const v1::Relation relation = state.request().requester().relation();
  if (relation == v1::RELATION_COMPANY) return true;
  return HasEverPassed(state, /*is_representation=*/false) &&
         (relation == v1::RELATION_SUBJECT || HasEverPassed(state, /*is_representation=*/true));
}

bool HasDueTime(const v1::Request& request) { return request.due_time().seconds() != 0; }

void DropMissingDays(v1::Request& request) {
  if (HasDueTime(request)) return;
  request.clear_due_time();
  request.clear_last_day();
  request.clear_statutory_outer_day();
}

v1::Request PublicRequest(const storage::v1::RequestState& state) {
  v1::Request request = state.request();
  ClearPersonal(request);
  DropMissingDays(request);
  if (!WasVerified(state)) {
    request.clear_contact();
    request.clear_subject_status();
  }
  request.set_etag(EtagOf(state));
  return request;
}

v1::RequestEvent PublicEvent(const storage::v1::Event& event, bool was_verified) {
  v1::RequestEvent shown;
  shown.set_sequence(event.sequence());
  *shown.mutable_time() = event.time();
  shown.set_actor(event.actor());
  shown.set_kind(EventKind(event));
  const FieldDescriptor* payload_field = PayloadField(event);
  if (payload_field == nullptr) return shown;
  const Message& payload = event.GetReflection()->GetMessage(event, payload_field);
  std::vector<const FieldDescriptor*> fields;
  payload.GetReflection()->ListFields(payload, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsPersonal(*field) || (!was_verified && TellsOfAccount(*field))) continue;
    std::string text = ValueText(payload, *field);
    if (!text.empty()) (*shown.mutable_details())[field->name()] = std::move(text);
  }
  return shown;
}

}  // namespace dsr
