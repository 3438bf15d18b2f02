#include "app/request_reader.h"

#include <algorithm>
#include <utility>

#include "app/colleague_notes.h"
#include "app/not_found.h"
#include "app/purged.h"
#include "app/sealer.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

using storage::v1::Event;

constexpr int kEventPage = 500;
constexpr int kCreationPage = 32;

absl::Status UnreadableEvent() {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                   "a stored event cannot be read");
}

absl::StatusOr<SecretKey> KeyOfRequest(ReadView& view, const KeyFile& keys, const RequestId& id) {
  const absl::StatusOr<storage::v1::RequestState> state = view.FindRequest(id);
  if (absl::IsNotFound(state.status())) return ResourceNotFound(RequestName(id));
  DSR_RETURN_IF_ERROR(state.status());
  if (IsPurged(state->request())) return Purged(state->request());
  return keys.Key(state->key_number());
}

absl::StatusOr<Event> OpenEvent(const StoredEvent& stored, const SecretKey& key) {
  Event event;
  if (!event.ParseFromString(stored.clear)) {
    return UnreadableEvent();
  }
  if (!stored.sealed.empty()) {
    DSR_RETURN_IF_ERROR(OpenInto(event, stored.sealed, key, event.content_id()));
  }
  return event;
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// How a notice came to be. Looked for page by page, because a notice is made early in a history
// that may have thousands of events, most of them what recipients answered.
absl::StatusOr<storage::v1::NewNotice> FindCreation(ReadView& view, const RequestId& id,
                                                    const NoticeId& notice) {
  int64_t after = 0;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const std::vector<StoredEvent> page,
                         view.ListEvents(id, after, kCreationPage));
    for (const StoredEvent& stored : page) {
      Event event;
      if (!event.ParseFromString(stored.clear)) return UnreadableEvent();
      after = stored.sequence;
      for (storage::v1::NewNotice& made : *event.mutable_notices_created()->mutable_notices()) {
        if (made.notice_id() == notice.bytes()) return std::move(made);
      }
    }
    if (page.size() < static_cast<size_t>(kCreationPage)) return storage::v1::NewNotice();
  }
}

}  // namespace

absl::StatusOr<std::vector<Event>> RequestReader::OpenedEvents(ReadView& view,
                                                               const RequestId& id) const {
  DSR_ASSIGN_OR_RETURN(const SecretKey key, KeyOfRequest(view, keys_, id));
  std::vector<Event> events;
  int64_t after = 0;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const std::vector<StoredEvent> page,
                         view.ListEvents(id, after, kEventPage));
    for (const StoredEvent& stored : page) {
      DSR_ASSIGN_OR_RETURN(Event event, OpenEvent(stored, key));
      events.push_back(std::move(event));
      after = stored.sequence;
    }
    if (page.size() < static_cast<size_t>(kEventPage)) return events;
  }
}

absl::StatusOr<storage::v1::RequestRecord> RequestReader::ReadFull(ReadView& view,
                                                                   const RequestId& id) const {
  DSR_ASSIGN_OR_RETURN(const std::vector<Event> events, OpenedEvents(view, id));
  storage::v1::RequestRecord record;
  for (const Event& event : events) Evolve(record, event);
  return record;
}

absl::StatusOr<v1::Request> RequestReader::ReadCase(ReadView& view, const RequestId& id) const {
  DSR_ASSIGN_OR_RETURN(const std::vector<Event> events, OpenedEvents(view, id));
  storage::v1::RequestRecord record;
  for (const Event& event : events) Evolve(record, event);
  v1::Request request = std::move(*record.mutable_state()->mutable_request());
  for (v1::Note& note : NotesOf(events)) *request.add_notes() = std::move(note);
  return request;
}

absl::StatusOr<v1::Verification> RequestReader::ReadVerification(ReadView& view,
                                                                 const RequestId& id,
                                                                 const std::string& name) const {
  std::pair<RequestId, VerificationId> parsed;
  DSR_ASSIGN_OR_RETURN(parsed, ParseVerificationName(name));
  DSR_ASSIGN_OR_RETURN(const std::vector<Event> events, OpenedEvents(view, id));
  storage::v1::RequestRecord record;
  std::string revoke_reason;
  for (const Event& event : events) {
    Evolve(record, event);
    if (event.verification_revoked().verification_id() == parsed.second.bytes())
      revoke_reason = event.verification_revoked().reason();
  }
  for (v1::Verification& verification : *record.mutable_state()->mutable_verifications()) {
    if (verification.name() != name) continue;
    verification.set_revoke_reason(revoke_reason);
    return std::move(verification);
  }
  return ResourceNotFound(name);
}

absl::StatusOr<std::string> RequestReader::SubjectAccount(ReadView& view,
                                                          const RequestId& id) const {
  DSR_ASSIGN_OR_RETURN(const SecretKey key, KeyOfRequest(view, keys_, id));
  DSR_ASSIGN_OR_RETURN(const std::vector<StoredEvent> first, view.ListEvents(id, 0, 1));
  if (first.empty()) return ResourceNotFound(RequestName(id));
  DSR_ASSIGN_OR_RETURN(Event event, OpenEvent(first.front(), key));
  return event.request_filed().subject_account();
}

