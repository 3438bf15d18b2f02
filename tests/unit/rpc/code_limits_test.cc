#include "rpc/code_limits.h"

#include <gtest/gtest.h>

#include "app/rate_limited.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

class CodeLimitsTest : public ::testing::Test {
 protected:
  static config::v1::Limits Limits() {
    config::v1::Limits limits;
    limits.set_codes_per_subject_hour(2);
    limits.set_codes_per_principal_hour(3);
    limits.set_codes_per_hour(4);
    return limits;
  }

  SimulatedClock clock_{absl::FromUnixSeconds(1'770'000'000)};
  CodeLimits limits_{Limits(), clock_};
};

TEST_F(CodeLimitsTest, OneSubjectGetsSoManyCodesFromWhomever) {
  EXPECT_THAT(limits_.Take("tool-1", "a"), IsOk());
  EXPECT_THAT(limits_.Take("tool-2", "a"), IsOk());

  EXPECT_EQ(LimitOf(limits_.Take("tool-1", "a")), "codes_per_subject_hour");
  clock_.Advance(absl::Minutes(30));
  EXPECT_THAT(limits_.Take("tool-1", "a"), IsOk());
}

TEST_F(CodeLimitsTest, OnePrincipalHasSoManyCodesSentToWhomever) {
  for (const char* subject : {"a", "b", "c"}) EXPECT_THAT(limits_.Take("tool-1", subject), IsOk());

  EXPECT_EQ(LimitOf(limits_.Take("tool-1", "d")), "codes_per_principal_hour");
}

TEST_F(CodeLimitsTest, TheInstallationSendsSoManyCodesForWhomever) {
  for (const char* subject : {"a", "b", "c"}) EXPECT_THAT(limits_.Take("tool-1", subject), IsOk());
  EXPECT_THAT(limits_.Take("tool-2", "d"), IsOk());

  EXPECT_EQ(LimitOf(limits_.Take("tool-2", "e")), "codes_per_hour");
}

TEST_F(CodeLimitsTest, ARefusalTakesFromNoLimit) {
  for (const char* subject : {"a", "b", "c"}) EXPECT_THAT(limits_.Take("tool-1", subject), IsOk());
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(limits_.Take("tool-1", "d").ok());

  EXPECT_THAT(limits_.Take("tool-2", "d"), IsOk());
}

TEST_F(CodeLimitsTest, WhatWasNotSentIsPutBack) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(limits_.Take("tool-1", "a"), IsOk());
    limits_.PutBack("tool-1", "a");
  }
}

}  // namespace
}  // namespace dsr
