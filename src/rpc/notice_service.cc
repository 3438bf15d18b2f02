// What recipients answer to notices, and what people see of them.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "app/authorizer.h"
#include "app/not_found.h"
#include "dsr/base/errors.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/workflow/names.h"
#include "dsr/workflow/notice_answer.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/notice_answers.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr int kMostFailuresShown = 20;

// Adds how its delivery stands, which is no part of the record: when it is tried next, and how
// often it was.
absl::Status AddDelivery(ReadView& view, v1::Notice& notice) {
  if (!AwaitsDelivery(notice)) return absl::OkStatus();
  std::pair<RequestId, NoticeId> name;
  DSR_ASSIGN_OR_RETURN(name, ParseNoticeName(notice.name()));
  DSR_ASSIGN_OR_RETURN(const std::optional<OutboxEntry> entry,
                       view.FindOutboxEntry(OutboxKind::kNotice, name.second.value()));
  if (!entry.has_value()) return absl::OkStatus();
  *notice.mutable_next_attempt_time() = ToTimestamp(entry->next_attempt);
  notice.set_attempts(std::max(notice.attempts(), entry->attempts));
  DSR_ASSIGN_OR_RETURN(const std::vector<DeliveryFailure> last,
                       view.ListDeliveryFailures(name.second, 1));
  if (!last.empty() && entry->attempts > 0) notice.set_failure_code(last.back().code);
  return absl::OkStatus();
}

absl::Status AddFailures(ReadView& view, v1::Notice& notice) {
  std::pair<RequestId, NoticeId> name;
  DSR_ASSIGN_OR_RETURN(name, ParseNoticeName(notice.name()));
  DSR_ASSIGN_OR_RETURN(const std::vector<DeliveryFailure> failures,
                       view.ListDeliveryFailures(name.second, kMostFailuresShown));
  for (const DeliveryFailure& failure : failures) {
    v1::DeliveryAttempt& attempt = *notice.add_failed_attempts();
    *attempt.mutable_time() = ToTimestamp(failure.time);
    attempt.set_code(failure.code);
  }
  return absl::OkStatus();
}

void GetNotice(const std::shared_ptr<UnaryCall>& call, const v1::GetNoticeRequest& in) {
  const auto name = ParseNoticeName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  AnswerFromStore<v1::Notice>(
      call, [call, in, name = *name](ReadView& view) -> absl::StatusOr<v1::Notice> {
        absl::StatusOr<v1::Notice> notice = view.FindNotice(name.first, name.second);
        if (absl::IsNotFound(notice.status()) ||
            (notice.ok() && !MaySeeNotice(call->principal(), *notice))) {
          return ResourceNotFound(in.name());
        }
        DSR_RETURN_IF_ERROR(notice.status());
        if (call->principal().recipient.empty()) {
          ClearPersonal(*notice);
          DSR_RETURN_IF_ERROR(AddDelivery(view, *notice));
          DSR_RETURN_IF_ERROR(AddFailures(view, *notice));
        } else {
          DSR_RETURN_IF_ERROR(call->context().reader().OpenNotice(view, name.first, *notice));
        }
        return notice;
      });
}

// A call about one notice that brings no personal data.
template <class In>
void AddNoticeCall(RpcService& service, const std::string& method,
                   std::function<Command(const In&, const NoticeId&)> make,
                   std::function<absl::Status(const In&)> check = nullptr) {
  service.Unary<In>(method, [make, check](const std::shared_ptr<UnaryCall>& call, In in) {
    const auto name = ParseNoticeName(in.name());
    if (!name.ok()) return call->Fail(name.status());
    if (check != nullptr) {
      if (absl::Status status = check(in); !status.ok()) return call->Fail(status);
    }
    Carry(call, in, AnswerNotice(in.name()),
          [in, make, name = *name](const ContentSealer&) -> absl::StatusOr<PlannedCommand> {
            return PlannedCommand{.request = name.first, .command = make(in, name.second)};
          });
  });
}

absl::Status CheckObjection(const v1::ObjectToNoticeRequest& in) {
  if (in.has_objection()) return ValidateObjection(in.objection());
  return MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "objection", "is required");
}

absl::Status CheckDecision(const v1::DecideObjectionRequest& in) {
  FieldErrors errors;
  CheckLine(in.reason(), "reason", 1, 400, errors);
  return errors.ToStatus();
}

absl::Status CheckImpossibility(const v1::RecordNoticeImpossibleRequest& in) {
  return ValidateImpossibility(in.impossibility());
}

// A receipt has no place where a person says what the recipient answered.
absl::Status CheckRecordedAnswer(const v1::RecordNoticeAnswerRequest& in) {
  FieldErrors errors;
  CheckLine(in.evidence(), "evidence", 1, 400, errors);
  errors.AddAll("answer.", ValidateAnswer(in.answer()));
  if (in.answer().completed().has_receipt() || in.answer().objected().has_receipt())
    errors.AddInvalid("answer", "has no receipt: what is recorded rests on the evidence");
  return errors.ToStatus();
}

template <class In>
Command Asked(const In& in, const NoticeId& id) {
  return ToCommand(in, id);
}

Command RecordedAnswer(const v1::RecordNoticeAnswerRequest& in, const NoticeId& id) {
  const v1::NoticeAnswer& answer = in.answer();
  if (answer.has_completed()) {
    const auto& told = answer.completed().onward_told();
    return CompleteNotice{.id = id,
                          .records = answer.completed().records(),
                          .onward_told = {told.begin(), told.end()},
                          .evidence = in.evidence()};
  }
  if (answer.has_objected()) {
    return ObjectToNotice{
        .id = id, .objection = answer.objected().objection(), .evidence = in.evidence()};
  }
  return AcknowledgeNotice{.id = id, .evidence = in.evidence()};
}

