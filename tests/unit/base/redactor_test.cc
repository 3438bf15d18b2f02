#include "dsr/base/redactor.h"

#include <gmock/gmock.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "dsr/v1/options.pb.h"

namespace dsr {
namespace {

using ::google::protobuf::Message;
using ::google::protobuf::TextFormat;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSchema[] = R"pb(
  name: "redactor_test.proto"
  syntax: "proto3"
  package: "test"
  dependency: "dsr/v1/options.proto"
  dependency: "google/protobuf/any.proto"
  message_type {
    name: "Person"
    field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field {
      name: "phone"
      number: 2
      type: TYPE_STRING
      label: LABEL_OPTIONAL
      options {
        [dsr.v1.personal]: true
      }
    }
    field {
      name: "aliases"
      number: 3
      type: TYPE_STRING
      label: LABEL_REPEATED
      options {
        [dsr.v1.personal]: true
      }
    }
    field {
      name: "age"
      number: 4
      type: TYPE_INT32
      label: LABEL_OPTIONAL
      options {
        [dsr.v1.personal]: true
      }
    }
    field {
      name: "home"
      number: 5
      type: TYPE_MESSAGE
      type_name: ".test.Person"
      label: LABEL_OPTIONAL
      options {
        [dsr.v1.personal]: true
      }
    }
    field {
      name: "guardian"
      number: 6
      type: TYPE_MESSAGE
      type_name: ".test.Person"
      label: LABEL_OPTIONAL
    }
    field {
      name: "relatives"
      number: 7
      type: TYPE_MESSAGE
      type_name: ".test.Person"
      label: LABEL_REPEATED
    }
    field {
      name: "agents"
      number: 8
      type: TYPE_MESSAGE
      type_name: ".test.Person.AgentsEntry"
      label: LABEL_REPEATED
    }
    field {
      name: "evidence"
      number: 9
      type: TYPE_MESSAGE
      type_name: ".google.protobuf.Any"
      label: LABEL_OPTIONAL
    }
    field { name: "numbers" number: 10 type: TYPE_INT32 label: LABEL_REPEATED }
    nested_type {
      name: "AgentsEntry"
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field {
        name: "value"
        number: 2
        type: TYPE_MESSAGE
        type_name: ".test.Person"
        label: LABEL_OPTIONAL
      }
      options { map_entry: true }
    }
  }
)pb";

class RedactorTest : public ::testing::Test {
 protected:
  RedactorTest() : pool_(google::protobuf::DescriptorPool::generated_pool()) {
    // Refers to the two, so that the linker keeps what the schema depends on.
    google::protobuf::Any::descriptor();
    v1::personal.number();
    google::protobuf::FileDescriptorProto schema;
    EXPECT_TRUE(TextFormat::ParseFromString(kSchema, &schema));
    EXPECT_NE(pool_.BuildFile(schema), nullptr);
  }

  std::unique_ptr<Message> Person(const std::string& text) {
    std::unique_ptr<Message> person(
        factory_.GetPrototype(pool_.FindMessageTypeByName("test.Person"))->New());
    EXPECT_TRUE(TextFormat::ParseFromString(text, person.get())) << text;
    return person;
  }

  std::string RedactText(const std::string& text) { return Redact(*Person(text)); }

  std::string ClearText(const std::string& text) {
    const std::unique_ptr<Message> person = Person(text);
    ClearPersonal(*person);
    return Redact(*person);
  }

  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
};

TEST_F(RedactorTest, PrintsWhatIsNotPersonalOnOneLine) {
  EXPECT_EQ(RedactText(R"(id: "a\nb" numbers: [ 1, 2 ])"), R"(id: "a\nb" numbers: 1 numbers: 2)");
  EXPECT_EQ(RedactText(""), "");
}

TEST_F(RedactorTest, HidesPersonalFieldsOfEveryType) {
  EXPECT_EQ(
      RedactText(R"(id: "x" phone: "138" aliases: "a" aliases: "b" age: 42 home { id: "y" })"),
      R"(id: "x" phone: [personal] aliases: [personal] age: [personal] home: [personal])");
}

TEST_F(RedactorTest, DoesNotNamePersonalFieldsThatAreNotSet) {
  EXPECT_EQ(RedactText(R"(id: "x")"), R"(id: "x")");
}

TEST_F(RedactorTest, HidesPersonalFieldsAtAnyDepth) {
  EXPECT_EQ(RedactText(R"(guardian { id: "g" phone: "138" guardian { phone: "139" } })"),
            R"(guardian { id: "g" phone: [personal] guardian { phone: [personal] } })");
  EXPECT_EQ(RedactText(R"(relatives { phone: "138" } relatives {} relatives { id: "r" })"),
            R"(relatives { phone: [personal] } relatives { } relatives { id: "r" })");
}

TEST_F(RedactorTest, HidesPersonalFieldsOfMapValues) {
  EXPECT_EQ(RedactText(R"(agents { key: "k" value { id: "v" phone: "138" } })"),
            R"(agents { key: "k" value { id: "v" phone: [personal] } })");
}

TEST_F(RedactorTest, HidesWhatAnAnyHolds) {
  EXPECT_EQ(RedactText(R"(evidence { type_url: "t/x" value: "13800138000" })"),
            R"(evidence { type_url: "t/x" value: [personal] })");
}

TEST_F(RedactorTest, LeavesOutFieldsThatItDoesNotKnow) {
  const std::unique_ptr<Message> person = Person(R"(id: "x")");
  ASSERT_TRUE(
      person->MergeFromString("\xa2\x06\x03"
                              "138"));

  EXPECT_EQ(Redact(*person), R"(id: "x")");
}

TEST_F(RedactorTest, ClearsPersonalFieldsAndKeepsTheRest) {
  EXPECT_EQ(ClearText(R"(id: "x" phone: "138" aliases: "a" age: 42 home { id: "y" })"),
            R"(id: "x")");
  EXPECT_EQ(ClearText(R"(guardian { id: "g" phone: "138" guardian { phone: "139" } })"),
            R"(guardian { id: "g" guardian { } })");
  EXPECT_EQ(ClearText(R"(agents { key: "k" value { id: "v" phone: "138" } })"),
            R"(agents { key: "k" value { id: "v" } })");
  EXPECT_EQ(ClearText(R"(evidence { type_url: "t/x" value: "138" })"),
            R"(evidence { type_url: "t/x" })");
}

TEST_F(RedactorTest, ClearingKeepsThePlaceOfEveryElement) {
  EXPECT_EQ(ClearText(R"(relatives { phone: "138" } relatives { id: "r" })"),
            R"(relatives { } relatives { id: "r" })");
}

TEST_F(RedactorTest, ClearedMessageHasNoPersonalByteLeft) {
  const std::unique_ptr<Message> person = Person(R"(
    phone: "canary" aliases: "canary" home { id: "canary" }
    guardian { phone: "canary" } relatives { aliases: "canary" }
    agents { key: "k" value { phone: "canary" } } evidence { value: "canary" })");
  ASSERT_TRUE(
      person->MergeFromString("\xa2\x06\x06"
                              "canary"));

  ClearPersonal(*person);

  EXPECT_THAT(person->SerializeAsString(), Not(HasSubstr("canary")));
}

TEST_F(RedactorTest, TellsWhichFieldsArePersonal) {
  const google::protobuf::Descriptor& person = *pool_.FindMessageTypeByName("test.Person");

  EXPECT_TRUE(IsPersonal(*person.FindFieldByName("phone")));
  EXPECT_FALSE(IsPersonal(*person.FindFieldByName("id")));
}

}  // namespace
}  // namespace dsr
