#include "delivery/curl_pool.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace dsr {
namespace {

const absl::Time kMorning = absl::FromUnixSeconds(1772323200);

CurlHandle NewHandle() { return CurlHandle(curl_easy_init()); }

TEST(CurlPoolTest, GivesAHandleOutOnceAndForItsEndpointOnly) {
  CurlPool pool;
  CurlHandle handle = NewHandle();
  const CURL* given = handle.get();
  pool.Give("https://a.example", std::move(handle), kMorning);

  EXPECT_EQ(pool.Take("https://b.example", kMorning), nullptr);
  const CurlHandle taken = pool.Take("https://a.example", kMorning);
  EXPECT_EQ(taken.get(), given);
  EXPECT_EQ(pool.Take("https://a.example", kMorning), nullptr);
}

TEST(CurlPoolTest, GivesOutWhatWasUsedLast) {
  CurlPool pool;
  CurlHandle first = NewHandle();
  CurlHandle second = NewHandle();
  const CURL* last = second.get();
  pool.Give("https://a.example", std::move(first), kMorning);
  pool.Give("https://a.example", std::move(second), kMorning);

  EXPECT_EQ(pool.Take("https://a.example", kMorning).get(), last);
}

TEST(CurlPoolTest, ClosesWhatWasNotUsedForHalfAMinute) {
  CurlPool pool;
  pool.Give("https://a.example", NewHandle(), kMorning);
  pool.Give("https://b.example", NewHandle(), kMorning + absl::Seconds(1));

  const absl::Time later = kMorning + CurlPool::kMostIdleTime;
  EXPECT_EQ(pool.Take("https://a.example", later), nullptr);
  EXPECT_NE(pool.Take("https://b.example", later), nullptr);
}

TEST(CurlPoolTest, KeepsABoundedNumber) {
  CurlPool pool;
  for (size_t i = 0; i <= CurlPool::kMostIdle; ++i) {
    pool.Give(absl::StrCat("https://", i, ".example"), NewHandle(), kMorning);
  }

  EXPECT_EQ(pool.Take("https://0.example", kMorning), nullptr);
  EXPECT_NE(pool.Take("https://1.example", kMorning), nullptr);
}

TEST(CurlPoolTest, TakesNothingForAHandle) {
  CurlPool pool;
  pool.Give("https://a.example", nullptr, kMorning);

  EXPECT_EQ(pool.Take("https://a.example", kMorning), nullptr);
}

}  // namespace
}  // namespace dsr
