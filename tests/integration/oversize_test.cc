// Every text and list of every call has a maximum: what is beyond it is refused, and named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "integration/bad_input.h"
#include "integration/proto_comments.h"
#include "integration/raw_call.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// Less than the largest message, more than any text may have.
constexpr size_t kTextBytes = 1'000'000;
// More than any list may have.
constexpr int kEntries = 10'001;
constexpr int kMostDepth = 3;

using Path = std::vector<const FieldDescriptor*>;

std::string NameOf(const Path& path) {
  std::string name;
  for (const FieldDescriptor* field : path)
    absl::StrAppend(&name, name.empty() ? "" : ".", field->name());
  return name;
}

// The paths that violations name: without the indexes.
std::string WithoutIndexes(const std::string& path) {
  std::string out;
  bool inside = false;
  for (const char c : path) {
    if (c == '[') inside = true;
    if (!inside) out += c;
    if (c == ']') inside = false;
  }
  return out;
}

// Every text and list of a call that is not for answers.
void Collect(const ProtoComments& comments, const Descriptor& type, const Path& before,
             std::vector<Path>& paths) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (comments.IsOutputOnly(field)) continue;
    Path path = before;
    path.push_back(&field);
    const bool is_text = field.type() == FieldDescriptor::TYPE_STRING;
    if ((is_text || field.is_repeated()) && !field.is_map()) paths.push_back(path);
    const bool is_ours = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_map() &&
                         absl::StartsWith(field.message_type()->full_name(), "dsr.v1.");
    if (is_ours && static_cast<int>(path.size()) < kMostDepth)
      Collect(comments, *field.message_type(), path, paths);
  }
}

// The message that holds the path's last field; on the way there, lists get one entry.
Message& HolderOf(Message& message, const Path& path) {
  Message* holder = &message;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    const google::protobuf::Reflection& reflection = *holder->GetReflection();
    holder = path[i]->is_repeated() ? reflection.AddMessage(holder, path[i])
                                    : reflection.MutableMessage(holder, path[i]);
  }
  return *holder;
}

void AddEntry(Message& message, const FieldDescriptor& field) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.AddString(&message, &field, "a");
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.AddEnumValue(&message, &field, 1);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      reflection.AddMessage(&message, &field);
      return;
    default:
      ADD_FAILURE() << "a list of something new: " << field.full_name();
  }
}

class OversizeTest : public ::testing::Test {
 protected:
  OversizeTest() {
    shop_.Register();
    request_ = shop_.File();
    for (const MethodDescriptor* method : AllMethods()) {
      std::vector<Path> paths;
      Collect(comments_, *method->input_type(), {}, paths);
      for (const Path& path : paths) fields_.push_back({method, path});
    }
  }

  struct Field {
    const MethodDescriptor* method;
    Path path;
  };

  // A call that names something that is there, so that it is looked at further.
  std::unique_ptr<Message> CallFor(const MethodDescriptor& method) const {
    std::unique_ptr<Message> call = RequestOf(method);
    const auto set = [&](const char* name, const std::string& value) {
      const FieldDescriptor* field = call->GetDescriptor()->FindFieldByName(name);
      if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
          !field->is_repeated()) {
        call->GetReflection()->SetString(call.get(), field, value);
      }
    };
    set("idempotency_key", FreshKey());
    set("name", absl::StrCat(request_.name(), ChildOf(method)));
    set("parent", request_.name());
    return call;
  }

  // Sends the field's `value` and expects that the error is about it.
  void ExpectRefused(const Field& field, const std::function<void(Message&)>& put) const {
    const std::unique_ptr<Message> call = CallFor(*field.method);
    put(HolderOf(*call, field.path));
    const absl::Status status =
        CallRaw(server_, CallerOf(field.method->name()), *field.method, *call);

    const std::string what = absl::StrCat(field.method->name(), " ", NameOf(field.path));
    const bool is_right_code = absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status);
    EXPECT_TRUE(is_right_code) << what << ": " << status;
    bool is_named = absl::IsResourceExhausted(status);
    for (const std::string& named : FieldsOf(status))
      is_named = is_named || WithoutIndexes(named) == NameOf(field.path);
    EXPECT_TRUE(is_named) << what << ": " << status;
  }

  static std::string ChildOf(const MethodDescriptor& method) {
    const std::string& name = method.name();
    const std::string id = "/01jd2m8q7r5v9x3c6b4n1k0wte";
    if (absl::StrContains(name, "Verification") || name == "SubmitCode" ||
        absl::StrContains(name, "Evidence")) {
      return "/verifications" + id;
    }
    if (absl::StrContains(name, "Task") || absl::StrContains(name, "Lease")) return "/tasks" + id;
    if (absl::StrContains(name, "Notice")) return "/notices" + id;
    if (absl::StrContains(name, "Message")) return "/messages" + id;
    return "";
  }

  const ProtoComments comments_;
  TestServer server_;
  Shop shop_{server_};
  v1::Request request_;
  std::vector<Field> fields_;
};

TEST_F(OversizeTest, AMegabyteOfTextIsRefusedWhereverItStands) {
  const std::string text(kTextBytes, 'a');
  for (const Field& field : fields_) {
    const FieldDescriptor& last = *field.path.back();
    if (last.type() != FieldDescriptor::TYPE_STRING) continue;
    ExpectRefused(field, [&](Message& holder) {
      last.is_repeated() ? holder.GetReflection()->AddString(&holder, &last, text)
                         : holder.GetReflection()->SetString(&holder, &last, text);
    });
  }
}

TEST_F(OversizeTest, TenThousandEntriesAreRefusedWhereverTheyStand) {
  for (const Field& field : fields_) {
    const FieldDescriptor& last = *field.path.back();
    if (!last.is_repeated()) continue;
    ExpectRefused(field, [&](Message& holder) {
      for (int i = 0; i < kEntries; ++i) AddEntry(holder, last);
    });
  }
}

}  // namespace
}  // namespace dsr
