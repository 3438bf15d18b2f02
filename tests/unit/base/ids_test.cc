#include "dsr/base/ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <type_traits>
#include <unordered_set>

#include "absl/container/flat_hash_set.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

constexpr Id128::Tail kTail = {0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9};
const absl::Time kTime = absl::FromUnixMillis(1469918176385);

TEST(IdTest, HasTheTextOfAUlidInLowerCase) {
  // The example of the ULID specification has this time: 01ARYZ6S41 for its first ten characters.
  EXPECT_EQ(RequestId::Make(kTime, kTail).ToString().substr(0, 10), "01aryz6s41");
  EXPECT_EQ(RequestId::Make(kTime, kTail).ToString().size(), 26u);
}

TEST(IdTest, ReadsItsOwnTextAndBytes) {
  const RequestId id = RequestId::Make(kTime, kTail);

  EXPECT_THAT(RequestId::Parse(id.ToString()), IsOkAndHolds(id));
  EXPECT_THAT(RequestId::FromBytes(id.bytes()), IsOkAndHolds(id));
}

TEST(IdTest, ReadsBackEveryRandomId) {
  std::mt19937_64 random(20260301);
  for (int i = 0; i < 1000; ++i) {
    std::string bytes(16, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    DSR_ASSERT_OK_AND_ASSIGN(const Id128 id, Id128::FromBytes(bytes));

    EXPECT_EQ(id.bytes(), bytes);
    EXPECT_THAT(Id128::Parse(id.ToString()), IsOkAndHolds(id));
  }
}

TEST(IdTest, HasTheSmallestAndTheLargestText) {
  EXPECT_EQ(Id128().ToString(), std::string(26, '0'));
  DSR_ASSERT_OK_AND_ASSIGN(const Id128 largest, Id128::FromBytes(std::string(16, '\xff')));
  EXPECT_EQ(largest.ToString(), "7" + std::string(25, 'z'));
}

TEST(IdTest, RefusesTextThatIsNotAnId) {
  for (const std::string text :
       {"", "0", "01aryz6s41tsv4rrffq69g5fa", "01aryz6s41tsv4rrffq69g5favv",
        "01ARYZ6S41TSV4RRFFQ69G5FAV", "01aryz6s41tsv4rrffq69g5fai", "01aryz6s41tsv4rrffq69g5fau",
        "81aryz6s41tsv4rrffq69g5fav", "01aryz6s41-sv4rrffq69g5fav"}) {
    EXPECT_THAT(RequestId::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(RequestId::Parse(text), ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << text;
  }
}

TEST(IdTest, RefusesBytesOfAnotherLength) {
  EXPECT_THAT(TaskId::FromBytes("short"), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(TaskId::FromBytes(std::string(17, 'x')), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST(IdTest, TellsItsTimeToTheMillisecond) {
  EXPECT_EQ(RequestId::Make(kTime + absl::Microseconds(999), kTail).time(), kTime);
}

TEST(IdTest, KeepsTimesThatDoNotFitAtTheEnds) {
  EXPECT_EQ(RequestId::Make(absl::InfinitePast(), kTail).time(), absl::UnixEpoch());
  EXPECT_EQ(RequestId::Make(absl::InfiniteFuture(), kTail).time(),
            absl::FromUnixMillis((int64_t{1} << 48) - 1));
}

TEST(IdTest, SortsByTimeInEveryForm) {
  const RequestId early = RequestId::Make(kTime, kTail);
  const RequestId late = RequestId::Make(kTime + absl::Milliseconds(1), {});

  EXPECT_LT(early, late);
  EXPECT_LT(early.bytes(), late.bytes());
  EXPECT_LT(early.ToString(), late.ToString());
}

TEST(IdTest, WorksAsAKeyOfBothKindsOfHashSet) {
  const RequestId id = RequestId::Make(kTime, kTail);

  EXPECT_TRUE(absl::flat_hash_set<RequestId>({id}).contains(id));
  EXPECT_TRUE(std::unordered_set<RequestId>({id}).contains(id));
}

TEST(IdTest, DoesNotPassForAnIdOfAnotherKind) {
  EXPECT_FALSE((std::is_convertible_v<TaskId, RequestId>));
  EXPECT_FALSE((std::is_constructible_v<RequestId, TaskId>));
}

TEST(DeriveTest, GivesTheSameIdForTheSameArguments) {
  EXPECT_EQ(NoticeId::Derive(kTime, {"request", "erase", "recipient"}),
            NoticeId::Derive(kTime, {"request", "erase", "recipient"}));
}

TEST(DeriveTest, KeepsTheTimeOfTheEventInFront) {
  EXPECT_EQ(NoticeId::Derive(kTime, {"request"}).time(), kTime);
}

TEST(DeriveTest, TellsPartsApartByTheirBorders) {
  const std::set<NoticeId> ids = {
      NoticeId::Derive(kTime, {"ab", "c"}), NoticeId::Derive(kTime, {"a", "bc"}),
      NoticeId::Derive(kTime, {"abc"}), NoticeId::Derive(kTime, {"abc", ""}),
      NoticeId::Derive(kTime, {"", "abc"})};

  EXPECT_EQ(ids.size(), 5u);
}

TEST(DeriveTest, IsFixedForAllTime) {
  // The first 80 bits of SHA-256 over 0000000000000001 61; stored ids depend on it.
  EXPECT_EQ(NoticeId::Derive(absl::UnixEpoch(), {"a"}).ToString(), "00000000007ccpzn4gffpza71g");
}

TEST(IdGeneratorTest, MakesDifferentIdsInOneMillisecond) {
  const SimulatedClock clock(kTime);
  const IdGenerator ids(clock);

  const TaskId first = ids.Next<TaskId>();
  const TaskId second = ids.Next<TaskId>();

  EXPECT_NE(first, second);
  EXPECT_EQ(first.time(), kTime);
}

TEST(IdGeneratorTest, TakesItsRandomBytesFromTheSourceItIsGiven) {
  const SimulatedClock clock(kTime);
  const IdGenerator ids(
      clock, [](absl::Span<uint8_t> out) { std::copy(kTail.begin(), kTail.end(), out.begin()); });

  EXPECT_EQ(ids.Next<TaskId>(), TaskId::Make(kTime, kTail));
}

}  // namespace
}  // namespace dsr
