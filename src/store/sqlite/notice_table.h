// Notices to recipients.
#ifndef DSR_STORE_SQLITE_NOTICE_TABLE_H_
#define DSR_STORE_SQLITE_NOTICE_TABLE_H_

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/store/records.h"
#include "dsr/v1/notice.pb.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::vector<v1::Notice>> ListNotices(Connection& connection, const RequestId& id);
absl::StatusOr<std::vector<v1::Notice>> ListTroubledNotices(Connection& connection,
                                                            const std::optional<NoticeId>& after,
                                                            int limit);
absl::StatusOr<std::vector<v1::Notice>> ListOpenNotices(Connection& connection,
                                                        absl::string_view recipient,
                                                        const std::optional<NoticeId>& after,
                                                        int limit);
absl::StatusOr<std::vector<v1::Notice>> ListNoticesOf(Connection& connection,
                                                      absl::string_view recipient,
                                                      const std::optional<NoticeId>& after,
                                                      int limit);
absl::StatusOr<std::vector<v1::Notice>> ListLatestNoticesOf(Connection& connection,
                                                            absl::string_view recipient, int limit);
absl::StatusOr<NoticeCounts> CountOpenNotices(Connection& connection, absl::string_view recipient);
absl::StatusOr<std::vector<DeliveryFailure>> ListDeliveryFailures(Connection& connection,
                                                                  const NoticeId& notice,
                                                                  int limit);
absl::StatusOr<v1::Notice> FindNotice(Connection& connection, const RequestId& id,
                                      const NoticeId& notice);

// As in ReadView.
absl::Status ScanNotices(Connection& connection, absl::Time from, absl::Time to,
                         const std::function<absl::Status(const NoticeRow&)>& visit);

// Adds or replaces a notice.
absl::Status PutNotice(Connection& connection, const RequestId& id, const NoticeId& notice_id,
                       const v1::Notice& notice);
// As in Transaction.
absl::Status PutDeliveryFailure(Connection& connection, const NoticeId& notice,
                                const DeliveryFailure& failure);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_NOTICE_TABLE_H_
