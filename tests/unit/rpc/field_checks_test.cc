#include "rpc/field_checks.h"

#include <gtest/gtest.h>

#include <string>

#include "testing/status_matchers.h"

namespace dsr {
namespace {

TEST(FieldChecksTest, CountsCharactersAndNotBytes) {
  EXPECT_EQ(CountCharacters(""), 0u);
  EXPECT_EQ(CountCharacters("abc"), 3u);
  EXPECT_EQ(CountCharacters("删除🙂"), 3u);
}

TEST(FieldChecksTest, ATextMayBeAsLongAsItsLimitAndNoLonger) {
  FieldErrors at_limit;
  CheckText("删除删除", "reason", 1, 4, at_limit);
  EXPECT_TRUE(at_limit.empty());

  FieldErrors beyond;
  CheckText("删除删除x", "reason", 1, 4, beyond);
  EXPECT_THAT(beyond.ToStatus(), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));

  FieldErrors missing;
  CheckText("", "reason", 1, 4, missing);
  EXPECT_THAT(missing.ToStatus(), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));

  FieldErrors optional;
  CheckText("", "reason", 0, 4, optional);
  EXPECT_TRUE(optional.empty());
}

TEST(FieldChecksTest, SpacesOfAnyWidthSayNothing) {
  for (const char* blank : {"", " ", "\n\t ", "\u3000", "\u00a0 \u3000\n"}) {
    EXPECT_TRUE(IsBlank(blank));
    FieldErrors errors;
    CheckText(blank, "reason", 1, 100, errors);
    EXPECT_THAT(errors.ToStatus(), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  }
  for (const char* said : {"a", "\u3000删", "  x  "}) EXPECT_FALSE(IsBlank(said)) << said;
}

TEST(FieldChecksTest, AWordHasSmallLettersDigitsAndHyphens) {
  for (const char* good : {"app", "call-centre-2", "0"}) {
    FieldErrors errors;
    CheckWord(good, "channel", 40, errors);
    EXPECT_TRUE(errors.empty()) << good;
  }
  for (const char* bad : {"", "App", "a b", "a_b", "ä", "toolongtoolong"}) {
    FieldErrors errors;
    CheckWord(bad, "channel", 13, errors);
    EXPECT_FALSE(errors.empty()) << bad;
  }
}

TEST(FieldChecksTest, APageSizeIsClampedAndNeverNegative) {
  EXPECT_THAT(PageSize(0, "page_size", 50, 1000), IsOkAndHolds(50));
  EXPECT_THAT(PageSize(7, "page_size", 50, 1000), IsOkAndHolds(7));
  EXPECT_THAT(PageSize(1001, "page_size", 50, 1000), IsOkAndHolds(1000));
  EXPECT_THAT(PageSize(-1, "page_size", 50, 1000), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST(FieldChecksTest, ASpanIsClampedAboveAndRefusedBelow) {
  google::protobuf::Duration span;
  span.set_seconds(7200);
  EXPECT_THAT(Span(span, "lease", absl::Seconds(1), absl::Hours(1)), IsOkAndHolds(absl::Hours(1)));
  span.set_seconds(0);
  EXPECT_THAT(Span(span, "lease", absl::Seconds(1), absl::Hours(1)),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST(FieldChecksTest, AnIdempotencyKeyIsAUuidInEitherCase) {
  DSR_ASSERT_OK_AND_ASSIGN(const std::string lower,
                           ParseIdempotencyKey("123e4567-e89b-42d3-a456-42661417abcd"));
  EXPECT_EQ(lower.size(), 16u);
  EXPECT_THAT(ParseIdempotencyKey("123E4567-E89B-42D3-A456-42661417ABCD"), IsOkAndHolds(lower));
  EXPECT_THAT(ParseIdempotencyKey(""), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  for (const char* bad :
       {"123e4567e89b42d3a45642661417abcd", "not-a-uuid", "123e4567-e89b-42d3-a456-42661417abc",
        "123e4567-e89b-42d3-a456-42661417abcg", "-23e4567-e89b-42d3-a456-42661417abcd"}) {
    EXPECT_THAT(ParseIdempotencyKey(bad), ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << bad;
  }
}

TEST(FieldChecksTest, ANamesViolationMovesToTheFieldThatHeldTheName) {
  const absl::Status moved =
      AtField("parent", MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "name", "has a form"));

  ASSERT_TRUE(BadRequestOf(moved).has_value());
  EXPECT_EQ(BadRequestOf(moved)->field_violations(0).field(), "parent");
  EXPECT_EQ(BadRequestOf(moved)->field_violations(0).description(), "has a form");
}

}  // namespace
}  // namespace dsr
