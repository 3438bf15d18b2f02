// `dsrctl request timeline`: what happened to a request against the clock.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "dsr/base/clock.h"
#include "dsr/base/proto_time.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"
#include "dsrctl/timeline.h"
#include "dsrctl/timeline_svg.h"
#include "dsrctl/timeline_text.h"

namespace dsr::dsrctl {
namespace {

using TimelineStub = v1::RequestService::Stub;

constexpr int kEventsAPage = 1000;
constexpr int kWidthWithoutTerminal = 100;

int WidthOf(const Streams& streams) {
  winsize size = {};
  const bool is_known = streams.out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return is_known && size.ws_col > 0 ? size.ws_col : kWidthWithoutTerminal;
}

absl::StatusOr<std::vector<v1::RequestEvent>> ReadEvents(Session& session,
                                                         const std::string& request) {
  std::vector<v1::RequestEvent> events;
  v1::ListRequestEventsRequest in;
  in.set_parent(request);
  in.set_page_size(kEventsAPage);
  do {
    DSR_ASSIGN_OR_RETURN(const v1::ListRequestEventsResponse page,
                         session.Call(&TimelineStub::ListRequestEvents, in));
    events.insert(events.end(), page.events().begin(), page.events().end());
    in.set_page_token(page.next_page_token());
  } while (!in.page_token().empty());
  return events;
}

absl::StatusOr<ExitCode> Draw(Context& context, const v1::GetRequestRequest& in) {
  DSR_ASSIGN_OR_RETURN(const v1::Request request,
                       context.session.Call(&TimelineStub::GetRequest, in));
  DSR_ASSIGN_OR_RETURN(const std::vector<v1::RequestEvent> events,
                       ReadEvents(context.session, in.name()));
  Output& output = context.output;
  if (output.is_json() || output.format() == Format::kCsv) {
    output.BeginList(ColumnsOf(*v1::RequestEvent::descriptor()));
    for (const v1::RequestEvent& event : events) output.ListItem(event);
    output.EndList();
    return ExitCode::kOk;
  }
  // The server's clock may be ahead of this machine's.
  const absl::Time now = std::max(SystemClock().Now(), FromTimestamp(request.update_time()));
  const Timeline timeline = MakeTimeline(request, events, now, output.zone());
  output.Raw(output.format() == Format::kSvg
                 ? TimelineSvg(timeline)
                 : TimelineText(timeline, WidthOf(context.streams), output.colour()));
  return ExitCode::kOk;
}

}  // namespace

void AddTimeline(Group& requests) {
  Command& command = requests.Add("timeline", "Draws what happened to a request against the clock");
  const auto request = command.Sends<v1::GetRequestRequest>();
  command.Name("REQUEST", "name", "requests/*", "The request", Need::kRequired)
      .Offers(Format::kSvg)
      .Example("dsrctl request timeline 01jd2m8q7r5v9x3c6b4n1k0wte")
      .Example("dsrctl request timeline 01jd2m8q7r5v9x3c6b4n1k0wte -o svg > timeline.svg")
      .Runs([request](Context& context) { return Draw(context, *request); });
}

}  // namespace dsr::dsrctl
