#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "dsr/v1/common.pb.h"
#include "dsrctl/enum_names.h"
#include "dsrctl/fields.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr::dsrctl {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Tells whether `type` is shown as one value, and so has no fields of its own.
bool IsValue(const google::protobuf::Descriptor& type) {
  return &type == google::protobuf::Timestamp::descriptor() ||
         &type == google::protobuf::Duration::descriptor() ||
         &type == google::protobuf::FieldMask::descriptor() || &type == v1::Date::descriptor();
}

// Returns a message that is a value as its text; the fields joined, for any other.
std::string MessageText(const Message& message, const absl::TimeZone& zone) {
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
    // Nothing that is recorded happened in 1970: it is no time.
    if (time->seconds() == 0 && time->nanos() == 0) return "";
    const absl::Time instant =
        absl::FromUnixSeconds(time->seconds()) + absl::Nanoseconds(time->nanos());
    return absl::FormatTime(absl::RFC3339_sec, instant, zone);
  }
  if (const auto* duration = dynamic_cast<const google::protobuf::Duration*>(&message)) {
    return absl::FormatDuration(absl::Seconds(duration->seconds()) +
                                absl::Nanoseconds(duration->nanos()));
  }
  if (const auto* date = dynamic_cast<const v1::Date*>(&message)) {
    return absl::StrFormat("%04d-%02d-%02d", date->year(), date->month(), date->day());
  }
  if (const auto* mask = dynamic_cast<const google::protobuf::FieldMask*>(&message)) {
    return absl::StrJoin(mask->paths(), ",");
  }
  std::vector<std::string> parts;
  for (const auto& [path, text] : AllFields(message, zone)) {
    parts.push_back(absl::StrCat(path, "=", text));
  }
  return absl::StrJoin(parts, " ");
}

std::string BytesOrText(const FieldDescriptor& field, const std::string& value) {
  return field.type() == FieldDescriptor::TYPE_BYTES ? absl::BytesToHexString(value) : value;
}

std::string EnumValueText(const FieldDescriptor& field, int number) {
  const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
  // A newer server may know values that this program does not.
  return value == nullptr ? absl::StrCat(number) : EnumText(*value);
}

std::string ScalarText(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return BytesOrText(field, reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumValueText(field, reflection.GetEnumValue(message, &field));
    default:
      return "";
  }
}

std::string ElementText(const Message& message, const FieldDescriptor& field, int i) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return BytesOrText(field, reflection.GetRepeatedString(message, &field, i));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetRepeatedInt32(message, &field, i));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetRepeatedInt64(message, &field, i));
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumValueText(field, reflection.GetRepeatedEnumValue(message, &field, i));
    default:
      return "";
  }
}

// Returns a list as text: map entries as key=value in the order of their keys, so that equal maps
// look equal.
std::string ListText(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_map()) {
    return absl::StrCat(size);
  }
  std::vector<std::string> parts;
  for (int i = 0; i < size; ++i) {
    if (!field.is_map()) {
      parts.push_back(ElementText(message, field, i));
      continue;
    }
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    parts.push_back(absl::StrCat(ScalarText(entry, *entry.GetDescriptor()->field(0)), "=",
                                 ScalarText(entry, *entry.GetDescriptor()->field(1))));
  }
  if (!field.is_map()) return absl::StrJoin(parts, ",");
  std::sort(parts.begin(), parts.end());
  return absl::StrJoin(parts, " ");
}

void Collect(const Message& message, const std::string& prefix, const absl::TimeZone& zone,
             std::vector<std::pair<std::string, std::string>>& out) {
  const Reflection& reflection = *message.GetReflection();
  for (int f = 0; f < message.GetDescriptor()->field_count(); ++f) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(f);
    const std::string path = prefix + field.name();
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field.is_repeated()) {
      const int size = reflection.FieldSize(message, &field);
      if (size == 0) continue;
      if (!is_message || field.is_map()) {
        out.emplace_back(path, ListText(message, field));
        continue;
      }
      for (int i = 0; i < size; ++i) {
        Collect(reflection.GetRepeatedMessage(message, &field, i), absl::StrCat(path, "[", i, "]."),
                zone, out);
      }
    } else if (!is_message) {
      if (reflection.HasField(message, &field)) out.emplace_back(path, ScalarText(message, field));
    } else if (reflection.HasField(message, &field)) {
      const Message& inner = reflection.GetMessage(message, &field);
      if (IsValue(*inner.GetDescriptor())) {
        out.emplace_back(path, MessageText(inner, zone));
        continue;
      }
      const size_t before = out.size();
      Collect(inner, path + ".", zone, out);
      // An empty message still says something: which way of a oneof was taken.
      if (out.size() == before && field.real_containing_oneof() != nullptr) {
        out.emplace_back(path, "set");
      }
    }
  }
}

}  // namespace

std::string FieldText(const Message& message, absl::string_view path, const absl::TimeZone& zone) {
  const size_t dot = path.find('.');
  const FieldDescriptor& field =
      *message.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return ListText(message, field);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return ScalarText(message, field);
  if (!reflection.HasField(message, &field)) return "";
  const Message& inner = reflection.GetMessage(message, &field);
  if (dot != absl::string_view::npos) return FieldText(inner, path.substr(dot + 1), zone);
  return MessageText(inner, zone);
}

std::vector<std::pair<std::string, std::string>> AllFields(const Message& message,
                                                           const absl::TimeZone& zone) {
  std::vector<std::pair<std::string, std::string>> fields;
  Collect(message, "", zone, fields);
  return fields;
}

}  // namespace dsr::dsrctl
