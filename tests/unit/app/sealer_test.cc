#include "app/sealer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "dsr/base/redactor.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/v1/message_service.pb.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/v1/registry_service.pb.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/v1/task_service.pb.h"
#include "dsr/v1/verification_service.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class SealerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitCrypto(), IsOk()); }

  static storage::v1::Event FiledEvent() {
    storage::v1::Event event;
    storage::v1::RequestFiled& filed = *event.mutable_request_filed();
    filed.set_type("correction");
    filed.set_subject_account("account-88");
    filed.mutable_requester()->set_display_name("王小明");
    filed.mutable_requester()->mutable_reply_to()->set_address("wang@example.com");
    v1::FieldCorrection& first = *filed.mutable_correction()->add_fields();
    first.set_category("account");
    first.set_field("name");
    first.set_proposed_value("Wang Xiaoming");
    v1::FieldCorrection& second = *filed.mutable_correction()->add_fields();
    second.set_category("addresses");
    second.set_present_value("Old Street 1");
    second.set_proposed_value("New Street 2");
    return event;
  }

  const SecretKey key_ = SecretKey::Generate();
};

TEST_F(SealerTest, OpensToWhatWasSealed) {
  const storage::v1::Event event = FiledEvent();

  SplitMessage<storage::v1::Event> split = SplitPersonal(event);
  const std::string box = Seal(key_, "id", split.personal);

  ASSERT_THAT(OpenInto(split.clear, box, key_, "id"), IsOk());
  EXPECT_TRUE(MessageDifferencer::Equals(split.clear, event));
}

