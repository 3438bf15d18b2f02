#include "fill_store/filler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "app/reporter.h"
#include "store/sqlite/database_reader.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr::fill_store {
namespace {

constexpr char kDefinitionsOfTest[] = DSR_SOURCE_DIR "/workflows";

TEST(FillerTest, WhatItFillsIsAStoreOfRequestsThatWentTheirWay) {
  const TempDir dir;
  FillOptions options{.seed = 4, .requests = 120};
  options.begin = absl::FromUnixSeconds(1'788'192'000);  // 1 September 2026, in Shanghai
  options.end = options.begin + absl::Hours(24 * 30);
  SteppedClock clock(options.begin);
  int64_t filed = 0;
  {
    auto installation = Installation::Create(dir.path() + "/filled", kDefinitionsOfTest, clock);
    ASSERT_THAT(installation, IsOk());
    Filler filler(**installation, clock, options, [&](int64_t count, int64_t) { filed = count; });
    ASSERT_THAT(filler.Run(), IsOk());
    EXPECT_THAT(filler.batch().refusals(), ::testing::IsEmpty());
  }

  const auto reader = sqlite::DatabaseReader::Open(dir.path() + "/filled/dsrd.db");
  ASSERT_THAT(reader, IsOk());
  SlaQuery query{.as_of = options.end, .zone = absl::UTCTimeZone()};
  v1::SlaReport report;
  ASSERT_THAT((*reader)->Read([&](ReadView& view) -> absl::Status {
    auto made = MakeSlaReport(view, query);
    if (made.ok()) report = *std::move(made);
    return made.status();
  }),
              IsOk());

  EXPECT_EQ(report.total().received(), 120);
  EXPECT_GT(report.total().answered_in_time(), 40);
  EXPECT_GT(report.total().verified(), 30);
  EXPECT_GT(report.groups_size(), 3);
  EXPECT_GT(report.total().median_answer_seconds(), 3600);
  // A server that goes on with it has no old letters to send.
  absl::Time next_message;
  ASSERT_THAT((*reader)->Read([&](ReadView& view) -> absl::Status {
    auto next = view.NextOutboxItem(OutboxKind::kMessage);
    if (next.ok()) next_message = *next;
    return next.status();
  }),
              IsOk());
  EXPECT_GE(next_message, options.end - absl::Minutes(30));
}

TEST(FillerTest, LeavesAnInstallationThatIsThereAlone) {
  const TempDir dir;
  SteppedClock clock(absl::FromUnixSeconds(1'788'192'000));
  ASSERT_THAT(Installation::Create(dir.path() + "/filled", kDefinitionsOfTest, clock), IsOk());
  EXPECT_THAT(Installation::Create(dir.path() + "/filled", kDefinitionsOfTest, clock),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace dsr::fill_store
