// Random choices that are the same on every machine for the same seed.
#ifndef DSR_TOOLS_SAMPLE_SHOP_RANDOM_H_
#define DSR_TOOLS_SAMPLE_SHOP_RANDOM_H_

#include <cstdint>
#include <random>
#include <string>

#include "absl/types/span.h"

namespace dsr::sample_shop {

// Not thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // Returns a number from 0 to `bound` - 1; `bound` is 1 or more. The standard's distributions
  // differ between libraries; a remainder does not, and its small bias does no harm here.
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>(engine_() % static_cast<uint64_t>(bound));
  }
  // Returns a number from `first` to `last`.
  int64_t Between(int64_t first, int64_t last) { return first + Below(last - first + 1); }
  // Returns true `percent` times in a hundred.
  bool Chance(int percent) { return Below(100) < percent; }

  // Returns one of `choices`, of which there is at least one.
  std::string Pick(absl::Span<const char* const> choices) {
    return choices[static_cast<size_t>(Below(static_cast<int64_t>(choices.size())))];
  }

  // Returns `size` characters of a-z and 2-9 that are not mistaken for each other.
  std::string Word(int size) {
    static constexpr char kAlphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
    std::string word;
    for (int i = 0; i < size; ++i) {
      word.push_back(kAlphabet[Below(static_cast<int64_t>(sizeof(kAlphabet)) - 1)]);
    }
    return word;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_RANDOM_H_