TEST_F(SealerTest, LeavesNoPersonalByteInTheClear) {
  const SplitMessage<storage::v1::Event> split = SplitPersonal(FiledEvent());
  const std::string clear = split.clear.SerializeAsString();

  for (const char* secret : {"account-88", "王小明", "wang@", "Street", "Xiaoming"}) {
    EXPECT_THAT(clear, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(clear, HasSubstr("addresses"));
  EXPECT_FALSE(HoldsPersonal(split.clear));
}

TEST_F(SealerTest, LeavesNoPersonalByteInTheBox) {
  EXPECT_THAT(Seal(key_, "id", SplitPersonal(FiledEvent()).personal), Not(HasSubstr("account-88")));
}

TEST_F(SealerTest, KeepsElementsOfListsSoThatIndexesStayTrue) {
  const SplitMessage<storage::v1::Event> split = SplitPersonal(FiledEvent());

  ASSERT_THAT(split.clear.request_filed().correction().fields(), SizeIs(2));
  EXPECT_EQ(split.clear.request_filed().correction().fields(1).category(), "addresses");
}

TEST_F(SealerTest, CarriesListsOfPersonalTexts) {
  v1::Notice notice;
  notice.add_subject_references("first");
  notice.add_subject_references("");
  notice.add_subject_references("third");
  const v1::Notice before = notice;

  const std::optional<SealedContent> content = SealPersonal(notice, key_);

  ASSERT_TRUE(content.has_value());
  EXPECT_TRUE(notice.subject_references().empty());
  ASSERT_THAT(OpenInto(notice, content->sealed, key_, content->content_id), IsOk());
  EXPECT_TRUE(MessageDifferencer::Equals(notice, before));
}

TEST_F(SealerTest, MakesNoBoxWhereNothingIsPersonal) {
  storage::v1::Event event;
  event.mutable_plan_confirmed();

  EXPECT_EQ(SealPersonal(event, key_), std::nullopt);
}

TEST_F(SealerTest, DropsFieldsThatNobodyKnows) {
  storage::v1::Event event = FiledEvent();
  event.mutable_request_filed()
      ->GetReflection()
      ->MutableUnknownFields(event.mutable_request_filed())
      ->AddLengthDelimited(9999, "smuggled");

  EXPECT_THAT(SplitPersonal(event).clear.SerializeAsString(), Not(HasSubstr("smuggled")));
}

TEST_F(SealerTest, RefusesABoxThatWasAltered) {
  SplitMessage<storage::v1::Event> split = SplitPersonal(FiledEvent());
  const std::string box = Seal(key_, "id", split.personal);

  for (size_t i = 0; i < box.size(); ++i) {
    std::string altered = box;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    storage::v1::Event event = split.clear;
    EXPECT_THAT(OpenInto(event, altered, key_, "id"), StatusIs(absl::StatusCode::kInternal));
  }
}

TEST_F(SealerTest, RefusesABoxOfAnotherRecordOrSubject) {
  SplitMessage<storage::v1::Event> split = SplitPersonal(FiledEvent());
  const std::string box = Seal(key_, "id", split.personal);

  EXPECT_THAT(OpenInto(split.clear, box, key_, "other"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(OpenInto(split.clear, box, SecretKey::Generate(), "id"),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(OpenInto(split.clear, "", key_, "id"), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(SealerTest, RefusesPathsThatLeadNowhere) {
  using Path = std::vector<uint32_t>;
  for (const Path& path :
       {Path{}, Path{10}, Path{10, 0}, Path{99, 0}, Path{10, 0, 12, 0, 1, 7, 4, 0},
        Path{10, 1, 7, 0}, Path{10, 0, 1, 0}, Path{10, 0, 7, 3}, Path{34, 0, 3, 0},
        Path{10, 0, 7, 0, 1, 0}, Path{4294967295u, 0}}) {
    storage::v1::PersonalFields fields;
    storage::v1::PersonalField& field = *fields.add_fields();
    field.mutable_path()->Add(path.begin(), path.end());
    field.set_value("x");
    storage::v1::Event event = SplitPersonal(FiledEvent()).clear;

    EXPECT_THAT(OpenInto(event, Seal(key_, "id", fields), key_, "id"),
                StatusIs(absl::StatusCode::kInternal))
        << ::testing::PrintToString(path);
  }
}

TEST_F(SealerTest, BindsAChunkToItsPlace) {
  const std::string box = SealChunk(key_, "task-a", "orders", 64, "bytes");

  EXPECT_THAT(OpenChunk(key_, "task-a", "orders", 64, box), IsOkAndHolds("bytes"));
  EXPECT_FALSE(OpenChunk(key_, "task-b", "orders", 64, box).ok());
  EXPECT_FALSE(OpenChunk(key_, "task-a", "account", 64, box).ok());
  EXPECT_FALSE(OpenChunk(key_, "task-a", "orders", 0, box).ok());
}

// Looks at a message and everything it holds.
void CheckMessage(const Descriptor& message, bool in_map, std::set<const Descriptor*>& seen,
                  int& personal) {
  if (!seen.insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (IsPersonal(field)) {
      ++personal;
      EXPECT_EQ(field.cpp_type(), FieldDescriptor::CPPTYPE_STRING) << field.full_name();
      EXPECT_FALSE(field.is_map() || in_map) << field.full_name();
    }
    if (field.message_type() != nullptr) {
      CheckMessage(*field.message_type(), in_map || field.is_map(), seen, personal);
    }
  }
}

TEST_F(SealerTest, EveryPersonalFieldIsTextOrBytesAndInNoMap) {
  std::set<const Descriptor*> seen;
  int personal = 0;
  for (const auto* file :
       {storage::v1::Event::descriptor()->file(), v1::CreateRequestRequest::descriptor()->file(),
        v1::CompleteTaskRequest::descriptor()->file(),
        v1::PullNoticesResponse::descriptor()->file(),
        v1::ListMessagesResponse::descriptor()->file(), v1::SubmitCodeRequest::descriptor()->file(),
        v1::ListDisclosuresRequest::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      CheckMessage(*file->message_type(i), false, seen, personal);
    }
  }
  EXPECT_GT(personal, 20);
}

}  // namespace
}  // namespace dsr
