#include "dsr/base/redactor.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/v1/options.pb.h"
#include "google/protobuf/text_format.h"

namespace dsr {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::google::protobuf::TextFormat;

constexpr char kAnyName[] = "google.protobuf.Any";
constexpr char kAnyValue[] = "value";

void Print(const Message& message, std::string& out);

std::string NameOf(const FieldDescriptor& field) {
  return field.is_extension() ? absl::StrCat("[", field.full_name(), "]") : field.name();
}

void PrintElement(const Message& message, const FieldDescriptor& field, int index,
                  std::string& out) {
  if (!out.empty() && out.back() != ' ') out += ' ';
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const Reflection& reflection = *message.GetReflection();
    absl::StrAppend(&out, NameOf(field), " { ");
    Print(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, index)
                              : reflection.GetMessage(message, &field),
          out);
    if (out.back() != ' ') out += ' ';
    out += '}';
    return;
  }
  std::string value;
  TextFormat::PrintFieldValueToString(message, &field, index, &value);
  absl::StrAppend(&out, NameOf(field), ": ", value);
}

void Print(const Message& message, std::string& out) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsPersonal(*field)) {
      if (!out.empty() && out.back() != ' ') out += ' ';
      absl::StrAppend(&out, NameOf(*field), ": [personal]");
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        PrintElement(message, *field, i, out);
      }
    } else {
      // -1 is how TextFormat names the only value of a field that is not repeated.
      PrintElement(message, *field, -1, out);
    }
  }
}

}  // namespace

bool IsPersonal(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::personal) ||
         (field.containing_type()->full_name() == kAnyName && field.name() == kAnyValue);
}

std::string Redact(const Message& message) {
  std::string out;
  Print(message, out);
  return out;
}

void ClearPersonal(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  reflection.MutableUnknownFields(&message)->Clear();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsPersonal(*field)) {
      reflection.ClearField(&message, field);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        ClearPersonal(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    } else {
      ClearPersonal(*reflection.MutableMessage(&message, field));
    }
  }
}

}  // namespace dsr
