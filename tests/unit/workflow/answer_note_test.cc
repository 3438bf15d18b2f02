#include "dsr/workflow/answer_note.h"

#include <gtest/gtest.h>

#include <string>

#include "testing/request_driver.h"

namespace dsr {
namespace {

// Whether the answer to a request of that type, in that state and language, needs a note.
bool NeedsNote(absl::string_view type, const std::string& state, const std::string& language) {
  const RequestDriver driver(type);
  v1::Request request;
  request.set_type(std::string(type));
  request.set_state(state);
  request.set_language(language);
  return AnswerNeedsNote(driver.rulebook(), request);
}

TEST(AnswerNoteTest, AnAnswerThatConsistsOfTheNoteNeedsIt) {
  for (const char* language : {"en", "zh-CN"}) {
    EXPECT_TRUE(NeedsNote("policy-question", "assessing", language)) << language;
    EXPECT_TRUE(NeedsNote("other-right", "assessing", language)) << language;
  }
}

TEST(AnswerNoteTest, AnAnswerThatSaysMoreDoesWithoutANote) {
  for (const char* language : {"en", "zh-CN"}) {
    EXPECT_FALSE(NeedsNote("rules-explanation", "assessing", language)) << language;
    EXPECT_FALSE(NeedsNote("complaint", "ready", language)) << language;
    EXPECT_FALSE(NeedsNote("access", "ready", language)) << language;
  }
}

TEST(AnswerNoteTest, WhatCannotBeAnsweredNowNeedsNone) {
  EXPECT_FALSE(NeedsNote("policy-question", "closed", "en"));
  EXPECT_FALSE(NeedsNote("other-right", "verifying", "en"));
}

}  // namespace
}  // namespace dsr
