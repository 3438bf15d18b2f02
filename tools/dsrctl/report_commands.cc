#include <memory>

#include "dsr/v1/report_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {
namespace {

using ReportStub = v1::ReportService::Stub;

void PrintLines(Output& output, const v1::SlaReport& report) {
  output.BeginList(ColumnsOf(*v1::SlaLine::descriptor()));
  for (const v1::SlaLine& line : report.lines()) output.ListItem(line);
  output.EndList();
}

void PrintGroups(Output& output, const v1::SlaReport& report) {
  output.BeginList(ColumnsOf(*v1::SlaGroup::descriptor()));
  for (const v1::SlaGroup& group : report.groups()) output.ListItem(group);
  v1::SlaGroup total = report.total();
  total.set_type("total");
  output.ListItem(total);
  output.EndList();
}

void PrintReport(Context& context, const v1::SlaReport& report, bool with_requests) {
  Output& output = context.output;
  if (output.is_json()) {
    output.Item(report);
  } else if (output.format() == Format::kCsv) {
    // A CSV file is one table.
    with_requests ? PrintLines(output, report) : PrintGroups(output, report);
  } else {
    PrintGroups(output, report);
    if (with_requests) {
      output.Raw("\n");
      PrintLines(output, report);
    }
  }
}

void AddSla(Group& group) {
  Command& command = group.Add("sla", "Counts how the 15 days are kept, by type");
  const auto request = command.Sends<v1::GetSlaReportRequest>();
  const auto fail = std::make_shared<bool>(false);
  command.Flag("--from", "from_time", "Received at or after, a day or an instant")
      .Flag("--to", "to_time", "Received before")
      .Flag("--as-of", "as_of_time", "As things stood then; now without")
      .Flag("--requests", "include_requests", "List the requests too, by due time, at most 10 000")
      .Switch("--fail", fail.get(), "End with 8 when a request is overdue or was ever breached")
      .Example("dsrctl report sla")
      .Example("dsrctl report sla --from 2026-01-01 --to 2026-02-01 --requests -o csv")
      .Runs([request, fail](Context& context) -> absl::StatusOr<ExitCode> {
        DSR_ASSIGN_OR_RETURN(const v1::SlaReport report,
                             context.session.Call(&ReportStub::GetSlaReport, *request));
        PrintReport(context, report, request->include_requests());
        const bool late = report.total().overdue() > 0 || report.total().breached() > 0;
        return *fail && late ? ExitCode::kFindings : ExitCode::kOk;
      });
}

void AddBreaches(Group& group) {
  Command& command = group.Add("breaches", "Lists the breached requests, latest breach first");
  const auto request = command.Sends<v1::ListBreachesRequest>();
  const auto limit = std::make_shared<int64_t>(0);
  const auto fail = std::make_shared<bool>(false);
  command.Number("--limit", limit.get(), "Print at most so many; all without")
      .Switch("--fail", fail.get(), "End with 8 when there is one")
      .Example("dsrctl report breaches --fail")
      .Runs([request, limit, fail](Context& context) -> absl::StatusOr<ExitCode> {
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
        return *fail && found ? ExitCode::kFindings : code;
      });
}

}  // namespace

void AddReportCommands(CommandTree& tree) {
  Group group = tree.AddGroup("report", "Reports on deadlines");
  AddSla(group);
  AddBreaches(group);
}

}  // namespace dsr::dsrctl
