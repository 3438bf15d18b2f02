#include <memory>

#include "dsr/base/status_macros.h"
#include "dsr/v1/notice_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/columns.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {
namespace {

using Stub = v1::NoticeService::Stub;

constexpr char kNotice[] = "requests/*/notices/*";
constexpr char kWholeName[] = "The notice's whole name";

absl::StatusOr<ExitCode> Follow(Context& context, const v1::StreamNoticesRequest& request,
                                int64_t count) {
  context.output.BeginList(ColumnsOf(*v1::Notice::descriptor()));
  int64_t printed = 0;
  const absl::Status status = context.session.Stream(
      &Stub::StreamNotices, request, [&](const v1::Notice& notice) -> absl::StatusOr<bool> {
        context.output.ListItem(notice);
        context.output.Flush();
        ++printed;
        return count == 0 || printed < count;
      });
  context.output.EndList();
  DSR_RETURN_IF_ERROR(status);
  return ExitCode::kOk;
}

// What recipients do.
void AddRecipientsSide(Group& group) {
  AddList(group, "pull", "Fetches the calling recipient's open notices", &Stub::PullNotices)
      .Flag("--max", "max_notices", "At most so many, up to 500; 50 without")
      .Flag("--wait", "wait", "How long to wait when there is none, up to 20s")
      .Example("dsrctl notice pull --wait 20s -o jsonl");

  Command& follow =
      group.Add("follow", "Prints the calling recipient's notices as they come, until Ctrl-C");
  const auto request = follow.Sends<v1::StreamNoticesRequest>();
  const auto count = std::make_shared<int64_t>(0);
  follow.Number("--count", count.get(), "End after so many")
      .Example("dsrctl notice follow -o jsonl")
      .Runs([request, count](Context& context) { return Follow(context, *request, *count); });

  AddCallForEach(group, "ack", "Says that the recipient has seen notices", kNotice,
                 &Stub::AcknowledgeNotice)
      .Example("dsrctl notice ack requests/ID/notices/ID requests/ID/notices/ID");

  AddCallForEach(group, "complete", "Says that the recipient has done what notices ask", kNotice,
                 &Stub::CompleteNotice)
      .Flag("--records", "records", "Records erased or corrected")
      .Flag("--told", "onward_told",
            "A recipient it passed the data on to, and told; once for each")
      .JsonFile("--receipt", "receipt", "Its signature, as dsr.v1.Receipt in protobuf JSON")
      .Example("dsrctl notice complete requests/ID/notices/ID --records 12")
      .Example("dsrctl notice complete requests/ID/notices/ID --told recipients/carrier");

  AddCall(group, "object", "Says that the recipient will not do it, and why", &Stub::ObjectToNotice)
      .Name("NOTICE", "name", kNotice, kWholeName, Need::kRequired)
      .Flag("--ground", "objection.ground", "The ground, such as own-retention-law",
            Need::kRequired)
      .Flag("--law", "objection.law", "The law it relies on", Need::kRequired)
      .Flag("--until", "objection.until", "The last day it keeps the data, YYYY-MM-DD")
      .JsonFile("--receipt", "receipt", "Its signature, as dsr.v1.Receipt in protobuf JSON")
      .Example(
          "dsrctl notice object requests/ID/notices/ID --ground own-retention-law"
          " --law 'Payment Rules, article 20' --until 2031-12-31");
}

// What people look at.
void AddViews(Group& group) {
  std::shared_ptr<v1::ListNoticesRequest> list;
  Command& command =
      AddList(group, "list", "Lists notices: of a request, or all that need a person",
              &Stub::ListNotices, &list);
  list->set_parent("requests/-");
  command
      .Name("REQUEST", "parent", "requests/*",
            "The request; without, all that failed, are overdue, or were objected to")
      .Name("--recipient", "recipient", "recipients/*", "All open ones of this recipient instead")
      .Flag("--all", "show_ended", "With --recipient: those that have ended, too")
      .Columns(
          "name,recipient,kind,state,made=create_time,due=due_time,overdue,attempts,"
          "failure=failure_code,next=next_attempt_time,reminders,whose=escalated_to")
      .Example("dsrctl notice list 01jd2m8q7r5v9x3c6b4n1k0wte")
      .Example("dsrctl notice list --recipient ad-partner --all -o csv");

  AddCall(group, "show", "Shows a notice, with the attempts that failed", &Stub::GetNotice)
      .Name("NOTICE", "name", kNotice, kWholeName, Need::kRequired)
      .Example("dsrctl notice show requests/ID/notices/ID");
}

// What people do about those that do not answer, or not as they should.
void AddPeoplesSide(Group& group) {
  AddCallForEach(group, "retry", "Delivers failed notices again, at once", kNotice,
                 &Stub::RetryNotice)
      .Example("dsrctl notice retry requests/ID/notices/ID");

  AddCallForEach(group, "resend", "Delivers open notices again, under the same id", kNotice,
                 &Stub::ResendNotice)
      .Flag("--by-fallback", "by_fallback", "By the recipient's other way")
      .Example("dsrctl notice resend requests/ID/notices/ID --by-fallback");

  AddCall(group, "decide", "Accepts or rejects a recipient's objection", &Stub::DecideObjection)
      .Name("NOTICE", "name", kNotice, kWholeName, Need::kRequired)
      .Flag("--accept", "accepted", "The recipient need not do it; without, it is told again")
      .Flag("--reason", "reason", "Why; the recipient sees it, so no personal data",
            Need::kRequired)
      .Example("dsrctl notice decide requests/ID/notices/ID --accept --reason 'licence seen'");

  AddCall(group, "record", "Records what a recipient answered by letter or telephone",
          &Stub::RecordNoticeAnswer)
      .JsonFile("--file", "answer", "The answer, as dsr.v1.NoticeAnswer in protobuf JSON",
                Need::kRequired)
      .Name("NOTICE", "name", kNotice, kWholeName, Need::kRequired)
      .Flag("--evidence", "evidence", "What that rests on; no personal data", Need::kRequired)
      .Example(
          "echo '{\"completed\":{\"records\":\"4\"}}' | dsrctl notice record"
          " requests/ID/notices/ID --file - --evidence 'letter of 2026-03-02, file 17/4'");

  AddCall(group, "give-up", "Records that a notice's duty can be met no more",
          &Stub::RecordNoticeImpossible)
      .Name("NOTICE", "name", kNotice, kWholeName, Need::kRequired)
      .Flag("--reason", "impossibility.reason", "Why; no personal data", Need::kRequired)
      .Flag("--proof", "impossibility.proof", "What proves it; no personal data", Need::kRequired)
      .Example(
          "dsrctl notice give-up requests/ID/notices/ID --reason 'dissolved, no successor'"
          " --proof 'register of companies, entry 7 of 2026-02-11'");
}

}  // namespace

void AddNoticeCommands(CommandTree& tree) {
  Group group = tree.AddGroup("notice", "Tells recipients, and takes their answers");
  AddViews(group);
  AddPeoplesSide(group);
  AddRecipientsSide(group);
  AddCertificateCommands(group);
  AddLedgerCommands(group);
}

}  // namespace dsr::dsrctl
