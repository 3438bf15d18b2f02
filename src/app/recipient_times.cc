#include "app/recipient_times.h"

#include <algorithm>
#include <map>
#include <string>

#include "app/duration_sketch.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// Tells whether the notice was there, and the recipient's, at `time`.
bool IsItsAt(const NoticeRow& row, absl::Time time) {
  return std::max(row.id.time(), row.since) <= time && time < row.until;
}

// Counts the notices of one recipient.
class RecipientCounter {
 public:
  void Add(const NoticeRow& row, absl::Time as_of) {
    const absl::Time begin = std::max(row.id.time(), row.since);
    line_.set_notices(line_.notices() + 1);
    if (row.acknowledged <= as_of)
      acknowledged_.Add(absl::ToInt64Seconds(row.acknowledged - begin));
    if (row.ended > as_of) {
      row.due <= as_of ? line_.set_overdue(line_.overdue() + 1) : line_.set_open(line_.open() + 1);
      return;
    }
    if (row.due <= row.ended) line_.set_late(line_.late() + 1);
    switch (row.state) {
      case v1::Notice::STATE_COMPLETED:
        line_.set_completed(line_.completed() + 1);
        completed_.Add(absl::ToInt64Seconds(row.ended - begin));
        return;
      case v1::Notice::STATE_OBJECTED:
        line_.set_objected(line_.objected() + 1);
        return;
      default:
        line_.set_other(line_.other() + 1);
    }
  }

  v1::SlaRecipient Finish(const std::string& recipient) const {
    v1::SlaRecipient line = line_;
    line.set_recipient(recipient);
    line.set_median_acknowledge_seconds(acknowledged_.Median());
    line.set_median_complete_seconds(completed_.Median());
    line.set_p90_complete_seconds(completed_.Percentile(90));
    line.set_max_complete_seconds(completed_.max());
    return line;
  }

 private:
  v1::SlaRecipient line_;
  DurationSketch acknowledged_;
  DurationSketch completed_;
};

}  // namespace

absl::Status AddRecipientTimes(ReadView& view, absl::Time from, absl::Time to, absl::Time as_of,
                               v1::SlaReport& report) {
  std::map<std::string, RecipientCounter> counters;
  DSR_RETURN_IF_ERROR(view.ScanNotices(from, to, [&](const NoticeRow& row) {
    if (IsItsAt(row, as_of)) counters[row.recipient].Add(row, as_of);
    return absl::OkStatus();
  }));
  for (const auto& [recipient, counter] : counters)
    *report.add_recipients() = counter.Finish(recipient);
  return absl::OkStatus();
}

}  // namespace dsr
