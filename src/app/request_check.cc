#include "app/request_check.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/history_rules.h"
#include "app/record_rules.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/names.h"
#include "google/protobuf/util/message_differencer.h"

namespace dsr {
namespace {

using google::protobuf::util::MessageDifferencer;
using storage::v1::Event;
using storage::v1::RequestRecord;

constexpr int kFoldedAtOnce = 1000;
constexpr int kHoldPage = 1000;

template <class Proto>
bool HasPersonal(const Proto& message) {
  Proto cleared = message;
  ClearPersonal(cleared);
  return !MessageDifferencer::Equals(cleared, message);
}

// Goes through the events of one request. Not thread-safe.
class RequestChecker {
 public:
  RequestChecker(ReadView& view, RowView& rows, RulebookCatalog& rulebooks, const RequestId& id,
                 IntegrityReport& report)
      : view_(view),
        rows_(rows),
        rulebooks_(rulebooks),
        id_(id),
        findings_(report, RequestName(id)) {}

  absl::Status Run() {
    const absl::StatusOr<RequestRecord> stored = view_.FindRecord(id_);
    if (absl::IsDataLoss(stored.status())) {
      findings_.Expect(false, kFileInvariant, "a row of it cannot be read");
      return absl::OkStatus();
    }
    DSR_RETURN_IF_ERROR(stored.status());
    CheckSecrecy(*stored);
    if (stored->state().request().has_purge_time()) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(const bool is_folded, Fold());
    if (!is_folded) return absl::OkStatus();
    findings_.At(0);
    CheckRecord(folded_, findings_);
    Compare(*stored);
    DSR_RETURN_IF_ERROR(CheckRows());
    return CheckOutbox();
  }

 private:
  void CheckSecrecy(const RequestRecord& stored) {
    findings_.Expect(!HasPersonal(stored.state()), 14, "its row has something personal in clear");
    for (const v1::Task& task : stored.tasks()) {
      findings_.Expect(!HasPersonal(task), 14, "a task of it has something personal in clear");
    }
    for (const v1::Message& message : stored.messages()) {
      findings_.Expect(!HasPersonal(message), 14,
                       "a message of it has something personal in clear");
    }
    for (const v1::Notice& notice : stored.notices()) {
      findings_.Expect(!HasPersonal(notice), 15, "a notice of it has something personal in clear");
    }
  }

  // False when an event cannot be folded, so that nothing can be compared.
  absl::StatusOr<bool> Fold() {
    while (true) {
      const absl::StatusOr<std::vector<StoredEvent>> events =
          view_.ListEvents(id_, last_sequence_, kFoldedAtOnce);
      if (absl::IsDataLoss(events.status())) {
        findings_.At(last_sequence_ + 1);
        findings_.Expect(false, 13, "an event is not what its audit leaf says");
        return false;
      }
      DSR_RETURN_IF_ERROR(events.status());
      for (const StoredEvent& stored : *events) {
        DSR_ASSIGN_OR_RETURN(const bool is_taken, Take(stored));
        if (!is_taken) return false;
      }
      if (events->size() < static_cast<size_t>(kFoldedAtOnce))
        return last_sequence_ > 0 || NoEvents();
    }
  }

  bool NoEvents() {
    findings_.Expect(false, 6, "it has no events");
    return false;
  }

  absl::StatusOr<bool> Take(const StoredEvent& stored) {
    findings_.At(stored.sequence);
    Event event;
    const bool is_event =
        event.ParseFromString(stored.clear) && event.payload_case() != Event::PAYLOAD_NOT_SET;
    findings_.Expect(is_event, 6, "an event cannot be read");
    if (!is_event) return false;
    findings_.Expect(stored.sequence == last_sequence_ + 1, 6, "an event before this is missing");
    findings_.Expect(FromTimestamp(event.time()) >= last_time_, 6,
                     "it is older than the one before");
    findings_.Expect(!HasPersonal(event), 14, "an event has something personal in clear");
    last_sequence_ = stored.sequence;
    last_time_ = FromTimestamp(event.time());
    DSR_RETURN_IF_ERROR(CheckRules(event));
    Evolve(folded_, event);
    return true;
  }

  absl::Status CheckRules(const Event& event) {
    const v1::Pins& pins =
        event.has_request_filed() ? event.request_filed().pins() : folded_.state().request().pins();
    const absl::StatusOr<std::shared_ptr<const Rulebook>> rulebook =
        rulebooks_.RulebookFor(view_, pins);
    if (!rulebook.ok()) {
      // Once is enough: the same holds for each event.
      findings_.Expect(has_said_pins_, 6, rulebook.status().message());
      has_said_pins_ = true;
      return absl::OkStatus();
    }
    if (event.has_request_filed()) return ReadHolds(event.request_filed());
    CheckHistory(**rulebook, folded_, event, holds_, findings_);
    return absl::OkStatus();
  }

  absl::Status ReadHolds(const storage::v1::RequestFiled& filed) {
    DSR_ASSIGN_OR_RETURN(const SubjectId subject, SubjectId::FromBytes(filed.subject_id()));
    DSR_ASSIGN_OR_RETURN(holds_, view_.ListHolds(subject, std::nullopt, kHoldPage));
    return absl::OkStatus();
  }

