// What recipients answer, and what people decide about that. Which answer may come when is the
// matter of dsr/base/notice_life.h.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/receipt.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/notice_scope.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

// The notice of that id; the command is refused when there is none, or its duty has ended.
absl::StatusOr<const v1::Notice*> FindOpen(Deciding& deciding, const NoticeId& id) {
  const v1::Notice* notice = FindNotice(deciding.mutable_record(), id.bytes());
  if (notice == nullptr) return ChildNotFound("notice");
  if (HasEnded(*notice)) return AlreadyEnded(notice->name());
  return notice;
}

// Names those that `notice` asks to tell and `told` leaves out, or the other way round.
absl::Status CheckOnward(const v1::Notice& notice, const std::vector<std::string>& told) {
  const auto& asked = notice.onward_recipients();
  for (const std::string& recipient : asked) {
    if (std::find(told.begin(), told.end(), recipient) != told.end()) continue;
    return MakeFieldError(
        v1::ERROR_REASON_FIELD_MISSING, "onward_told",
        absl::StrCat("must name ", recipient,
                     ", to which the data was passed on; tell it first, or object"));
  }
  for (const std::string& recipient : told) {
    if (std::find(asked.begin(), asked.end(), recipient) != asked.end()) continue;
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "onward_told",
                          "names only `onward_recipients` of the notice");
  }
  return absl::OkStatus();
}

// Refuses an answer without the recipient's signature where it has a key. What a person recorded
// rests on other evidence.
absl::Status CheckSignature(const Deciding& deciding, const v1::Notice& notice, ReceiptFacts facts,
                            const std::optional<v1::Receipt>& receipt,
                            const std::string& evidence) {
  if (!evidence.empty()) return absl::OkStatus();
  const v1::Recipient* recipient = FindRecipient(deciding.facts(), notice.recipient());
  if (recipient == nullptr) return absl::OkStatus();
  facts.notice = notice.name();
  facts.recipient = notice.recipient();
  if (receipt.has_value()) facts.sign_time = FromTimestamp(receipt->sign_time());
  return CheckReceipt(*recipient, facts, receipt.has_value() ? &*receipt : nullptr,
                      FromTimestamp(notice.create_time()), deciding.now());
}

}  // namespace

absl::Status Handle(Deciding& deciding, const AcknowledgeNotice& command) {
  const absl::StatusOr<const v1::Notice*> notice = FindOpen(deciding, command.id);
  if (!notice.ok()) return notice.status();
  // An objection says that it was seen, too.
  if ((*notice)->state() == v1::Notice::STATE_ACKNOWLEDGED || AwaitsDecision(**notice))
    return absl::OkStatus();
  Event event;
  event.mutable_notice_acknowledged()->set_notice_id(std::string(command.id.bytes()));
  event.mutable_notice_acknowledged()->set_evidence(command.evidence);
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const CompleteNotice& command) {
  const absl::StatusOr<const v1::Notice*> found = FindOpen(deciding, command.id);
  if (!found.ok()) return found.status();
  const v1::Notice& notice = **found;
  if (command.records < 0) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "records", "must not be negative");
  }
  if (command.evidence.empty() && !Allows(notice, NoticeStep::kComplete)) {
    return NoticeActionNotAllowed(notice, "CompleteNotice", "acknowledge it first");
  }
  if (absl::Status status = CheckOnward(notice, command.onward_told); !status.ok()) return status;
  ReceiptFacts facts{.answer = ReceiptFacts::Answer::kCompleted, .records = command.records};
  facts.onward_told.assign(notice.onward_recipients().begin(), notice.onward_recipients().end());
  if (absl::Status status =
          CheckSignature(deciding, notice, std::move(facts), command.receipt, command.evidence);
      !status.ok()) {
    return status;
  }
  Event event;
  storage::v1::NoticeCompleted& completed = *event.mutable_notice_completed();
  completed.set_notice_id(std::string(command.id.bytes()));
  completed.set_records(command.records);
  *completed.mutable_onward_told() = notice.onward_recipients();
  if (command.receipt.has_value()) *completed.mutable_receipt() = *command.receipt;
  completed.set_evidence(command.evidence);
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const ObjectToNotice& command) {
  const absl::StatusOr<const v1::Notice*> notice = FindOpen(deciding, command.id);
  if (!notice.ok()) return notice.status();
  const absl::TimeZone zone = deciding.rulebook().zone;
  if (command.objection.has_until() &&
      ToCivilDay(command.objection.until()) < DayOf(deciding.now(), zone)) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "objection.until",
                          "must not be in the past");
  }
  if (absl::Status status = CheckSignature(
          deciding, **notice,
          {.answer = ReceiptFacts::Answer::kObjected, .objection = command.objection},
          command.receipt, command.evidence);
      !status.ok()) {
    return status;
  }
  Event event;
  storage::v1::NoticeObjected& objected = *event.mutable_notice_objected();
  objected.set_notice_id(std::string(command.id.bytes()));
  objected.mutable_objection()->set_ground(command.objection.ground());
  objected.mutable_objection()->set_law(command.objection.law());
  if (command.objection.has_until())
    *objected.mutable_objection()->mutable_until() = command.objection.until();
  objected.mutable_objection()->set_state(v1::Objection::STATE_WAITING);
  if (command.receipt.has_value()) *objected.mutable_receipt() = *command.receipt;
  objected.set_evidence(command.evidence);
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const DecideObjection& command) {
  const absl::StatusOr<const v1::Notice*> found = FindOpen(deciding, command.id);
  if (!found.ok()) return found.status();
  if (!Allows(**found, NoticeStep::kDecide)) {
    return NoticeActionNotAllowed(**found, "DecideObjection",
                                  "the recipient has not objected, or its objection is decided");
  }
  // By value: the event changes it.
  const v1::Objection objection = (*found)->objection();
  Event event;
  storage::v1::NoticeObjectionDecided& decided = *event.mutable_notice_objection_decided();
  decided.set_notice_id(std::string(command.id.bytes()));
  decided.set_accepted(command.accepted);
  decided.set_reason(command.reason);
  deciding.Emit(std::move(event));
  if (!command.accepted || !objection.has_until()) return absl::OkStatus();
  Event reminder;
  storage::v1::TimerSet& timer = *reminder.mutable_timer_set();
  timer.set_name(ObjectionTimer(command.id));
  *timer.mutable_due_time() =
      ToTimestamp(EndOfDay(ToCivilDay(objection.until()), deciding.rulebook().zone));
  timer.set_notice_id(std::string(command.id.bytes()));
  deciding.Emit(std::move(reminder));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const RecordNoticeImpossible& command) {
  const absl::StatusOr<const v1::Notice*> notice = FindOpen(deciding, command.id);
  if (!notice.ok()) return notice.status();
  if (!Allows(**notice, NoticeStep::kDeclareImpossible)) {
    return NoticeActionNotAllowed(
        **notice, "RecordNoticeImpossible",
        "the recipient is still being told; only a notice that failed or is overdue is given up");
  }
  Event event;
  event.mutable_notice_impossible()->set_notice_id(std::string(command.id.bytes()));
  *event.mutable_notice_impossible()->mutable_impossibility() = command.impossibility;
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

}  // namespace dsr
