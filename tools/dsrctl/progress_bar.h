// A line on a terminal that tells how far a long command came.
#ifndef DSR_TOOLS_DSRCTL_PROGRESS_BAR_H_
#define DSR_TOOLS_DSRCTL_PROGRESS_BAR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

#include "absl/time/time.h"

namespace dsr::dsrctl {

// Returns such a line: a bar and percent when `total_bytes` is known (not 0), rows done, rows a
// second.
std::string ProgressText(int64_t rows, double rows_a_second, int64_t bytes, int64_t total_bytes);

// Draws it over itself, at most ten times a second. Not thread-safe.
class ProgressBar {
 public:
  // Draws nothing unless `is_shown`. `total_bytes` is 0 when nobody knows. `out` outlives this.
  ProgressBar(std::ostream& out, bool is_shown, int64_t total_bytes,
              std::function<absl::Time()> now);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  // Wipes the line away.
  ~ProgressBar();

  // `rows` of this run are done, up to that byte of the whole.
  void Show(int64_t rows, int64_t bytes);

 private:
  std::ostream& out_;
  const bool is_shown_;
  const int64_t total_bytes_;
  const std::function<absl::Time()> now_;
  const absl::Time start_;
  absl::Time last_ = absl::InfinitePast();
  size_t width_ = 0;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_PROGRESS_BAR_H_
