#include "app/sealer.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "google/protobuf/descriptor.h"

namespace dsr {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::google::protobuf::UnknownFieldSet;

// Stands before every box and in its associated data: another form of box will have another number.
constexpr char kBoxVersion = 1;
constexpr size_t kContentIdSize = 16;

absl::Status Damaged(absl::string_view message) {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL, message);
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

void AddField(const std::vector<uint32_t>& path, std::string value,
              storage::v1::PersonalFields& out) {
  storage::v1::PersonalField& field = *out.add_fields();
  field.mutable_path()->Add(path.begin(), path.end());
  field.set_value(std::move(value));
}

void TakeFrom(Message& message, std::vector<uint32_t>& path, storage::v1::PersonalFields& out);

void TakeField(Message& message, const FieldDescriptor& field, std::vector<uint32_t>& path,
               storage::v1::PersonalFields& out) {
  const Reflection& reflection = *message.GetReflection();
  const bool personal = IsPersonal(field);
  if (!personal && (!IsMessage(field) || field.is_map())) return;
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    path.push_back(static_cast<uint32_t>(field.number()));
    path.push_back(static_cast<uint32_t>(i));
    if (personal) {
      AddField(path,
               field.is_repeated() ? reflection.GetRepeatedString(message, &field, i)
                                   : reflection.GetString(message, &field),
               out);
    } else {
      TakeFrom(field.is_repeated() ? *reflection.MutableRepeatedMessage(&message, &field, i)
                                   : *reflection.MutableMessage(&message, &field),
               path, out);
    }
    path.resize(path.size() - 2);
  }
  if (personal) reflection.ClearField(&message, &field);
}

void TakeFrom(Message& message, std::vector<uint32_t>& path, storage::v1::PersonalFields& out) {
  const Reflection& reflection = *message.GetReflection();
  if (const UnknownFieldSet& unknown = reflection.GetUnknownFields(message); !unknown.empty()) {
    reflection.MutableUnknownFields(&message)->Clear();
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) TakeField(message, *field, path, out);
}

// Follows one step of a path to the message it leads into, null where there is none.
Message* Step(Message& message, const FieldDescriptor& field, uint32_t index) {
  const Reflection& reflection = *message.GetReflection();
  if (!IsMessage(field) || field.is_map()) return nullptr;
  if (field.is_repeated()) {
    if (index >= static_cast<uint32_t>(reflection.FieldSize(message, &field))) return nullptr;
    return reflection.MutableRepeatedMessage(&message, &field, static_cast<int>(index));
  }
  if (index != 0 || !reflection.HasField(message, &field)) return nullptr;
  return reflection.MutableMessage(&message, &field);
}

// Puts `value` into a personal field; false where it has no place.
bool Put(Message& message, const FieldDescriptor& field, uint32_t index, const std::string& value) {
  if (!IsPersonal(field) || field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return false;
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    if (index != 0) return false;
    reflection.SetString(&message, &field, value);
    return true;
  }
  const auto size = static_cast<uint32_t>(reflection.FieldSize(message, &field));
  if (index > size) return false;
  if (index == size) {
    reflection.AddString(&message, &field, value);
  } else {
    reflection.SetRepeatedString(&message, &field, static_cast<int>(index), value);
  }
  return true;
}

bool PutAtPath(Message& outermost, const storage::v1::PersonalField& sealed) {
  Message* message = &outermost;
  const int steps = sealed.path_size();
  if (steps == 0 || steps % 2 != 0) return false;
  for (int i = 0; i < steps; i += 2) {
    const FieldDescriptor* field =
        message->GetDescriptor()->FindFieldByNumber(static_cast<int>(sealed.path(i)));
    if (field == nullptr) return false;
    if (i + 2 == steps) return Put(*message, *field, sealed.path(i + 1), sealed.value());
    message = Step(*message, *field, sealed.path(i + 1));
    if (message == nullptr) return false;
  }
  return false;
}

std::string AssociatedData(absl::string_view id) {
  std::string data(id);
  data += kBoxVersion;
  return data;
}

std::string ChunkPlace(absl::string_view task_id, absl::string_view category, int64_t offset) {
  // The id has a fixed length and a category no slash, so no two places are written alike.
  return absl::StrCat(task_id, "/", category, "/", offset);
}

std::string SealBytes(const SecretKey& key, absl::string_view id, absl::string_view bytes) {
  std::string box(1, kBoxVersion);
  return box += SealBox(key, bytes, AssociatedData(id));
}

absl::StatusOr<std::string> OpenBytes(const SecretKey& key, absl::string_view id,
                                      absl::string_view box) {
  if (box.empty() || box[0] != kBoxVersion) {
    return Damaged("a sealed box has a form that this program does not know");
  }
  absl::StatusOr<std::string> bytes = OpenBox(key, box.substr(1), AssociatedData(id));
  if (!bytes.ok()) return Damaged("a sealed box does not open: it was altered or is another's");
  return bytes;
}

}  // namespace

storage::v1::PersonalFields TakePersonal(Message& message) {
  storage::v1::PersonalFields fields;
  std::vector<uint32_t> path;
  TakeFrom(message, path, fields);
  return fields;
}

bool HoldsPersonal(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsPersonal(*field)) return true;
    if (!IsMessage(*field) || field->is_map()) continue;
    if (!field->is_repeated()) {
      if (HoldsPersonal(reflection.GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (HoldsPersonal(reflection.GetRepeatedMessage(message, field, i))) return true;
    }
  }
  return false;
}

std::string Seal(const SecretKey& key, absl::string_view content_id,
                 const storage::v1::PersonalFields& fields) {
  std::string bytes = fields.SerializeAsString();
  std::string box = SealBytes(key, content_id, bytes);
  WipeString(bytes);
  return box;
}

absl::Status OpenInto(Message& message, absl::string_view box, const SecretKey& key,
                      absl::string_view content_id) {
  DSR_ASSIGN_OR_RETURN(const std::string bytes, OpenBytes(key, content_id, box));
  storage::v1::PersonalFields fields;
  if (!fields.ParseFromString(bytes)) return Damaged("a sealed box holds no personal fields");
  for (const storage::v1::PersonalField& field : fields.fields()) {
    if (!PutAtPath(message, field)) {
      return Damaged("a sealed field has no place in the record that it belongs to");
    }
  }
  return absl::OkStatus();
}

std::optional<SealedContent> SealPersonal(Message& message, const SecretKey& key) {
  const storage::v1::PersonalFields fields = TakePersonal(message);
  if (fields.fields().empty()) return std::nullopt;
  SealedContent content;
  content.content_id = RandomBytes(kContentIdSize);
  content.sealed = Seal(key, content.content_id, fields);
  return content;
}

std::string SealChunk(const SecretKey& key, absl::string_view task_id, absl::string_view category,
                      int64_t offset, absl::string_view data) {
  return SealBytes(key, ChunkPlace(task_id, category, offset), data);
}

absl::StatusOr<std::string> OpenChunk(const SecretKey& key, absl::string_view task_id,
                                      absl::string_view category, int64_t offset,
                                      absl::string_view box) {
  return OpenBytes(key, ChunkPlace(task_id, category, offset), box);
}

}  // namespace dsr
