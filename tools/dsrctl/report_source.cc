#include "dsrctl/report_source.h"

#include "app/reporter.h"
#include "dsr/base/clock.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/report_service.grpc.pb.h"
#include "dsrctl/given_database.h"
#include "dsrctl/progress_bar.h"

namespace dsr::dsrctl {
namespace {

using SourceStub = v1::ReportService::Stub;

}  // namespace

absl::StatusOr<v1::SlaReport> FetchSlaReport(Context& context, const std::string& database,
                                             const v1::GetSlaReportRequest& request) {
  if (database.empty()) return context.session.Call(&SourceStub::GetSlaReport, request);
  SystemClock clock;
  v1::SlaReport report;
  DSR_ASSIGN_OR_RETURN(GivenDatabase file, GivenDatabase::Open(database));
  DSR_RETURN_IF_ERROR(file.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(SlaQuery query, SlaQueryFrom(view, request, clock.Now()));
    DSR_ASSIGN_OR_RETURN(const int64_t stored, view.EstimateRequests());
    ProgressBar bar(context.streams.err, context.streams.err_is_terminal, stored,
                    [&clock] { return clock.Now(); });
    query.progress = [&bar](int64_t read) { bar.Show(read, read); };
    DSR_ASSIGN_OR_RETURN(report, MakeSlaReport(view, query));
    return absl::OkStatus();
  }));
  return report;
}

absl::StatusOr<v1::YearlyReport> FetchYearlyReport(Context& context, const std::string& database,
                                                   const v1::GetYearlyReportRequest& request) {
  if (database.empty()) return context.session.Call(&SourceStub::GetYearlyReport, request);
  SystemClock clock;
  v1::YearlyReport report;
  DSR_ASSIGN_OR_RETURN(GivenDatabase file, GivenDatabase::Open(database));
  DSR_RETURN_IF_ERROR(file.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(report, MakeYearlyReport(view, request.year(), clock.Now()));
    return absl::OkStatus();
  }));
  return report;
}

}  // namespace dsr::dsrctl
