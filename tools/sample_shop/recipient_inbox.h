// What the recipients hold, and the notices that wait to be carried out.
#ifndef DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_INBOX_H_
#define DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_INBOX_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/v1/notice.pb.h"
#include "sample_shop/database.h"
#include "sample_shop/recipients.h"

namespace dsr::sample_shop {

// A notice that has not been ended yet.
struct InboxNotice {
  // `requests/{request}/notices/{id}`
  std::string notice;
  // Carried out; only the report is missing.
  bool has_acted = false;
  int64_t records = 0;
};

// Over the recipients' database. Not thread-safe. All functions have the errors of
// Database::Transact.
class RecipientInbox {
 public:
  explicit RecipientInbox(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  // Remembers a notice. One that is known already stays as it is, and so does its first webhook id.
  absl::Status Receive(absl::string_view recipient, absl::string_view webhook_id,
                       absl::string_view notice);

  // Returns the notices of `recipient` that have not ended, in the order of their names, which is
  // that of time.
  absl::StatusOr<std::vector<InboxNotice>> Open(absl::string_view recipient);

  // Deletes or corrects what `recipient` holds under the notice's references, in the notice's
  // categories, and returns how many rows that were. The second time it returns the same and
  // changes nothing.
  absl::StatusOr<int64_t> Act(const ShopRecipient& recipient, const v1::Notice& notice);

  // The notice needs nothing any more.
  absl::Status End(absl::string_view notice);

 private:
  const std::unique_ptr<Database> database_;
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_RECIPIENT_INBOX_H_
