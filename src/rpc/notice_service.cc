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
#include "dsr/base/redactor.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

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
  FieldErrors errors;
  if (!in.has_objection()) {
    errors.AddMissing("objection");
    return errors.ToStatus();
  }
  CheckText(in.objection().ground(), "objection.ground", 1, 60, errors);
  CheckText(in.objection().law(), "objection.law", 1, 200, errors);
  if (in.objection().has_until()) {
    const v1::Date& day = in.objection().until();
    const absl::CivilDay civil(day.year(), day.month(), day.day());
    if (day.year() < 1 || day.year() > 9999 || civil.year() != day.year() ||
        civil.month() != day.month() || civil.day() != day.day()) {
      errors.AddInvalid("objection.until", "is a day of the calendar");
    }
  }
  return errors.ToStatus();
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
  if (!in.recipient().empty()) return view.ListOpenNotices(in.recipient(), after, limit);
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
          *out.add_notices() = std::move(notice);
        }
        return out;
      });
}

}  // namespace

void AddNoticeMethods(RpcService& service) {
  service.Unary<v1::GetNoticeRequest>("GetNotice", GetNotice);
  AddNoticeCall<v1::AcknowledgeNoticeRequest>(
      service, "AcknowledgeNotice",
      [](const auto&, const NoticeId& id) -> Command { return AcknowledgeNotice{.id = id}; });
  AddNoticeCall<v1::CompleteNoticeRequest>(
      service, "CompleteNotice",
      [](const v1::CompleteNoticeRequest& in, const NoticeId& id) -> Command {
        return CompleteNotice{.id = id,
                              .records = in.records(),
                              .onward_told = {in.onward_told().begin(), in.onward_told().end()}};
      },
      CheckRecords);
  AddNoticeCall<v1::ObjectToNoticeRequest>(
      service, "ObjectToNotice",
      [](const v1::ObjectToNoticeRequest& in, const NoticeId& id) -> Command {
        return ObjectToNotice{.id = id, .objection = in.objection()};
      },
      CheckObjection);
  AddNoticeCall<v1::RetryNoticeRequest>(
      service, "RetryNotice",
      [](const auto&, const NoticeId& id) -> Command { return RetryNotice{.id = id}; });
  service.Unary<v1::ListNoticesRequest>("ListNotices", ListNotices);
}

}  // namespace dsr
