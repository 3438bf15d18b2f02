#include "app/row_check.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "google/protobuf/util/message_differencer.h"

namespace dsr {
namespace {

constexpr int kRowPage = 1000;

// Lists one page after `after`, from one snapshot, and checks each row.
template <class Row>
using ListPage =
    std::function<absl::StatusOr<std::vector<Row>>(RowView&, const std::optional<Row>& after)>;
template <class Row>
using CheckRow = std::function<absl::Status(ReadView&, const Row&)>;

template <class Row>
absl::Status PassOver(DatabaseFile& file, const ListPage<Row>& list, const CheckRow<Row>& check) {
  std::optional<Row> after;
  bool is_last = false;
  while (!is_last) {
    DSR_RETURN_IF_ERROR(file.Inspect([&](ReadView& view, RowView& rows) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(std::vector<Row> page, list(rows, after));
      for (const Row& row : page) {
        // What cannot be read is told with its request.
        if (absl::Status status = check(view, row); !status.ok() && !absl::IsDataLoss(status)) {
          return status;
        }
      }
      is_last = page.size() < static_cast<size_t>(kRowPage);
      if (!page.empty()) after = std::move(page.back());
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::Status CheckTimers(DatabaseFile& file, IntegrityReport& report) {
  return PassOver<DueTimer>(
      file,
      [](RowView& rows, const std::optional<DueTimer>& after) {
        return rows.ListTimers(after, kRowPage);
      },
      [&](ReadView& view, const DueTimer& timer) -> absl::Status {
        const absl::StatusOr<storage::v1::RequestState> state = view.FindRequest(timer.request);
        if (!state.ok() && !absl::IsNotFound(state.status())) return state.status();
        const bool is_known =
            state.ok() &&
            std::any_of(state->timers().begin(), state->timers().end(),
                        [&](const storage::v1::PendingTimer& pending) {
                          return pending.name() == timer.name &&
                                 absl::ToUnixMicros(FromTimestamp(pending.due_time())) ==
                                     absl::ToUnixMicros(timer.due);
                        });
        report.Expect(is_known, 3, RequestName(timer.request), 0,
                      absl::StrCat("a timer ", timer.name, " is pending that it does not have"));
        return absl::OkStatus();
      });
}

// Tells whether what the outbox holds is to be sent.
absl::StatusOr<bool> IsToBeSent(ReadView& view, const OutboxItem& item) {
  if (item.kind == OutboxKind::kNotice) {
    DSR_ASSIGN_OR_RETURN(const NoticeId id, NoticeId::FromBytes(item.item.bytes()));
    const absl::StatusOr<v1::Notice> notice = view.FindNotice(item.request, id);
    if (absl::IsNotFound(notice.status())) return false;
    DSR_RETURN_IF_ERROR(notice.status());
    return AwaitsDelivery(*notice);
  }
  DSR_ASSIGN_OR_RETURN(const std::vector<v1::Message> messages, view.ListMessages(item.request));
  const std::string id = item.item.ToString();
  return std::any_of(messages.begin(), messages.end(), [&](const v1::Message& message) {
    return LastSegment(message.name()) == id && message.state() == v1::Message::STATE_PENDING;
  });
}

absl::Status CheckOutboxRows(DatabaseFile& file, IntegrityReport& report) {
  return PassOver<OutboxItem>(
      file,
      [](RowView& rows, const std::optional<OutboxItem>& after) {
        return rows.ListOutbox(after, kRowPage);
      },
      [&](ReadView& view, const OutboxItem& item) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(const bool is_due, IsToBeSent(view, item));
        report.Expect(is_due, 19, RequestName(item.request), 0,
                      "the outbox holds what is not to be sent");
        return absl::OkStatus();
      });
}

absl::Status CheckAnswers(DatabaseFile& file, IntegrityReport& report) {
  constexpr size_t kKeySize = 16;
  std::optional<StoredAnswer> before;
  return PassOver<StoredAnswer>(
      file,
      [](RowView& rows, const std::optional<StoredAnswer>& after) {
        return rows.ListAnswers(after, kRowPage);
      },
      [&](ReadView& view, const StoredAnswer& answer) -> absl::Status {
        bool has_request = true;
        if (answer.request.has_value()) {
          const absl::Status found = view.FindRequest(*answer.request).status();
          if (!found.ok() && !absl::IsNotFound(found)) return found;
          has_request = found.ok();
        }
        const bool is_repeated =
            before.has_value() && before->caller == answer.caller && before->key == answer.key;
        report.Expect(has_request && !is_repeated && answer.key.size() == kKeySize &&
                          answer.fingerprint.size() == kKeySize,
                      7, answer.request.has_value() ? RequestName(*answer.request) : "", 0,
                      "the stored answer of a call is not whole, is there twice, or its request is "
                      "missing");
        before = answer;
        return absl::OkStatus();
      });
}

template <class Record>
absl::Status CheckRecordsOf(DatabaseFile& file, RecordKind kind, IntegrityReport& report) {
  return PassOver<RowView::ClearRecord>(
      file,
      [kind](RowView& rows, const std::optional<RowView::ClearRecord>& after) {
        return rows.ListRecords(kind, after.has_value() ? after->number : 0, kRowPage);
      },
      [&](ReadView&, const RowView::ClearRecord& row) -> absl::Status {
        Record record;
        const bool is_read = record.ParseFromString(row.clear);
        report.Expect(is_read, kFileInvariant, "", 0, "a record cannot be read");
        Record cleared = record;
        ClearPersonal(cleared);
        report.Expect(google::protobuf::util::MessageDifferencer::Equals(cleared, record), 14,
                      record.name(), 0, "it has something personal in clear");
        return absl::OkStatus();
      });
}

}  // namespace

absl::Status CheckRowsBesideRequests(DatabaseFile& file, IntegrityReport& report) {
  DSR_RETURN_IF_ERROR(CheckTimers(file, report));
  DSR_RETURN_IF_ERROR(CheckOutboxRows(file, report));
  DSR_RETURN_IF_ERROR(CheckAnswers(file, report));
  DSR_RETURN_IF_ERROR(CheckRecordsOf<v1::Disclosure>(file, RecordKind::kDisclosure, report));
  DSR_RETURN_IF_ERROR(CheckRecordsOf<v1::Consent>(file, RecordKind::kConsent, report));
  DSR_RETURN_IF_ERROR(CheckRecordsOf<v1::Hold>(file, RecordKind::kHold, report));
  return file.Inspect([&](ReadView&, RowView& rows) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::vector<std::string> orphans, rows.FindOrphans());
    report.Count(kFileInvariant);
    for (const std::string& orphan : orphans) report.Expect(false, kFileInvariant, "", 0, orphan);
    return absl::OkStatus();
  });
}

}  // namespace dsr
