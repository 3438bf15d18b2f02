#include "delivery/webhook_answer.h"

#include <gtest/gtest.h>

#include <string>

namespace dsr {
namespace {

DeliveryResult Read(absl::string_view content_type, absl::string_view body,
                    bool was_cut_off = false) {
  DeliveryResult result = {.delivered = true};
  ReadWebhookAnswer(content_type, body, was_cut_off, result);
  EXPECT_TRUE(result.delivered);
  return result;
}

bool SaysNothing(const DeliveryResult& result) {
  return !result.answer.has_value() && !result.answer_unreadable;
}

bool IsUnreadable(const DeliveryResult& result) {
  return !result.answer.has_value() && result.answer_unreadable;
}

TEST(WebhookAnswerTest, IsProtobufJsonOfANoticeAnswer) {
  const DeliveryResult acknowledged = Read("application/json", R"({"acknowledged":{}})");
  ASSERT_TRUE(acknowledged.answer.has_value());
  EXPECT_TRUE(acknowledged.answer->has_acknowledged());

  const DeliveryResult completed = Read(
      "application/json", R"({"completed":{"records":7,"onwardTold":["recipients/carrier"]}})");
  ASSERT_TRUE(completed.answer.has_value());
  EXPECT_EQ(completed.answer->completed().records(), 7);
  EXPECT_EQ(completed.answer->completed().onward_told(0), "recipients/carrier");

  const DeliveryResult objected = Read(
      "application/json", R"({"objected":{"objection":{"ground":"own-law","law":"Law, art. 5"}}})");
  ASSERT_TRUE(objected.answer.has_value());
  EXPECT_EQ(objected.answer->objected().objection().law(), "Law, art. 5");
}

TEST(WebhookAnswerTest, MayHaveParametersInItsType) {
  for (const char* type : {"application/json;charset=utf-8", "Application/JSON ; a=b"}) {
    EXPECT_TRUE(Read(type, R"({"acknowledged":{}})").answer.has_value()) << type;
  }
}

TEST(WebhookAnswerTest, IsNoneInAnotherType) {
  for (const char* type : {"", "text/plain", "text/html", "application/jsonp", "application/json5",
                           "text/plain; application/json"}) {
    EXPECT_TRUE(SaysNothing(Read(type, R"({"acknowledged":{}})"))) << type;
  }
}

TEST(WebhookAnswerTest, IsNoneWhenItSaysNothing) {
  for (const char* body : {"", " \r\n", "{}"}) {
    EXPECT_TRUE(SaysNothing(Read("application/json", body))) << body;
  }
}

TEST(WebhookAnswerTest, IsUnreadableInAnotherForm) {
  for (const char* body :
       {"ok", "[]", "\"acknowledged\"", "{\"acknowledged\":{}", "{\"ok\":true}",
        "{\"acknowledged\":{},\"more\":1}", "{\"completed\":{\"records\":\"x\"}}",
        "{\"acknowledged\":{},\"completed\":{}}"}) {
    EXPECT_TRUE(IsUnreadable(Read("application/json", body))) << body;
  }
}

TEST(WebhookAnswerTest, IsUnreadableWhenItWasCutOff) {
  EXPECT_TRUE(IsUnreadable(Read("application/json", R"({"acknowledged":{}})", true)));
}

TEST(WebhookAnswerTest, IsUnreadableRatherThanTheEndOfTheProcessWhenItIsDeep) {
  std::string deep;
  for (int i = 0; i < 10000; ++i) deep += "{\"completed\":";

  EXPECT_TRUE(IsUnreadable(Read("application/json", deep)));
}

}  // namespace
}  // namespace dsr
