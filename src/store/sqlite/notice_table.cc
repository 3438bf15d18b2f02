#include "store/sqlite/notice_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "dsr/base/notice_life.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kListNotice[] = "SELECT clear FROM notices WHERE request_id = ?1 ORDER BY notice_id";

// A partial index is used only when its condition stands in the query.
constexpr char kListTroubled[] =
    "SELECT clear FROM notices INDEXED BY notices_troubled "
    "WHERE needs_person = 1 AND notice_id > ?1 ORDER BY notice_id LIMIT ?2";

constexpr char kListOpen[] =
    "SELECT clear FROM notices INDEXED BY notices_open "
    "WHERE recipient = ?1 AND is_open = 1 AND notice_id > ?2 ORDER BY notice_id LIMIT ?3";

constexpr char kListOfRecipient[] =
    "SELECT clear FROM notices INDEXED BY notices_by_recipient "
    "WHERE recipient = ?1 AND notice_id > ?2 ORDER BY notice_id LIMIT ?3";

constexpr char kListLatest[] =
    "SELECT clear FROM notices INDEXED BY notices_by_recipient "
    "WHERE recipient = ?1 ORDER BY notice_id DESC LIMIT ?2";

constexpr char kCountOpen[] =
    "SELECT state, overdue, count(*), min(notice_id) FROM notices INDEXED BY notices_open "
    "WHERE recipient = ?1 AND is_open = 1 GROUP BY state, overdue";

constexpr char kListFailures[] =
    "SELECT time, code FROM delivery_failures WHERE notice_id = ?1 ORDER BY time DESC LIMIT ?2";

constexpr char kPutFailure[] =
    "INSERT OR REPLACE INTO delivery_failures (notice_id, time, code) VALUES (?1, ?2, ?3)";

constexpr char kFindNotice[] = "SELECT clear FROM notices WHERE notice_id = ?1 AND request_id = ?2";

constexpr char kPutNotice[] =
    "INSERT INTO notices (notice_id, request_id, recipient, state, overdue, is_open, needs_person, "
    "due, acknowledged, ended, clear, since) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
    "ON CONFLICT (notice_id) DO UPDATE SET "
    "recipient = excluded.recipient, state = excluded.state, overdue = excluded.overdue, "
    "is_open = excluded.is_open, needs_person = excluded.needs_person, due = excluded.due, "
    "acknowledged = excluded.acknowledged, ended = excluded.ended, clear = excluded.clear, "
    "since = excluded.since";

constexpr char kPutFormer[] =
    "INSERT OR REPLACE INTO former_recipients "
    "(notice_id, since, until, recipient, due, acknowledged) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

constexpr char kNextRecipient[] = "SELECT min(recipient) FROM notices WHERE recipient > ?1";
constexpr char kScanNotices[] =
    "SELECT notice_id, state, due, acknowledged, ended, since FROM notices "
    "INDEXED BY notices_by_recipient WHERE recipient = ?1 AND notice_id >= ?2 AND notice_id < ?3";
constexpr char kScanFormer[] =
    "SELECT notice_id, recipient, due, acknowledged, since, until FROM former_recipients "
    "WHERE notice_id >= ?1 AND notice_id < ?2";

absl::Time TimeOf(bool is_known, const google::protobuf::Timestamp& timestamp) {
  return is_known ? ToTime(timestamp) : absl::InfiniteFuture();
}

// The least key of a notice made at `time`, in whole milliseconds.
std::string KeyAt(absl::Time time) {
  if (time <= absl::UnixEpoch()) return "";
  if (time == absl::InfiniteFuture()) return std::string(Id128::kSize + 1, '\xff');
  return std::string(NoticeId::Make(time, Id128::Tail{}).bytes());
}

absl::Status ScanNoticesOf(Connection& connection, const std::string& recipient,
                           const std::string& from, const std::string& to,
                           const std::function<absl::Status(const NoticeRow&)>& visit) {
  Query query(connection, kScanNotices);
  query.Text(recipient).Blob(from).Blob(to);
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return absl::OkStatus();
    NoticeRow row;
    DSR_ASSIGN_OR_RETURN(row.id, query.GetKey<NoticeId>(0));
    row.recipient = recipient;
    row.state = static_cast<v1::Notice::State>(query.GetInt(1));
    row.due = query.GetTime(2);
    row.acknowledged = query.GetTime(3);
    row.ended = query.GetTime(4);
    if (!query.IsNull(5)) row.since = query.GetTime(5);
    DSR_RETURN_IF_ERROR(visit(row));
  }
}

absl::Status ScanFormer(Connection& connection, const std::string& from, const std::string& to,
                        const std::function<absl::Status(const NoticeRow&)>& visit) {
  Query query(connection, kScanFormer);
  query.Blob(from).Blob(to);
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return absl::OkStatus();
    NoticeRow row;
    DSR_ASSIGN_OR_RETURN(row.id, query.GetKey<NoticeId>(0));
    row.recipient = query.GetText(1);
    row.due = query.GetTime(2);
    row.acknowledged = query.GetTime(3);
    row.since = query.GetTime(4);
    row.until = query.GetTime(5);
    DSR_RETURN_IF_ERROR(visit(row));
  }
}

