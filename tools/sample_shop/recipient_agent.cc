#include "sample_shop/recipient_agent.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "sample_shop/shop_day.h"

namespace dsr::sample_shop {
namespace {

constexpr absl::Duration kPoll = absl::Seconds(1);
// Anti-Money Laundering Law 2024, article 34.
constexpr int kKeptMonths = 120;

}  // namespace

RecipientAgent::RecipientAgent(const ShopRecipient& recipient,
                               std::unique_ptr<RecipientInbox> inbox, RpcCaller caller,
                               const Clock& clock, StopSignal& stop)
    : recipient_(recipient),
      inbox_(std::move(inbox)),
      caller_(std::move(caller)),
      notices_(v1::NoticeService::NewStub(caller_.channel())),
      clock_(clock),
      stop_(stop) {}

absl::Status RecipientAgent::RunOnce() {
  DSR_ASSIGN_OR_RETURN(const std::vector<InboxNotice> open, inbox_->Open(recipient_.id));
  for (const InboxNotice& notice : open) {
    if (stop_.stopped()) break;
    const absl::Status status = CarryOut(notice);
    if (IsTransient(status)) return status;
    if (!status.ok() && ReasonOf(status) != v1::ERROR_REASON_ALREADY_ENDED) {
      Log(LogLevel::kWarning, "notice_given_up",
          {{"recipient", recipient_.id},
           {"notice", notice.notice},
           {"code", absl::StatusCodeToString(status.code())}});
    }
    DSR_RETURN_IF_ERROR(inbox_->End(notice.notice));
  }
  return absl::OkStatus();
}

void RecipientAgent::Run(absl::string_view pause_file) {
  Backoff backoff;
  do {
    if (!pause_file.empty() && FileExists(pause_file)) continue;
    absl::Status status = RunOnce();
    while (!status.ok() && stop_.WaitFor(backoff.Next())) status = RunOnce();
    backoff.Reset();
  } while (stop_.WaitFor(kPoll));
}

absl::Status RecipientAgent::CarryOut(const InboxNotice& open) {
  int64_t records = open.records;
  if (!open.has_acted) {
    v1::AcknowledgeNoticeRequest acknowledge;
    acknowledge.set_name(open.notice);
    acknowledge.set_idempotency_key(DerivedKey({"acknowledge", open.notice}));
    DSR_RETURN_IF_ERROR(
        caller_.Call(*notices_, &v1::NoticeService::Stub::AcknowledgeNotice, acknowledge).status());
    v1::GetNoticeRequest get;
    get.set_name(open.notice);
    DSR_ASSIGN_OR_RETURN(const v1::Notice notice,
                         caller_.Call(*notices_, &v1::NoticeService::Stub::GetNotice, get));
    if (recipient_.keeps_records && notice.kind() == v1::NOTICE_KIND_DELETE) {
      return Object(open.notice);
    }
    DSR_ASSIGN_OR_RETURN(records, inbox_->Act(recipient_, notice));
  }
  v1::CompleteNoticeRequest complete;
  complete.set_name(open.notice);
  complete.set_idempotency_key(DerivedKey({"complete", open.notice}));
  complete.set_records(records);
  DSR_RETURN_IF_ERROR(
      caller_.Call(*notices_, &v1::NoticeService::Stub::CompleteNotice, complete).status());
  Log(LogLevel::kInfo, "notice_completed",
      {{"recipient", recipient_.id}, {"notice", open.notice}, {"records", records}});
  return absl::OkStatus();
}

absl::Status RecipientAgent::Object(const std::string& notice) {
  const absl::CivilDay until = AddMonths(ShopDay(clock_.Now()), kKeptMonths);
  v1::ObjectToNoticeRequest object;
  object.set_name(notice);
  // The day is part of the call: on another day it is another call with another key.
  object.set_idempotency_key(DerivedKey({"object", notice, DayText(until)}));
  object.mutable_objection()->set_ground("own-retention-law");
  object.mutable_objection()->set_law("Anti-Money Laundering Law 2024, article 34 (10 years)");
  *object.mutable_objection()->mutable_until() = ToDate(until);
  DSR_RETURN_IF_ERROR(
      caller_.Call(*notices_, &v1::NoticeService::Stub::ObjectToNotice, object).status());
  Log(LogLevel::kInfo, "notice_objected", {{"recipient", recipient_.id}, {"notice", notice}});
  return absl::OkStatus();
}

}  // namespace dsr::sample_shop