  void Compare(const RequestRecord& stored) {
    const v1::Request& folded = folded_.state().request();
    const v1::Request& row = stored.state().request();
    findings_.Expect(MessageDifferencer::Equals(folded.due_time(), row.due_time()) &&
                         MessageDifferencer::Equals(folded.last_day(), row.last_day()),
                     16, "its due date is not what its events made");
    const auto difference = FirstDifference(stored);
    findings_.Expect(!difference.has_value(), 6,
                     absl::StrCat("not what its events made: ", difference.value_or("")));
  }

  // The path of a field in which the rows are not what the events made. Of children the order tells
  // nothing: rows come by id.
  std::optional<std::string> FirstDifference(const RequestRecord& stored) const {
    RequestRecord folded = folded_;
    RequestRecord row = stored;
    SortChildren(folded);
    SortChildren(row);
    std::optional<std::string> path;
    class FirstPath : public MessageDifferencer::Reporter {
     public:
      explicit FirstPath(std::optional<std::string>& path) : path_(path) {}
      void ReportAdded(const google::protobuf::Message&, const google::protobuf::Message&,
                       const std::vector<MessageDifferencer::SpecificField>& fields) override {
        Keep(fields);
      }
      void ReportDeleted(const google::protobuf::Message&, const google::protobuf::Message&,
                         const std::vector<MessageDifferencer::SpecificField>& fields) override {
        Keep(fields);
      }
      void ReportModified(const google::protobuf::Message&, const google::protobuf::Message&,
                          const std::vector<MessageDifferencer::SpecificField>& fields) override {
        Keep(fields);
      }

     private:
      void Keep(const std::vector<MessageDifferencer::SpecificField>& fields) {
        if (path_.has_value()) return;
        path_ = "";
        for (const MessageDifferencer::SpecificField& field : fields) {
          absl::StrAppend(&*path_, path_->empty() ? "" : ".",
                          field.field == nullptr ? "?" : field.field->name());
        }
      }
      std::optional<std::string>& path_;
    };
    FirstPath reporter(path);
    MessageDifferencer differencer;
    differencer.ReportDifferencesTo(&reporter);
    const bool is_equal = differencer.Compare(folded, row);
    if (!is_equal && !path.has_value()) path = "a field";
    return path;
  }

  static void SortChildren(RequestRecord& record) {
    const auto by_name = [](const auto& a, const auto& b) { return a.name() < b.name(); };
    std::sort(record.mutable_tasks()->begin(), record.mutable_tasks()->end(), by_name);
    std::sort(record.mutable_notices()->begin(), record.mutable_notices()->end(), by_name);
    std::sort(record.mutable_messages()->begin(), record.mutable_messages()->end(), by_name);
  }

  absl::Status CheckRows() {
    DSR_ASSIGN_OR_RETURN(const bool is_indexed, rows_.IsIndexedAs(id_, folded_.state()));
    findings_.Expect(is_indexed, 6, "it is listed otherwise than its events made it");
    for (const storage::v1::PendingTimer& timer : folded_.state().timers()) {
      DSR_ASSIGN_OR_RETURN(
          const bool has_timer,
          rows_.HasTimer(
              {.request = id_,
               .name = timer.name(),
               .due = absl::FromUnixMicros(absl::ToUnixMicros(FromTimestamp(timer.due_time())))}));
      findings_.Expect(has_timer, 3, absl::StrCat("its timer ", timer.name(), " is missing"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckOutbox() {
    for (const v1::Notice& notice : folded_.notices()) {
      if (!AwaitsDelivery(notice)) continue;
      DSR_ASSIGN_OR_RETURN(const Id128 item, Id128::Parse(LastSegment(notice.name())));
      DSR_RETURN_IF_ERROR(ExpectInOutbox(OutboxKind::kNotice, item, "a notice"));
    }
    for (const v1::Message& message : folded_.messages()) {
      if (message.state() != v1::Message::STATE_PENDING) continue;
      DSR_ASSIGN_OR_RETURN(const Id128 item, Id128::Parse(LastSegment(message.name())));
      DSR_RETURN_IF_ERROR(ExpectInOutbox(OutboxKind::kMessage, item, "a message"));
    }
    return absl::OkStatus();
  }

  absl::Status ExpectInOutbox(OutboxKind kind, const Id128& item, absl::string_view what) {
    DSR_ASSIGN_OR_RETURN(const std::optional<OutboxEntry> entry, view_.FindOutboxEntry(kind, item));
    findings_.Expect(entry.has_value(), 19,
                     absl::StrCat(what,
                                  " of it that is to be sent is not in "
                                  "the outbox"));
    return absl::OkStatus();
  }

  ReadView& view_;
  RowView& rows_;
  RulebookCatalog& rulebooks_;
  const RequestId id_;
  RequestFindings findings_;
  RequestRecord folded_;
  std::vector<v1::Hold> holds_;
  int64_t last_sequence_ = 0;
  absl::Time last_time_ = absl::InfinitePast();
  bool has_said_pins_ = false;
};

}  // namespace

absl::Status CheckRequest(ReadView& view, RowView& rows, RulebookCatalog& rulebooks,
                          const RequestId& id, IntegrityReport& report) {
  return RequestChecker(view, rows, rulebooks, id, report).Run();
}

}  // namespace dsr
