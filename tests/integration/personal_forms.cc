#include "integration/personal_forms.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "dsr/base/crypto.h"
#include "dsr/base/redactor.h"

namespace dsr {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kShortestInBase64 = 10;

// What stays of the value's base64 whatever stands before and after it.
std::string InBase64(absl::string_view value, size_t bytes_before) {
  const std::string all = Base64Encode(absl::StrCat(std::string(bytes_before, ' '), value));
  const size_t first = (bytes_before * 8 + 5) / 6;
  const size_t end = (bytes_before + value.size()) * 8 / 6;
  return all.substr(first, end - first);
}

// Each byte for which `is_kept` is false becomes what `format` makes of it.
template <class IsKept, class Format>
std::string Escaped(absl::string_view value, IsKept is_kept, Format format) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    absl::StrAppend(&out, is_kept(byte) ? std::string(1, c) : format(byte));
  }
  return out;
}

bool IsUnreserved(unsigned char byte) {
  return absl::ascii_isalnum(byte) || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

bool IsPrintable(unsigned char byte) { return absl::ascii_isprint(byte); }

void AddPersonal(const Message& message, std::vector<std::string>& values);

void AddText(const std::string& text, bool is_personal, std::vector<std::string>& values) {
  if (is_personal && !text.empty()) values.push_back(text);
}

void AddField(const Message& message, const FieldDescriptor& field,
              std::vector<std::string>& values) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      AddText(field.is_repeated() ? reflection.GetRepeatedString(message, &field, i)
                                  : reflection.GetString(message, &field),
              IsPersonal(field), values);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddPersonal(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                      : reflection.GetMessage(message, &field),
                  values);
    }
  }
}

void AddPersonal(const Message& message, std::vector<std::string>& values) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) AddField(message, *field, values);
}

}  // namespace

std::vector<std::string> FormsOf(absl::string_view value) {
  std::vector<std::string> forms = {std::string(value), HexEncode(value)};
  forms.push_back(absl::AsciiStrToUpper(forms.back()));
  forms.push_back(Escaped(value, IsUnreserved,
                          [](unsigned char byte) { return absl::StrFormat("%%%02X", byte); }));
  forms.push_back(Escaped(value, IsUnreserved,
                          [](unsigned char byte) { return absl::StrFormat("%%%02x", byte); }));
  forms.push_back(Escaped(value, IsPrintable,
                          [](unsigned char byte) { return absl::StrFormat("\\x%02x", byte); }));
  forms.push_back(Escaped(value, IsPrintable,
                          [](unsigned char byte) { return absl::StrFormat("\\u%04x", byte); }));
  forms.push_back(Escaped(value, IsPrintable,
                          [](unsigned char byte) { return absl::StrFormat("\\%03o", byte); }));
  if (value.size() >= kShortestInBase64) {
    for (size_t before = 0; before < 3; ++before) {
      forms.push_back(InBase64(value, before));
      forms.push_back(absl::StrReplaceAll(forms.back(), {{"+", "-"}, {"/", "_"}}));
    }
  }
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  return forms;
}

std::vector<std::string> PersonalValuesOf(const Message& message) {
  std::vector<std::string> values;
  AddPersonal(message, values);
  return values;
}

}  // namespace dsr
