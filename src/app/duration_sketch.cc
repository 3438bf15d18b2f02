#include "app/duration_sketch.h"

#include <algorithm>
#include <bit>

namespace dsr {
namespace {

// Values below 2^11 have a bucket each; from there on each power of two has 2^10.
constexpr int kBits = 10;

int32_t BucketOf(int64_t value) {
  const int shift =
      std::max(0, static_cast<int>(std::bit_width(static_cast<uint64_t>(value))) - 1 - kBits);
  return (shift << kBits) + static_cast<int32_t>(value >> shift);
}

int64_t MiddleOf(int32_t bucket) {
  if (bucket < 2 << kBits) return bucket;
  const int shift = (bucket >> kBits) - 1;
  const int64_t least = static_cast<int64_t>(bucket - (shift << kBits)) << shift;
  return least + ((int64_t{1} << shift) - 1) / 2;
}

}  // namespace

void DurationSketch::Add(int64_t seconds) {
  seconds = std::max<int64_t>(seconds, 0);
  ++count_;
  sum_ += seconds;
  max_ = std::max(max_, seconds);
  if (count_ <= kExact) {
    exact_.push_back(seconds);
    return;
  }
  for (const int64_t kept : exact_) ++buckets_[BucketOf(kept)];
  exact_.clear();
  ++buckets_[BucketOf(seconds)];
}

int64_t DurationSketch::Median() const {
  if (count_ == 0) return 0;
  const int64_t above = At(count_ / 2);
  if (count_ % 2 == 1) return above;
  const int64_t below = At(count_ / 2 - 1);
  return below + (above - below) / 2;
}

int64_t DurationSketch::Percentile(int percent) const {
  if (count_ == 0) return 0;
  const int64_t rank = (count_ * percent + 99) / 100;
  return At(std::clamp<int64_t>(rank, 1, count_) - 1);
}

int64_t DurationSketch::At(int64_t place) const {
  if (!exact_.empty()) {
    std::sort(exact_.begin(), exact_.end());
    return exact_[static_cast<size_t>(place)];
  }
  for (const auto& [bucket, count] : buckets_) {
    if (place < count) return std::min(MiddleOf(bucket), max_);
    place -= count;
  }
  return max_;
}

}  // namespace dsr
