// Percentiles of durations, in memory that does not grow with their number.
#ifndef DSR_APP_DURATION_SKETCH_H_
#define DSR_APP_DURATION_SKETCH_H_

#include <cstdint>
#include <map>
#include <vector>

namespace dsr {

// Durations in whole seconds. Up to kExact of them are kept, and percentiles are exact; above, they
// are counted in buckets whose width is a thousandth of their place, and percentiles are within
// 0.1 %. Equal durations give equal answers, in whatever order they came. Not thread-safe.
class DurationSketch {
 public:
  static constexpr int64_t kExact = 500;

  // `seconds` is 0 or more; less counts as 0.
  void Add(int64_t seconds);

  int64_t count() const { return count_; }
  int64_t sum() const { return sum_; }
  int64_t max() const { return max_; }

  // The middle one; between two middle ones, their mean. 0 when there is none.
  int64_t Median() const;
  // The least duration that `percent` of 100 do not exceed. 0 when there is none.
  int64_t Percentile(int percent) const;

 private:
  // The one at that place in order, from 0.
  int64_t At(int64_t place) const;

  int64_t count_ = 0;
  int64_t sum_ = 0;
  int64_t max_ = 0;
  mutable std::vector<int64_t> exact_;  // sorted when asked for
  std::map<int32_t, int64_t> buckets_;  // once there are more
};

}  // namespace dsr

#endif  // DSR_APP_DURATION_SKETCH_H_
