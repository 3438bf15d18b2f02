#include "app/reporter.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "app/breach_list.h"
#include "app/policy_as_of.h"
#include "app/recipient_times.h"
#include "app/request_moment.h"
#include "app/sla_charts.h"
#include "app/sla_counter.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {
namespace {

constexpr size_t kMaxLines = 10'000;
constexpr int64_t kProgressEvery = 10'000;
constexpr char kNobody[] = "-";

// Keeps the requests that are due first, and no more than kMaxLines of them.
class FirstDue {
 public:
  void Add(const RequestMoment& moment) {
    Line line = {.due = moment.due(), .id = moment.row().id};
    if (lines_.size() == kMaxLines) {
      if (!IsBefore(line, lines_.front())) return;
      std::pop_heap(lines_.begin(), lines_.end(), IsBefore);
      lines_.pop_back();
    }
    line.line = LineOf(moment);
    lines_.push_back(std::move(line));
    std::push_heap(lines_.begin(), lines_.end(), IsBefore);
  }

  void Finish(v1::SlaReport& report) {
    std::sort(lines_.begin(), lines_.end(), IsBefore);
    for (Line& line : lines_) *report.add_lines() = std::move(line.line);
  }

 private:
  struct Line {
    absl::Time due;
    RequestId id;
    v1::SlaLine line;
  };

  static bool IsBefore(const Line& a, const Line& b) {
    return std::tie(a.due, a.id) < std::tie(b.due, b.id);
  }

  static v1::SlaLine LineOf(const RequestMoment& moment) {
    const SlaRow& row = moment.row();
    v1::SlaLine line;
    line.set_request(RequestName(row.id));
    line.set_type(row.type);
    line.set_phase(moment.Phase());
    *line.mutable_received_time() = ToTimestamp(row.received);
    *line.mutable_due_time() = ToTimestamp(moment.due());
    if (moment.is_answered()) {
      *line.mutable_response_time() = ToTimestamp(row.answered);
      line.set_outcome(row.outcome);
    }
    line.set_breached(moment.is_breached());
    return line;
  }

  std::vector<Line> lines_;
};

std::string KeyOf(const RequestMoment& moment, v1::SlaDimension dimension, absl::TimeZone zone) {
  const auto or_nobody = [](std::string text) { return text.empty() ? kNobody : text; };
  switch (dimension) {
    case v1::SLA_DIMENSION_TYPE:
      return moment.row().type;
    case v1::SLA_DIMENSION_CHANNEL:
      return or_nobody(moment.row().course.channel());
    case v1::SLA_DIMENSION_MONTH:
      return MonthOf(moment.row().received, zone);
    case v1::SLA_DIMENSION_REGION:
      return or_nobody(moment.row().course.region());
    case v1::SLA_DIMENSION_OWNER:
      return or_nobody(moment.Owner());
    default:
      return "";
  }
}

absl::Status CheckQuery(const SlaQuery& query) {
  if (query.to < query.from) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "to_time",
                          "must not be before from_time");
  }
  std::set<v1::SlaDimension> seen;
  for (const v1::SlaDimension dimension : query.group_by) {
    if (!v1::SlaDimension_IsValid(dimension) || dimension == v1::SLA_DIMENSION_UNSPECIFIED ||
        !seen.insert(dimension).second) {
      return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "group_by",
                            "names TYPE, CHANNEL, MONTH, REGION and OWNER, each at most once");
    }
  }
  return absl::OkStatus();
}

// Everything about requests, in one pass.
class SlaPass {
 public:
  SlaPass(const SlaQuery& query, std::vector<v1::SlaDimension> group_by)
      : query_(query), group_by_(std::move(group_by)), charts_(query.as_of, query.zone) {}

  void Add(const SlaRow& row) {
    if (query_.progress != nullptr && ++read_ % kProgressEvery == 0) query_.progress(read_);
    const std::optional<RequestMoment> moment = RequestMoment::Of(row, query_.as_of);
    if (!moment.has_value()) return;
    std::vector<std::string> keys;
    for (const v1::SlaDimension dimension : group_by_)
      keys.push_back(KeyOf(*moment, dimension, query_.zone));
    total_.Add(*moment, query_.as_of);
    groups_[std::move(keys)].Add(*moment, query_.as_of);
    charts_.Add(*moment);
    breaches_.Add(*moment);
    if (query_.include_requests) lines_.Add(*moment);
  }

  void Finish(v1::SlaReport& report) {
    for (const auto& [keys, counter] : groups_) {
      v1::SlaGroup& group = *report.add_groups();
      group = counter.Finish();
      for (size_t i = 0; i < keys.size(); ++i) {
        group.add_keys(keys[i]);
        if (group_by_[i] == v1::SLA_DIMENSION_TYPE) group.set_type(keys[i]);
      }
    }
    *report.mutable_total() = total_.Finish();
    charts_.Finish(report);
    breaches_.Finish(report);
    lines_.Finish(report);
  }

 private:
  const SlaQuery& query_;
  const std::vector<v1::SlaDimension> group_by_;
  SlaCounter total_;
  std::map<std::vector<std::string>, SlaCounter> groups_;
  SlaCharts charts_;
  BreachList breaches_;
  FirstDue lines_;
  int64_t read_ = 0;
};

}  // namespace

absl::StatusOr<SlaQuery> SlaQueryFrom(ReadView& view, const v1::GetSlaReportRequest& request,
                                      absl::Time now) {
  SlaQuery query;
  query.as_of = request.has_as_of_time() ? FromTimestamp(request.as_of_time()) : now;
  if (query.as_of > now) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "as_of_time",
                          "must not be in the future");
  }
  if (request.has_from_time()) query.from = FromTimestamp(request.from_time());
  if (request.has_to_time()) query.to = FromTimestamp(request.to_time());
  query.include_requests = request.include_requests();
  for (const int dimension : request.group_by())
    query.group_by.push_back(static_cast<v1::SlaDimension>(dimension));
  DSR_ASSIGN_OR_RETURN(const v1::Policy policy, PolicyAsOf(view, query.as_of));
  DSR_ASSIGN_OR_RETURN(query.zone, LoadZone(policy.time_zone()));
  for (const v1::DeadlineProfile& profile : policy.deadline_profiles()) {
    if (profile.name() == policy.deadline_profile())
      query.deadline_days = profile.length().civil_days();
  }
  return query;
}

absl::StatusOr<v1::SlaReport> MakeSlaReport(ReadView& view, const SlaQuery& query) {
  DSR_RETURN_IF_ERROR(CheckQuery(query));
  std::vector<v1::SlaDimension> group_by = query.group_by;
  if (group_by.empty()) group_by.push_back(v1::SLA_DIMENSION_TYPE);
  v1::SlaReport report;
  *report.mutable_as_of_time() = ToTimestamp(query.as_of);
  if (query.from != absl::InfinitePast()) *report.mutable_from_time() = ToTimestamp(query.from);
  if (query.to != absl::InfiniteFuture()) *report.mutable_to_time() = ToTimestamp(query.to);
  for (const v1::SlaDimension dimension : group_by) report.add_group_by(dimension);
  report.set_time_zone(query.zone.name());
  report.set_deadline_days(query.deadline_days);
  SlaPass pass(query, group_by);
  DSR_RETURN_IF_ERROR(view.ScanSla(query.from, query.to, [&](const SlaRow& row) {
    pass.Add(row);
    return absl::OkStatus();
  }));
  pass.Finish(report);
  DSR_RETURN_IF_ERROR(AddRecipientTimes(view, query.from, query.to, query.as_of, report));
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
