// `dsrctl queue`: open requests as work to be done.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "dsr/base/proto_time.h"
#include "dsr/v1/request_service.grpc.pb.h"
#include "dsr/workflow/names.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {
namespace {

using QueueStub = v1::RequestService::Stub;

constexpr int64_t kUsualLimit = 50;
constexpr char kQueueCsv[] =
    "name=request.name,type=request.type,phase=request.phase,state=request.state,"
    "due_time=request.due_time,target_time=request.target_time,urgency,waits_for,next_action,"
    "next_roles,waits_for_names,assignee=request.assignee,deputy,team=request.team,"
    "escalation_role=request.escalation_role,channel=request.channel,region=request.region,"
    "breached=request.breached";

// Lower-case words of an enum's name without its prefix.
std::string WordsOf(const std::string& name, absl::string_view prefix) {
  std::string words = absl::AsciiStrToLower(name.substr(prefix.size()));
  return absl::StrReplaceAll(words, {{"_", " "}});
}

// Such as `2 d 3 h`; with `late` before what is overdue.
std::string TimeLeft(absl::Time due, absl::Time now) {
  const absl::Duration left = due > now ? due - now : now - due;
  const int64_t hours = absl::ToInt64Hours(left);
  std::string text;
  if (hours >= 24) {
    text = absl::StrCat(hours / 24, " d ", hours % 24, " h");
  } else if (hours > 0) {
    text = absl::StrCat(hours, " h ", absl::ToInt64Minutes(left) % 60, " min");
  } else {
    text = absl::StrCat(absl::ToInt64Minutes(left), " min");
  }
  return due > now ? text : absl::StrCat("late ", text);
}

std::string NextWords(const v1::QueueItem& item) {
  const std::string who = WordsOf(v1::WaitsFor_Name(item.waits_for()), "WAITS_FOR_");
  if (item.waits_for() == v1::WAITS_FOR_UNSPECIFIED) return "";
  if (!item.next_action().empty()) {
    return absl::StrCat(item.next_action(), " (",
                        item.waits_for() == v1::WAITS_FOR_REQUESTER
                            ? "when the requester did it"
                            : absl::StrJoin(item.next_roles(), ", "),
                        ")");
  }
  return item.waits_for_names().empty()
             ? absl::StrCat("waits for ", who)
             : absl::StrCat("waits for ", absl::StrJoin(item.waits_for_names(), ", "));
}

std::string OwnerWords(const v1::QueueItem& item) {
  std::string owner = item.request().assignee();
  if (owner.empty()) owner = "-";
  if (!item.deputy().empty()) absl::StrAppend(&owner, " (", item.deputy(), " stands in)");
  return owner;
}

Emphasis EmphasisOf(v1::Urgency urgency) {
  switch (urgency) {
    case v1::URGENCY_SOON:
      return Emphasis::kNotice;
    case v1::URGENCY_PRESSING:
      return Emphasis::kWarning;
    case v1::URGENCY_OVERDUE:
      return Emphasis::kAlarm;
    default:
      return Emphasis::kNone;
  }
}

void PrintItem(Output& output, const v1::QueueItem& item, absl::Time now) {
  if (output.format() != Format::kTable) return output.ListItem(item);
  const v1::Request& request = item.request();
  const bool is_owed = item.urgency() != v1::URGENCY_UNSPECIFIED;
  const absl::Time due = FromTimestamp(request.due_time());
  output.ListRecord(
      {is_owed ? absl::FormatTime("%Y-%m-%d %H:%M", due, output.zone()) : "-",
       is_owed ? TimeLeft(due, now) : "-",
       is_owed ? WordsOf(v1::Urgency_Name(item.urgency()), "URGENCY_") : "-",
       std::string(LastSegment(request.name())), request.type(),
       WordsOf(v1::Phase_Name(request.phase()), "PHASE_"), OwnerWords(item),
       request.team().empty() ? "-" : request.team(), NextWords(item),
       request.escalation_role().empty() ? "" : absl::StrCat("to ", request.escalation_role())},
      EmphasisOf(item.urgency()));
}

absl::StatusOr<ExitCode> PrintQueue(Context& context, v1::ListQueueRequest& request,
                                    int64_t limit) {
  Output& output = context.output;
  int64_t printed = 0;
  bool has_begun = false;
  while (limit == 0 || printed < limit) {
    if (limit != 0)
      request.set_page_size(static_cast<int32_t>(std::min<int64_t>(limit - printed, 1000)));
    absl::StatusOr<v1::ListQueueResponse> page =
        context.session.Call(&QueueStub::ListQueue, request);
    if (!page.ok()) {
      if (has_begun) output.EndList();
      return page.status();
    }
    // Titles above nothing would look like an empty queue.
    if (!std::exchange(has_begun, true))
      output.BeginList(
          ParseColumns(output.format() == Format::kTable
                           ? "due,left,urgency,request,type,phase,owner,team,next,escalated"
                           : kQueueCsv));
    for (const v1::QueueItem& item : page->items())
      PrintItem(output, item, FromTimestamp(page->server_time()));
    printed += page->items_size();
    request.set_page_token(page->next_page_token());
    if (page->next_page_token().empty()) break;
  }
  output.EndList();
  if (!request.page_token().empty() && output.format() == Format::kTable) {
    context.streams.err << "There are more; --limit 0 prints all.\n";
  }
  return ExitCode::kOk;
}

}  // namespace

void AddQueueCommand(CommandTree& tree) {
  Command& command =
      tree.Add("queue", "Lists what is to be done, by due time, with whose turn it is");
  const auto request = command.Sends<v1::ListQueueRequest>();
  const auto limit = std::make_shared<int64_t>(kUsualLimit);
  command.Flag("--mine", "mine", "What you work on, and what absent colleagues left to you")
      .Flag("--role", "role", "Where it is this role's turn, or was escalated to it")
      .Flag("--team", "team", "Of this team")
      .Flag("--assignee", "assignee", "Of this principal")
      .Flag("--unassigned", "unassigned", "Of nobody yet")
      .Flag("--type", "type", "Of this type")
      .Flag("--channel", "channel", "From this channel")
      .Flag("--region", "region", "From this region, such as DE or CN-33")
      .Flag("--phase", "phase", "In this phase")
      .Number("--limit", limit.get(), "Print at most so many, 50 without; 0 for all")
      .Example("dsrctl queue --mine")
      .Example("dsrctl queue --role verifier --limit 20")
      .Example("dsrctl queue --team customer-service --unassigned -o jsonl --limit 0")
      .Runs([request, limit](Context& context) { return PrintQueue(context, *request, *limit); });
}

}  // namespace dsr::dsrctl