absl::Status RequestReader::OpenTask(ReadView& view, const RequestId& id, v1::Task& task) const {
  DSR_ASSIGN_OR_RETURN(const storage::v1::RequestRecord record, ReadFull(view, id));
  const v1::Request& request = record.state().request();
  task.set_subject_account(request.subject_account());
  if (task.kind() == v1::TASK_KIND_CORRECT) {
    task.clear_corrections();
    for (const v1::FieldCorrection& field : request.correction().fields()) {
      if (field.decision() == v1::FIELD_DECISION_ACCEPTED &&
          Has(task.categories(), field.category())) {
        *task.add_corrections() = field;
      }
    }
  }
  if (task.kind() == v1::TASK_KIND_FETCH_DECISION || task.kind() == v1::TASK_KIND_APPLY_REMEDY) {
    task.set_decision_id(request.decision_complaint().decision_id());
  }
  return absl::OkStatus();
}

absl::Status RequestReader::OpenNotice(ReadView& view, const RequestId& id,
                                       v1::Notice& notice) const {
  std::pair<RequestId, NoticeId> name;
  DSR_ASSIGN_OR_RETURN(name, ParseNoticeName(notice.name()));
  DSR_ASSIGN_OR_RETURN(const storage::v1::NewNotice made, FindCreation(view, id, name.second));
  // Whose matter it is here is nothing to the recipient.
  notice.clear_escalated_to();
  notice.clear_subject_references();
  for (const std::string& bytes : made.disclosure_ids()) {
    DSR_ASSIGN_OR_RETURN(const RecordId disclosure_id, RecordId::FromBytes(bytes));
    v1::Disclosure disclosure;
    disclosure.set_name(DisclosureName(disclosure_id));
    DSR_RETURN_IF_ERROR(OpenDisclosure(view, disclosure));
    const std::string& reference = disclosure.recipient_reference();
    if (!reference.empty() && !Has(notice.subject_references(), reference)) {
      notice.add_subject_references(reference);
    }
  }
  if (notice.by_category()) {
    // It knows the subject by the account, and by nothing else.
    DSR_ASSIGN_OR_RETURN(const std::string account, SubjectAccount(view, id));
    if (!Has(notice.subject_references(), account)) notice.add_subject_references(account);
  } else if (notice.subject_references().empty()) {
    // Without the subject's key nobody could tell whom the notice is about.
    DSR_RETURN_IF_ERROR(KeyOfRequest(view, keys_, id).status());
  }
  notice.clear_corrections();
  if (notice.kind() != v1::NOTICE_KIND_CORRECT) return absl::OkStatus();
  DSR_ASSIGN_OR_RETURN(const storage::v1::RequestRecord record, ReadFull(view, id));
  for (const v1::FieldCorrection& field : record.state().request().correction().fields()) {
    if (field.decision() != v1::FIELD_DECISION_ACCEPTED ||
        !Has(notice.categories(), field.category())) {
      continue;
    }
    v1::CorrectedValue& corrected = *notice.add_corrections();
    corrected.set_category(field.category());
    corrected.set_field(field.field());
    corrected.set_value(field.proposed_value());
  }
  return absl::OkStatus();
}

absl::Status RequestReader::OpenMessage(ReadView& view, const RequestId& id,
                                        v1::Message& message) const {
  std::pair<RequestId, MessageId> name;
  DSR_ASSIGN_OR_RETURN(name, ParseMessageName(message.name()));
  DSR_ASSIGN_OR_RETURN(const std::vector<Event> events, OpenedEvents(view, id));
  for (const Event& event : events) {
    if (event.message_sent().message_id() != name.second.bytes()) continue;
    message.set_subject(event.message_sent().subject());
    message.set_text(event.message_sent().text());
    message.set_html(event.message_sent().html());
  }
  return absl::OkStatus();
}

absl::Status RequestReader::OpenDisclosure(ReadView& view, v1::Disclosure& disclosure) const {
  DSR_ASSIGN_OR_RETURN(const RecordId id, ParseDisclosureName(disclosure.name()));
  std::pair<SubjectId, std::string> found;
  DSR_ASSIGN_OR_RETURN(found, view.FindDisclosureBox(id));
  const auto& [subject, box] = found;
  if (box.empty()) return absl::OkStatus();
  DSR_ASSIGN_OR_RETURN(const SubjectRecord record, view.FindSubjectById(subject));
  DSR_ASSIGN_OR_RETURN(const SecretKey key, keys_.Key(record.key_number));
  return OpenInto(disclosure, box, key, id.bytes());
}

absl::StatusOr<v1::Hold> RequestReader::ReadHold(ReadView& view, const RecordId& id) const {
  std::pair<SubjectId, v1::Hold> found;
  DSR_ASSIGN_OR_RETURN(found, view.FindHold(id));
  auto& [subject, hold] = found;
  DSR_ASSIGN_OR_RETURN(const std::string box, view.FindHoldBox(id));
  DSR_ASSIGN_OR_RETURN(const SubjectRecord record, view.FindSubjectById(subject));
  DSR_ASSIGN_OR_RETURN(const SecretKey key, keys_.Key(record.key_number));
  DSR_RETURN_IF_ERROR(OpenInto(hold, box, key, id.bytes()));
  hold.clear_subject_account();
  return std::move(hold);
}

}  // namespace dsr
