#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "dsr/v1/common.pb.h"
#include "dsrctl/enum_names.h"
#include "dsrctl/fields.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr::dsrctl {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Wrong(absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat("takes ", expected));
}

// Splits into whole seconds and nanoseconds, both of which the well-known types want apart.
template <class WellKnown>
void SetSecondsAndNanos(absl::Duration since, WellKnown& out) {
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(since, absl::Seconds(1), &rest);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
}

absl::Status SetMessage(Message& target, absl::string_view text, const absl::TimeZone& zone) {
  if (auto* timestamp = dynamic_cast<google::protobuf::Timestamp*>(&target)) {
    absl::Time time;
    if (!ParseInstant(text, zone, time)) {
      return Wrong("an instant (RFC 3339) or a day (YYYY-MM-DD)");
    }
    const absl::Time whole = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
    timestamp->set_seconds(absl::ToUnixSeconds(time));
    timestamp->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - whole)));
    return absl::OkStatus();
  }
  if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&target)) {
    absl::Duration length;
    if (!absl::ParseDuration(text, &length)) return Wrong("a duration such as 90s or 2m");
    SetSecondsAndNanos(length, *duration);
    return absl::OkStatus();
  }
  if (auto* date = dynamic_cast<v1::Date*>(&target)) {
    absl::CivilDay day;
    if (!absl::ParseCivilTime(text, &day)) return Wrong("a day (YYYY-MM-DD)");
    date->set_year(static_cast<int32_t>(day.year()));
    date->set_month(day.month());
    date->set_day(day.day());
    return absl::OkStatus();
  }
  if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(&target)) {
    for (const absl::string_view path : absl::StrSplit(text, ',', absl::SkipEmpty())) {
      mask->add_paths(std::string(path));
    }
    return absl::OkStatus();
  }
  return Wrong("a JSON file");
}

const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, absl::string_view text) {
  std::string name = absl::AsciiStrToUpper(text);
  absl::StrReplaceAll({{"-", "_"}}, &name);
  const std::string prefix = EnumPrefix(type);
  const EnumValueDescriptor* value = type.FindValueByName(prefix + name);
  if (value == nullptr) value = type.FindValueByName(name);
  return value == nullptr || value->number() == 0 ? nullptr : value;
}

}  // namespace

bool ParseInstant(absl::string_view text, const absl::TimeZone& zone, absl::Time& time) {
  std::string ignored;
  // It knows infinite times, too, which are nobody's.
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &ignored))
    return absl::InfinitePast() < time && time < absl::InfiniteFuture();
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) return false;
  time = absl::FromCivil(day, zone);
  return true;
}

std::vector<std::string> EnumNames(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(EnumText(*type.value(i)));
  }
  return names;
}

const FieldDescriptor* FieldAt(const google::protobuf::Descriptor& type, absl::string_view path) {
  const google::protobuf::Descriptor* inner = &type;
  const FieldDescriptor* field = nullptr;
  for (const absl::string_view part : absl::StrSplit(path, '.')) {
    field = inner == nullptr ? nullptr : inner->FindFieldByName(std::string(part));
    if (field == nullptr) return nullptr;
    inner = field->message_type();
  }
  return field;
}

Message& MutableMessageAt(Message& message, absl::string_view path) {
  Message* inner = &message;
  for (const absl::string_view part : absl::StrSplit(path, '.', absl::SkipEmpty())) {
    const FieldDescriptor* field = inner->GetDescriptor()->FindFieldByName(std::string(part));
    inner = inner->GetReflection()->MutableMessage(inner, field);
  }
  return *inner;
}

absl::Status SetField(Message& message, absl::string_view path, absl::string_view text,
                      const absl::TimeZone& zone) {
  const size_t dot = path.rfind('.');
  const bool nested = dot != absl::string_view::npos;
  Message& owner = MutableMessageAt(message, nested ? path.substr(0, dot) : "");
  const FieldDescriptor& field =
      *owner.GetDescriptor()->FindFieldByName(std::string(nested ? path.substr(dot + 1) : path));
  const Reflection& reflection = *owner.GetReflection();
  const bool add = field.is_repeated();

  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (add) {
        reflection.AddString(&owner, &field, std::string(text));
      } else {
        reflection.SetString(&owner, &field, std::string(text));
      }
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t number;
      if (!absl::SimpleAtoi(text, &number)) return Wrong("a whole number");
      reflection.SetInt32(&owner, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t number;
      if (!absl::SimpleAtoi(text, &number)) return Wrong("a whole number");
      reflection.SetInt64(&owner, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      bool value;
      if (!absl::SimpleAtob(text, &value)) return Wrong("true or false");
      reflection.SetBool(&owner, &field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value = FindEnumValue(*field.enum_type(), text);
      if (value == nullptr) {
        return Wrong(absl::StrCat("one of: ", absl::StrJoin(EnumNames(*field.enum_type()), ", ")));
      }
      if (add) {
        reflection.AddEnum(&owner, &field, value);
      } else {
        reflection.SetEnum(&owner, &field, value);
      }
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SetMessage(*reflection.MutableMessage(&owner, &field), text, zone);
    default:
      return Wrong("a JSON file");
  }
}

}  // namespace dsr::dsrctl
