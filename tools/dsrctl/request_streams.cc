#include <cstdint>
#include <memory>
#include <string>

#include "dsr/v1/request_service.grpc.pb.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"
#include "dsrctl/download.h"

namespace dsr::dsrctl {
namespace {

using RequestStub = v1::RequestService::Stub;

absl::StatusOr<ExitCode> Watch(Context& context, v1::WatchRequestsRequest& request, int64_t count) {
  context.output.BeginList(ColumnsOf(*v1::WatchRequestsResponse::descriptor()));
  int64_t printed = 0;
  int failures = 0;
  absl::Status status;
  while (true) {
    status = context.session.Stream(
        &RequestStub::WatchRequests, request,
        [&](const v1::WatchRequestsResponse& response) -> absl::StatusOr<bool> {
          failures = 0;
          request.set_resume_token(response.resume_token());
          if (!response.has_request()) return true;
          context.output.ListItem(response);
          context.output.Flush();
          ++printed;
          return count == 0 || printed < count;
        });
    // The server's cap on calls ends a quiet stream; the token goes on where it was.
    const bool resumable = status.code() == absl::StatusCode::kUnavailable ||
                           status.code() == absl::StatusCode::kDeadlineExceeded;
    if (!resumable || ++failures >= kAttempts) break;
    context.session.BackOff(failures - 1);
  }
  context.output.EndList();
  DSR_RETURN_IF_ERROR(status);
  return ExitCode::kOk;
}

void AddWatch(Group& requests) {
  Command& command = requests.Add("watch", "Prints requests as they change, until Ctrl-C");
  const auto request = command.Sends<v1::WatchRequestsRequest>();
  const auto count = std::make_shared<int64_t>(0);
  command.Flag("--type", "type", "Only this type")
      .Flag("--channel", "channel", "Only from this channel")
      .Flag("--region", "region", "Only from this region")
      .Flag("--team", "team", "Only of this team")
      .Flag("--assignee", "assignee", "Only of this principal")
      .Flag("--resume", "resume_token", "Go on from the resume token of an earlier line")
      .Number("--count", count.get(), "End after so many lines")
      .Example("dsrctl request watch -o jsonl")
      .Example("dsrctl request watch --type deletion --count 1")
      .Runs([request, count](Context& context) { return Watch(context, *request, *count); });
}

void AddDownload(Group& requests) {
  Command& command =
      requests.Add("download", "Fetches the package of an access or copy request, once");
  const auto request = command.Sends<v1::DownloadPackageRequest>();
  const auto to = std::make_shared<std::string>();
  command.Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .TextFile("--grant-file", "grant", "The grant from the message to the requester",
                Need::kRequired)
      .Text("--to", to.get(), "Where to write it; an interrupted download goes on from TO.part",
            Need::kRequired)
      .Example("dsrctl request download ID --grant-file grant.txt --to package.zip")
      .Runs([request, to](Context& context) -> absl::StatusOr<ExitCode> {
        DSR_ASSIGN_OR_RETURN(const v1::Package package, DownloadPackage(context, *request, *to));
        context.output.Item(package);
        return ExitCode::kOk;
      });
}

}  // namespace

void AddRequestStreams(Group& requests) {
  AddWatch(requests);
  AddDownload(requests);
}

}  // namespace dsr::dsrctl
