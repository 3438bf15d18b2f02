#include "dsrctl/progress_bar.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dsr::dsrctl {
namespace {

constexpr int kBarWidth = 24;
constexpr absl::Duration kPause = absl::Milliseconds(100);

}  // namespace

std::string ProgressText(int64_t rows, double rows_a_second, int64_t bytes, int64_t total_bytes) {
  std::string text;
  if (total_bytes > 0) {
    const int64_t done = std::min(bytes, total_bytes);
    const auto filled = static_cast<size_t>(kBarWidth * done / total_bytes);
    absl::StrAppendFormat(&text, "[%s%s] %3d %%  ", std::string(filled, '#'),
                          std::string(kBarWidth - filled, '.'), 100 * done / total_bytes);
  }
  absl::StrAppendFormat(&text, "%d rows, %.0f/s", rows, rows_a_second);
  return text;
}

ProgressBar::ProgressBar(std::ostream& out, bool is_shown, int64_t total_bytes,
                         std::function<absl::Time()> now)
    : out_(out),
      is_shown_(is_shown),
      total_bytes_(total_bytes),
      now_(std::move(now)),
      start_(now_()) {}

ProgressBar::~ProgressBar() {
  if (width_ > 0) out_ << '\r' << std::string(width_, ' ') << '\r' << std::flush;
}

void ProgressBar::Show(int64_t rows, int64_t bytes) {
  if (!is_shown_) return;
  const absl::Time now = now_();
  if (now < last_ + kPause) return;
  last_ = now;
  const double seconds = std::max(absl::ToDoubleSeconds(now - start_), 0.001);
  std::string text = ProgressText(rows, static_cast<double>(rows) / seconds, bytes, total_bytes_);
  const size_t width = text.size();
  // What was longer before is covered.
  text.resize(std::max(width, width_), ' ');
  width_ = width;
  out_ << '\r' << text << std::flush;
}

}  // namespace dsr::dsrctl
