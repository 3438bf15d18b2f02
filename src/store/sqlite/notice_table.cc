#include "store/sqlite/notice_table.h"

#include <string>
#include <utility>

#include "dsr/base/status_macros.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kListNotice[] = "SELECT clear FROM notices WHERE request_id = ?1 ORDER BY notice_id";

// The states are those of the index, which is used only when its condition stands in the query.
constexpr char kListTroubled[] =
    "SELECT clear FROM notices INDEXED BY notices_troubled "
    "WHERE state IN (1, 2, 3, 6) AND (state = 6 OR overdue = 1) AND notice_id > ?1 "
    "ORDER BY notice_id LIMIT ?2";

constexpr char kListOpen[] =
    "SELECT clear FROM notices WHERE recipient = ?1 AND state IN (1, 2, 3, 6) AND notice_id > ?2 "
    "ORDER BY notice_id LIMIT ?3";

constexpr char kFindNotice[] = "SELECT clear FROM notices WHERE notice_id = ?1 AND request_id = ?2";

constexpr char kPutNotice[] =
    "INSERT INTO notices (notice_id, request_id, recipient, state, overdue, clear) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (notice_id) DO UPDATE SET "
    "recipient = excluded.recipient, state = excluded.state, overdue = excluded.overdue, clear = "
    "excluded.clear";

absl::StatusOr<std::vector<v1::Notice>> ReadAll(Query& query) {
  std::vector<v1::Notice> notices;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return notices;
    DSR_ASSIGN_OR_RETURN(v1::Notice notice, query.GetMessage<v1::Notice>(0));
    notices.push_back(std::move(notice));
  }
}

absl::string_view KeyAfter(const std::optional<NoticeId>& after) {
  return after.has_value() ? after->bytes() : absl::string_view();
}

}  // namespace

absl::StatusOr<std::vector<v1::Notice>> ListNotices(Connection& connection, const RequestId& id) {
  Query query(connection, kListNotice);
  query.Key(id);
  return ReadAll(query);
}

absl::StatusOr<std::vector<v1::Notice>> ListTroubledNotices(Connection& connection,
                                                            const std::optional<NoticeId>& after,
                                                            int limit) {
  Query query(connection, kListTroubled);
  query.Blob(KeyAfter(after)).Int(limit);
  return ReadAll(query);
}

absl::StatusOr<std::vector<v1::Notice>> ListOpenNotices(Connection& connection,
                                                        absl::string_view recipient,
                                                        const std::optional<NoticeId>& after,
                                                        int limit) {
  Query query(connection, kListOpen);
  query.Text(recipient).Blob(KeyAfter(after)).Int(limit);
  return ReadAll(query);
}

absl::StatusOr<v1::Notice> FindNotice(Connection& connection, const RequestId& id,
                                      const NoticeId& notice) {
  Query query(connection, kFindNotice);
  query.Key(notice).Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound(NameOf(id, "notices", notice));
  return query.GetMessage<v1::Notice>(0);
}

absl::Status PutNotice(Connection& connection, const RequestId& id, const NoticeId& notice_id,
                       const v1::Notice& notice) {
  const std::string bytes = notice.SerializeAsString();
  Query query(connection, kPutNotice);
  query.Key(notice_id).Key(id).Text(notice.recipient()).Int(notice.state());
  query.Int(notice.overdue() ? 1 : 0).Blob(bytes);
  return query.Run();
}

}  // namespace dsr::sqlite
