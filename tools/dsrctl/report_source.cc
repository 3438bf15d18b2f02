#include "dsrctl/report_source.h"

#include <functional>
#include <memory>

#include "app/reporter.h"
#include "dsr/base/clock.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/report_service.grpc.pb.h"
#include "dsrctl/progress_bar.h"
#include "store/sqlite/database_reader.h"

namespace dsr::dsrctl {
namespace {

using SourceStub = v1::ReportService::Stub;

// What a server could not do is about the file here, and mended there.
absl::Status AboutFile(const absl::Status& status, const std::string& database) {
  const v1::ErrorReason reason = ReasonOf(status);
  if (reason != v1::ERROR_REASON_RETRY_LATER && reason != v1::ERROR_REASON_INTERNAL) return status;
  return MakeError(status.code(), reason, status.message(), {{"database", database}});
}

// Reads the file from one snapshot.
absl::Status ReadFrom(const std::string& database,
                      const std::function<absl::Status(ReadView&)>& body) {
  const absl::StatusOr<std::unique_ptr<sqlite::DatabaseReader>> reader =
      sqlite::DatabaseReader::Open(database);
  return AboutFile(reader.ok() ? (*reader)->Read(body) : reader.status(), database);
}

}  // namespace

absl::StatusOr<v1::SlaReport> FetchSlaReport(Context& context, const std::string& database,
                                             const v1::GetSlaReportRequest& request) {
  if (database.empty()) return context.session.Call(&SourceStub::GetSlaReport, request);
  SystemClock clock;
  v1::SlaReport report;
  DSR_RETURN_IF_ERROR(ReadFrom(database, [&](ReadView& view) -> absl::Status {
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
  DSR_RETURN_IF_ERROR(ReadFrom(database, [&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(report, MakeYearlyReport(view, request.year(), clock.Now()));
    return absl::OkStatus();
  }));
  return report;
}

}  // namespace dsr::dsrctl
