#include <memory>

#include "dsr/v1/notice_service.grpc.pb.h"
#include "dsrctl/calls.h"
#include "dsrctl/commands.h"

namespace dsr::dsrctl {

void AddNoticeCommands(CommandTree& tree) {
  using Stub = v1::NoticeService::Stub;
  constexpr char kNotice[] = "requests/*/notices/*";
  constexpr char kWholeName[] = "The notice's whole name";
  Group group = tree.AddGroup("notice", "Tells recipients, and takes their answers");

  AddList(group, "pull", "Fetches the calling recipient's open notices", &Stub::PullNotices)
      .Flag("--max", "max_notices", "At most so many, up to 500; 50 without")
      .Flag("--wait", "wait", "How long to wait when there is none, up to 20s")
      .Example("dsrctl notice pull --wait 20s -o jsonl");

  AddCall(group, "get", "Shows a notice", &Stub::GetNotice)
      .Name("NOTICE", "name", kNotice, kWholeName, Need::kRequired)
      .Example("dsrctl notice get requests/ID/notices/ID");

  AddCallForEach(group, "ack", "Says that the recipient has seen notices", kNotice,
                 &Stub::AcknowledgeNotice)
      .Example("dsrctl notice ack requests/ID/notices/ID requests/ID/notices/ID");

  AddCallForEach(group, "complete", "Says that the recipient has done what notices ask", kNotice,
                 &Stub::CompleteNotice)
      .Flag("--records", "records", "Records erased or corrected")
      .Flag("--told", "onward_told",
            "A recipient it passed the data on to, and told; once for each")
      .Example("dsrctl notice complete requests/ID/notices/ID --records 12")
      .Example("dsrctl notice complete requests/ID/notices/ID --told recipients/carrier");

  AddCall(group, "object", "Says that the recipient will not do it, and why", &Stub::ObjectToNotice)
      .Name("NOTICE", "name", kNotice, kWholeName, Need::kRequired)
      .Flag("--ground", "objection.ground", "The ground, such as own-retention-law",
            Need::kRequired)
      .Flag("--law", "objection.law", "The law it relies on", Need::kRequired)
      .Flag("--until", "objection.until", "The last day it keeps the data, YYYY-MM-DD")
      .Example(
          "dsrctl notice object requests/ID/notices/ID --ground own-retention-law"
          " --law 'Payment Rules, article 20' --until 2031-12-31");

  std::shared_ptr<v1::ListNoticesRequest> list;
  Command& command =
      AddList(group, "list", "Lists notices: of a request, or all that failed or are overdue",
              &Stub::ListNotices, &list);
  list->set_parent("requests/-");
  command.Name("REQUEST", "parent", "requests/*", "The request; without, all that need a person")
      .Name("--recipient", "recipient", "recipients/*", "All open ones of this recipient instead")
      .Example("dsrctl notice list 01jd2m8q7r5v9x3c6b4n1k0wte")
      .Example("dsrctl notice list --recipient ad-partner");

  AddCallForEach(group, "retry", "Delivers failed notices again, at once", kNotice,
                 &Stub::RetryNotice)
      .Example("dsrctl notice retry requests/ID/notices/ID");
}

}  // namespace dsr::dsrctl