absl::Status CheckRecords(const v1::CompleteNoticeRequest& in) {
  if (in.records() >= 0) return absl::OkStatus();
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "records", "is not negative");
}

absl::StatusOr<std::vector<v1::Notice>> ReadNotices(ReadView& view,
                                                    const v1::ListNoticesRequest& in,
                                                    const std::optional<RequestId>& request,
                                                    const std::optional<NoticeId>& after,
                                                    int limit) {
  if (!in.recipient().empty()) {
    // A name that is mistyped must not look like one that owes nothing.
    const absl::Status found = view.FindRecipient(in.recipient()).status();
    if (absl::IsNotFound(found)) return ResourceNotFound(in.recipient());
    DSR_RETURN_IF_ERROR(found);
    return in.show_ended() ? view.ListNoticesOf(in.recipient(), after, limit)
                           : view.ListOpenNotices(in.recipient(), after, limit);
  }
  if (!request.has_value()) return view.ListTroubledNotices(after, limit);
  DSR_RETURN_IF_ERROR(view.FindRequest(*request).status());
  DSR_ASSIGN_OR_RETURN(std::vector<v1::Notice> notices, view.ListNotices(*request));
  if (after.has_value()) {
    notices.erase(notices.begin(),
                  std::find_if(notices.begin(), notices.end(), [&](const v1::Notice& notice) {
                    const auto name = ParseNoticeName(notice.name());
                    return name.ok() && name->second > *after;
                  }));
  }
  return notices;
}

void ListNotices(const std::shared_ptr<UnaryCall>& call, const v1::ListNoticesRequest& in) {
  std::optional<RequestId> request;
  if (in.parent() != "requests/-") {
    const absl::StatusOr<RequestId> parsed = ParseRequestName(in.parent());
    if (!parsed.ok()) return call->Fail(AtField("parent", parsed.status()));
    request = *parsed;
  }
  if (!in.recipient().empty() &&
      (request.has_value() || !absl::StartsWith(in.recipient(), "recipients/"))) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "recipient",
                                     "is `recipients/{id}`, with parent `requests/-` only"));
  }
  if (in.show_ended() && in.recipient().empty()) {
    return call->Fail(
        MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "show_ended", "goes with `recipient` only"));
  }
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListNoticesResponse>(
      call,
      [call, in, request, page = *page](ReadView& view) -> absl::StatusOr<v1::ListNoticesResponse> {
        v1::ListNoticesResponse out;
        DSR_ASSIGN_OR_RETURN(const std::optional<NoticeId> after, AfterId<NoticeId>(page));
        DSR_ASSIGN_OR_RETURN(std::vector<v1::Notice> notices,
                             ReadNotices(view, in, request, after, page.size + 1));
        out.set_next_page_token(EndPage<v1::ListNoticesRequest, v1::Notice>(
            *call, in, page, notices, [](const v1::Notice& notice) {
              const auto name = ParseNoticeName(notice.name());
              return name.ok() ? std::string(name->second.bytes()) : std::string();
            }));
        for (v1::Notice& notice : notices) {
          ClearPersonal(notice);
          DSR_RETURN_IF_ERROR(AddDelivery(view, notice));
          *out.add_notices() = std::move(notice);
        }
        return out;
      });
}

}  // namespace

void AddNoticeMethods(RpcService& service) {
  service.Unary<v1::GetNoticeRequest>("GetNotice", GetNotice);
  AddNoticeCall<v1::AcknowledgeNoticeRequest>(service, "AcknowledgeNotice",
                                              Asked<v1::AcknowledgeNoticeRequest>);
  AddNoticeCall<v1::CompleteNoticeRequest>(service, "CompleteNotice",
                                           Asked<v1::CompleteNoticeRequest>, CheckRecords);
  AddNoticeCall<v1::ObjectToNoticeRequest>(service, "ObjectToNotice",
                                           Asked<v1::ObjectToNoticeRequest>, CheckObjection);
  AddNoticeCall<v1::RetryNoticeRequest>(
      service, "RetryNotice",
      [](const auto&, const NoticeId& id) -> Command { return RetryNotice{.id = id}; });
  AddNoticeCall<v1::ResendNoticeRequest>(
      service, "ResendNotice",
      [](const v1::ResendNoticeRequest& in, const NoticeId& id) -> Command {
        return ResendNotice{.id = id, .by_fallback = in.by_fallback()};
      });
  AddNoticeCall<v1::DecideObjectionRequest>(
      service, "DecideObjection",
      [](const v1::DecideObjectionRequest& in, const NoticeId& id) -> Command {
        return DecideObjection{.id = id, .accepted = in.accepted(), .reason = in.reason()};
      },
      CheckDecision);
  AddNoticeCall<v1::RecordNoticeAnswerRequest>(service, "RecordNoticeAnswer", RecordedAnswer,
                                               CheckRecordedAnswer);
  AddNoticeCall<v1::RecordNoticeImpossibleRequest>(
      service, "RecordNoticeImpossible",
      [](const v1::RecordNoticeImpossibleRequest& in, const NoticeId& id) -> Command {
        return RecordNoticeImpossible{.id = id, .impossibility = in.impossibility()};
      },
      CheckImpossibility);
  service.Unary<v1::ListNoticesRequest>("ListNotices", ListNotices);
}

}  // namespace dsr
