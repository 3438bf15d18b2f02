#include "app/reporter.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr size_t kMaxLines = 10'000;
constexpr absl::Duration kDueSoon = absl::Hours(72);

// Counts one type, or all.
class Counter {
 public:
  void Add(const SlaRow& row, absl::Time as_of) {
    group_.set_received(group_.received() + 1);
    if (row.breached <= as_of) group_.set_breached(group_.breached() + 1);
    if (row.answered <= as_of) {
      AddAnswered(row);
    } else if (as_of >= row.due) {
      group_.set_overdue(group_.overdue() + 1);
    } else {
      group_.set_open(group_.open() + 1);
      if (row.due <= as_of + kDueSoon) group_.set_due_soon(group_.due_soon() + 1);
    }
  }

  v1::SlaGroup Finish(const std::string& type) {
    group_.set_type(type);
    group_.set_median_answer_seconds(Median());
    return group_;
  }

 private:
  void AddAnswered(const SlaRow& row) {
    if (row.answered < row.due) {
      group_.set_answered_in_time(group_.answered_in_time() + 1);
    } else {
      group_.set_answered_late(group_.answered_late() + 1);
    }
    if (row.outcome == v1::OUTCOME_REFUSED || row.outcome == v1::OUTCOME_NOT_VERIFIED) {
      group_.set_refused(group_.refused() + 1);
    }
    if (row.outcome == v1::OUTCOME_WITHDRAWN) group_.set_withdrawn(group_.withdrawn() + 1);
    const int64_t seconds = absl::ToInt64Seconds(row.answered - row.received);
    group_.set_max_answer_seconds(std::max(group_.max_answer_seconds(), seconds));
    seconds_.push_back(seconds);
  }

  // The middle one; between two middle ones, their mean.
  int64_t Median() {
    if (seconds_.empty()) return 0;
    const auto middle = seconds_.begin() + static_cast<std::ptrdiff_t>(seconds_.size() / 2);
    std::nth_element(seconds_.begin(), middle, seconds_.end());
    if (seconds_.size() % 2 == 1) return *middle;
    const int64_t below = *std::max_element(seconds_.begin(), middle);
    return below + (*middle - below) / 2;
  }

  v1::SlaGroup group_;
  std::vector<int64_t> seconds_;
};

// Keeps the rows that are due first, and no more than kMaxLines of them.
class FirstDue {
 public:
  void Add(const SlaRow& row) {
    if (rows_.size() == kMaxLines) {
      if (!Before(row, rows_.front())) return;
      std::pop_heap(rows_.begin(), rows_.end(), Before);
      rows_.pop_back();
    }
    rows_.push_back(row);
    std::push_heap(rows_.begin(), rows_.end(), Before);
  }

  const std::vector<SlaRow>& Sorted() {
    std::sort(rows_.begin(), rows_.end(), Before);
    return rows_;
  }

 private:
  static bool Before(const SlaRow& a, const SlaRow& b) {
    return std::tie(a.due, a.id) < std::tie(b.due, b.id);
  }

  std::vector<SlaRow> rows_;
};

v1::SlaLine LineAsOf(const SlaRow& row, absl::Time as_of) {
  v1::SlaLine line;
  line.set_request(RequestName(row.id));
  line.set_type(row.type);
  line.set_phase(row.phase);
  *line.mutable_received_time() = ToTimestamp(row.received);
  *line.mutable_due_time() = ToTimestamp(row.due);
  if (row.answered <= as_of) {
    *line.mutable_response_time() = ToTimestamp(row.answered);
    line.set_outcome(row.outcome);
  } else if (row.answered != absl::InfiniteFuture()) {
    // It was answered later; in which phase it was then is not kept in this index.
    line.clear_phase();
  }
  line.set_breached(row.breached <= as_of);
  return line;
}

}  // namespace

absl::StatusOr<v1::SlaReport> MakeSlaReport(ReadView& view, const SlaQuery& query) {
  if (query.to < query.from) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "to_time",
                          "must not be before from_time");
  }
  Counter total;
  std::map<std::string, Counter> types;
  FirstDue lines;
  DSR_RETURN_IF_ERROR(view.ScanSla(query.from, query.to, [&](const SlaRow& row) -> absl::Status {
    // What nobody asked for is owed to nobody.
    if (row.received > query.as_of || row.due == absl::InfiniteFuture()) return absl::OkStatus();
    total.Add(row, query.as_of);
    types[row.type].Add(row, query.as_of);
    if (query.include_requests) lines.Add(row);
    return absl::OkStatus();
  }));
  v1::SlaReport report;
  *report.mutable_as_of_time() = ToTimestamp(query.as_of);
  for (auto& [type, counter] : types) *report.add_groups() = counter.Finish(type);
  *report.mutable_total() = total.Finish("");
  for (const SlaRow& row : lines.Sorted()) *report.add_lines() = LineAsOf(row, query.as_of);
  return report;
}

v1::SlaLine SlaLineOf(const v1::Request& request) {
  v1::SlaLine line;
  line.set_request(request.name());
  line.set_type(request.type());
  line.set_phase(request.phase());
  *line.mutable_received_time() = request.received_time();
  *line.mutable_due_time() = request.due_time();
  if (request.has_response()) {
    *line.mutable_response_time() = request.response().response_time();
    line.set_outcome(request.response().outcome());
  }
  line.set_breached(request.breached());
  return line;
}

absl::StatusOr<std::vector<v1::SlaLine>> ListBreaches(ReadView& view,
                                                      const std::optional<RequestId>& after,
                                                      int limit) {
  RequestQuery query;
  query.breached_only = true;
  query.after_id = after;
  query.limit = limit;
  DSR_ASSIGN_OR_RETURN(const std::vector<storage::v1::RequestState> requests,
                       view.ListRequests(query));
  std::vector<v1::SlaLine> lines;
  lines.reserve(requests.size());
  for (const storage::v1::RequestState& state : requests) {
    lines.push_back(SlaLineOf(state.request()));
  }
  return lines;
}

}  // namespace dsr
