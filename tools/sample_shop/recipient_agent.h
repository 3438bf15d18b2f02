// A recipient at work: carries out the notices in its inbox and answers dsrd.
#ifndef DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_AGENT_H_
#define DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_AGENT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/base/clock.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/notice_service.grpc.pb.h"
#include "sample_shop/recipient_inbox.h"
#include "sample_shop/recipients.h"
#include "sample_shop/rpc_caller.h"
#include "sample_shop/stop_signal.h"

namespace dsr::sample_shop {

// Each notice is acknowledged, fetched, carried out in the recipient's own tables, and completed
// with the number of records; or objected to, where a law makes the recipient keep what it has.
// Every step may be done again after an interruption. Not thread-safe; used by one thread.
class RecipientAgent {
 public:
  // `recipient`, `clock` and `stop` outlive this. `caller` is the recipient's own principal.
  RecipientAgent(const ShopRecipient& recipient, std::unique_ptr<RecipientInbox> inbox,
                 RpcCaller caller, const Clock& clock, StopSignal& stop);

  // Works through the open notices. One that has ended, or that the server does not know, is done
  // with; any other that could not be carried out stays open, and the first such error is returned.
  absl::Status RunOnce();

  // Runs until the stop signal: when it is woken, and once a second. Does nothing while a file
  // named `pause_file` exists; empty means never.
  void Run(absl::string_view pause_file);

 private:
  absl::Status CarryOut(const InboxNotice& open);
  absl::Status Object(const std::string& notice);

  const ShopRecipient& recipient_;
  const std::unique_ptr<RecipientInbox> inbox_;
  const RpcCaller caller_;
  const std::unique_ptr<v1::NoticeService::Stub> notices_;
  const Clock& clock_;
  StopSignal& stop_;
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_AGENT_H_
