// Takes notices in: the recipients' side of dsrd's webhooks.
#ifndef DSR_TOOLS_SAMPLE_SHOP_NOTICE_RECEIVER_H_
#define DSR_TOOLS_SAMPLE_SHOP_NOTICE_RECEIVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "sample_shop/recipient_inbox.h"
#include "sample_shop/webhook_signature.h"

namespace dsr::sample_shop {

// Thread-safe.
class NoticeReceiver {
 public:
  // `secrets` has the webhook secret of each recipient by its id. `inbox` is this receiver's own.
  // `on_received` is called after each notice was stored. `clock` outlives this.
  NoticeReceiver(std::map<std::string, std::string> secrets, std::unique_ptr<RecipientInbox> inbox,
                 const Clock& clock, std::function<void()> on_received);

  // Takes one POST to `path` and returns the HTTP status that answers it: 204 stored, or known
  // already; 401 the signature does not fit; 404 no such recipient; 400 signed, but no notice; 503
  // try again. The notice is carried out later.
  int Receive(absl::string_view path, const WebhookHeaders& headers, absl::string_view body);

 private:
  const std::map<std::string, std::string> secrets_;
  const Clock& clock_;
  const std::function<void()> on_received_;
  Mutex mutex_;
  const std::unique_ptr<RecipientInbox> inbox_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_NOTICE_RECEIVER_H_
