#include "rpc/size_checks.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The first field that is too large, with its path.
struct TooLarge {
  v1::ErrorReason reason;
  std::string path;
  std::string description;
};

std::optional<TooLarge> FindTooLarge(const Message& message);

std::optional<TooLarge> FindTooLargeText(const Message& message, const FieldDescriptor& field,
                                         int count) {
  const Reflection& reflection = *message.GetReflection();
  std::string scratch;
  for (int i = 0; i < count; ++i) {
    const std::string& text =
        field.is_repeated() ? reflection.GetRepeatedStringReference(message, &field, i, &scratch)
                            : reflection.GetStringReference(message, &field, &scratch);
    if (text.size() <= kMostTextBytes) continue;
    return TooLarge{v1::ERROR_REASON_FIELD_INVALID,
                    field.is_repeated() ? absl::StrCat(field.name(), "[", i, "]") : field.name(),
                    absl::StrCat("is longer than any text of the API, ", kMostTextBytes, " bytes")};
  }
  return std::nullopt;
}

std::optional<TooLarge> FindTooLargeInside(const Message& message, const FieldDescriptor& field,
                                           int count) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < count; ++i) {
    std::optional<TooLarge> found =
        FindTooLarge(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                         : reflection.GetMessage(message, &field));
    if (!found.has_value()) continue;
    const std::string name =
        field.is_repeated() ? absl::StrCat(field.name(), "[", i, "]") : field.name();
    found->path = absl::StrCat(name, ".", found->path);
    return found;
  }
  return std::nullopt;
}

std::optional<TooLarge> FindTooLarge(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    if (count > kMostEntries) {
      return TooLarge{
          v1::ERROR_REASON_LIST_TOO_LONG, field->name(),
          absl::StrCat("is longer than any list of the API, ", kMostEntries, " entries")};
    }
    std::optional<TooLarge> found;
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      found = FindTooLargeText(message, *field, count);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      found = FindTooLargeInside(message, *field, count);
    }
    if (found.has_value()) return found;
  }
  return std::nullopt;
}

}  // namespace

absl::Status CheckSizes(const Message& message) {
  const std::optional<TooLarge> found = FindTooLarge(message);
  if (!found.has_value()) return absl::OkStatus();
  return MakeFieldError(found->reason, found->path, found->description);
}

}  // namespace dsr