absl::Status PutFormer(Connection& connection, const NoticeId& notice, absl::Time since,
                       const v1::FormerRecipient& former) {
  Query query(connection, kPutFormer);
  query.Key(notice).Time(since).Time(ToTime(former.end_time()));
  query.Text(former.recipient())
      .TimeOrNull(TimeOf(former.has_due_time(), former.due_time()))
      .TimeOrNull(TimeOf(former.has_acknowledge_time(), former.acknowledge_time()));
  return query.Run();
}

absl::StatusOr<std::vector<v1::Notice>> ReadAll(Query& query) {
  std::vector<v1::Notice> notices;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return notices;
    DSR_ASSIGN_OR_RETURN(v1::Notice notice, query.GetMessage<v1::Notice>(0));
    notices.push_back(std::move(notice));
  }
}

// A page of a recipient's notices by a statement that takes recipient, key and limit.
absl::StatusOr<std::vector<v1::Notice>> ReadPage(Query& query, absl::string_view recipient,
                                                 absl::string_view after, int limit) {
  query.Text(recipient).Blob(after).Int(limit);
  return ReadAll(query);
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
  return ReadPage(query, recipient, KeyAfter(after), limit);
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
  query.Int(notice.overdue() ? 1 : 0).Int(HasEnded(notice) ? 0 : 1);
  query.Int(NeedsPerson(notice) ? 1 : 0);
  query.TimeOrNull(TimeOf(notice.has_due_time(), notice.due_time()))
      .TimeOrNull(TimeOf(notice.has_acknowledge_time(), notice.acknowledge_time()))
      .TimeOrNull(TimeOf(HasEnded(notice), notice.end_time()))
      .Blob(bytes);
  const auto& formers = notice.former_recipients();
  query.TimeOrNull(TimeOf(!formers.empty(), SinceWhen(notice)));
  DSR_RETURN_IF_ERROR(query.Run());
  // The first one has it from when its id tells, cut to milliseconds, as whoever has it still.
  absl::Time since = notice_id.time();
  for (const v1::FormerRecipient& former : formers) {
    DSR_RETURN_IF_ERROR(PutFormer(connection, notice_id, since, former));
    since = ToTime(former.end_time());
  }
  return absl::OkStatus();
}

absl::Status ScanNotices(Connection& connection, absl::Time from, absl::Time to,
                         const std::function<absl::Status(const NoticeRow&)>& visit) {
  const std::string first = KeyAt(from);
  const std::string last = KeyAt(to);
  std::string recipient;
  while (true) {
    {
      Query next(connection, kNextRecipient);
      next.Text(recipient);
      DSR_RETURN_IF_ERROR(next.Step().status());
      if (next.IsNull(0)) break;
      recipient = next.GetText(0);
    }
    DSR_RETURN_IF_ERROR(ScanNoticesOf(connection, recipient, first, last, visit));
  }
  return ScanFormer(connection, first, last, visit);
}

absl::StatusOr<std::vector<v1::Notice>> ListNoticesOf(Connection& connection,
                                                      absl::string_view recipient,
                                                      const std::optional<NoticeId>& after,
                                                      int limit) {
  Query query(connection, kListOfRecipient);
  return ReadPage(query, recipient, KeyAfter(after), limit);
}

absl::StatusOr<std::vector<v1::Notice>> ListLatestNoticesOf(Connection& connection,
                                                            absl::string_view recipient,
                                                            int limit) {
  Query query(connection, kListLatest);
  query.Text(recipient).Int(limit);
  return ReadAll(query);
}

absl::StatusOr<NoticeCounts> CountOpenNotices(Connection& connection, absl::string_view recipient) {
  Query query(connection, kCountOpen);
  query.Text(recipient);
  NoticeCounts counts;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return counts;
    const int64_t count = query.GetInt(2);
    if (query.GetInt(1) != 0) counts.overdue += count;
    DSR_ASSIGN_OR_RETURN(const NoticeId oldest, query.GetKey<NoticeId>(3));
    counts.oldest = std::min(counts.oldest, oldest.value().time());
    switch (query.GetInt(0)) {
      case v1::Notice::STATE_PENDING:
        counts.pending += count;
        break;
      case v1::Notice::STATE_SENT:
        counts.sent += count;
        break;
      case v1::Notice::STATE_ACKNOWLEDGED:
        counts.acknowledged += count;
        break;
      case v1::Notice::STATE_OBJECTED:
        counts.objected += count;
        break;
      default:
        counts.failed += count;
    }
  }
}

absl::StatusOr<std::vector<DeliveryFailure>> ListDeliveryFailures(Connection& connection,
                                                                  const NoticeId& notice,
                                                                  int limit) {
  Query query(connection, kListFailures);
  query.Key(notice).Int(limit);
  std::vector<DeliveryFailure> failures;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) break;
    failures.push_back({query.GetTime(0), query.GetText(1)});
  }
  std::reverse(failures.begin(), failures.end());
  return failures;
}

absl::Status PutDeliveryFailure(Connection& connection, const NoticeId& notice,
                                const DeliveryFailure& failure) {
  Query query(connection, kPutFailure);
  query.Key(notice).Time(failure.time).Text(failure.code);
  return query.Run();
}

}  // namespace dsr::sqlite
