#include <memory>
#include <string>

#include "dsr/v1/report_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"
#include "dsrctl/report_source.h"
#include "dsrctl/sla_output.h"

namespace dsr::dsrctl {
namespace {

using ReportStub = v1::ReportService::Stub;

void AddSla(Group& group) {
  Command& command =
      group.Add("sla", "Tells how the 15 days are kept; ends with 8 when they were not");
  const auto request = command.Sends<v1::GetSlaReportRequest>();
  const auto database = std::make_shared<std::string>();
  command.Flag("--from", "from_time", "Received at or after, a day or an instant")
      .Flag("--to", "to_time", "Received before")
      .Flag("--as-of", "as_of_time", "As things stood then; now without")
      .Flag("--group-by", "group_by", "By what to count; several give each combination")
      .Flag("--requests", "include_requests", "List the requests too, by due time, at most 10 000")
      .Text("--db", database.get(), "Read this database file, such as a backup, and ask no server")
      .Offers(Format::kHtml)
      .Example("dsrctl report sla")
      .Example("dsrctl report sla --from 2026-01-01 --to 2026-02-01 --requests -o csv")
      .Example("dsrctl report sla --group-by month --group-by region --as-of 2026-07-01")
      .Example("dsrctl report sla --db /backup/dsrd.db -o html > report.html")
      .Runs([request, database](Context& context) -> absl::StatusOr<ExitCode> {
        DSR_ASSIGN_OR_RETURN(const v1::SlaReport report,
                             FetchSlaReport(context, *database, *request));
        PrintSlaReport(context.output, report, request->include_requests());
        return report.total().breached() > 0 ? ExitCode::kFindings : ExitCode::kOk;
      });
}

void AddYearly(Group& group) {
  Command& command =
      group.Add("yearly", "Counts a year's requests by type and outcome, for publication");
  const auto request = command.Sends<v1::GetYearlyReportRequest>();
  const auto database = std::make_shared<std::string>();
  command.Flag("YEAR", "year", "The calendar year", Need::kRequired)
      .Text("--db", database.get(), "Read this database file, such as a backup, and ask no server")
      .Example("dsrctl report yearly 2026 -o csv")
      .Runs([request, database](Context& context) -> absl::StatusOr<ExitCode> {
        DSR_ASSIGN_OR_RETURN(const v1::YearlyReport report,
                             FetchYearlyReport(context, *database, *request));
        PrintYearlyReport(context.output, report);
        return ExitCode::kOk;
      });
}

void AddBreaches(Group& group) {
  Command& command = group.Add(
      "breaches", "Lists the breached requests, first filed first; ends with 8 when there is one");
  const auto request = command.Sends<v1::ListBreachesRequest>();
  const auto limit = std::make_shared<int64_t>(0);
  command.Number("--limit", limit.get(), "Print at most so many; all without")
      .Example("dsrctl report breaches --limit 100")
      .Runs([request, limit](Context& context) -> absl::StatusOr<ExitCode> {
        bool found = false;
        DSR_ASSIGN_OR_RETURN(
            const ExitCode code,
            PrintPages(context, *request, "", *limit,
                       [&](const google::protobuf::Message& page)
                           -> absl::StatusOr<std::unique_ptr<google::protobuf::Message>> {
                         DSR_ASSIGN_OR_RETURN(
                             auto answer, context.session.Call(
                                              &ReportStub::ListBreaches,
                                              static_cast<const v1::ListBreachesRequest&>(page)));
                         found = found || !answer.breaches().empty();
                         return std::make_unique<v1::ListBreachesResponse>(std::move(answer));
                       }));
        return found && code == ExitCode::kOk ? ExitCode::kFindings : code;
      });
}

}  // namespace

void AddReportCommands(CommandTree& tree) {
  Group group = tree.AddGroup("report", "Reports on deadlines");
  AddSla(group);
  AddYearly(group);
  AddBreaches(group);
}

}  // namespace dsr::dsrctl
