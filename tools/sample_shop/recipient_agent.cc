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
constexpr absl::Duration kPausedWait = absl::Milliseconds(200);
// Anti-Money Laundering Law 2024, article 34.
constexpr int kKeptMonths = 120;

std::string CodeOf(const absl::Status& status) { return absl::StatusCodeToString(status.code()); }

// Tells whether the server will never take this notice from us. Anything else may pass: a token
// that is not known yet, too, for a notice given up too early is a duty lost.
bool IsHopeless(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status);
}

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
  absl::Status first_error;
  for (const InboxNotice& notice : open) {
    if (stop_.stopped()) break;
    const absl::Status status = CarryOut(notice);
    const bool has_ended = ReasonOf(status) == v1::ERROR_REASON_ALREADY_ENDED;
    if (status.ok() || has_ended || IsHopeless(status)) {
      if (!status.ok() && !has_ended) {
        Log(LogLevel::kWarning, "notice_given_up",
            {{"recipient", recipient_.id}, {"notice", notice.notice}, {"code", CodeOf(status)}});
      }
      DSR_RETURN_IF_ERROR(inbox_->End(notice.notice));
      continue;
    }
    first_error.Update(status);
    // The others would only wait in vain, too.
    if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) break;
  }
  return first_error;
}

void RecipientAgent::Run(absl::string_view pause_file) {
  Backoff backoff;
  bool had_failed = false;
  while (!stop_.stopped()) {
    if (!pause_file.empty() && FileExists(pause_file)) {
      stop_.WaitFor(kPausedWait);
      continue;
    }
    const absl::Status status = RunOnce();
    if (status.ok()) {
      backoff.Reset();
      stop_.WaitFor(kPoll);
    } else {
      // Once for each time of trouble, not once for each attempt.
      if (!had_failed) {
        Log(LogLevel::kWarning, "notices_delayed",
            {{"recipient", recipient_.id}, {"code", CodeOf(status)}});
      }
      stop_.WaitFor(backoff.Next());
    }
    had_failed = !status.ok();
  }
}

absl::Status RecipientAgent::CarryOut(const InboxNotice& open) {
  int64_t records = open.records;
  if (!open.has_acted) {
    v1::AcknowledgeNoticeRequest acknowledge;
    acknowledge.set_name(open.notice);
    acknowledge.set_idempotency_key(DerivedKey({"acknowledge", open.notice}));
    DSR_RETURN_IF_ERROR(
        caller_.Call(*notices_, &v1::NoticeService::Stub::AcknowledgeNotice, acknowledge).status());
  }
  v1::GetNoticeRequest get;
  get.set_name(open.notice);
  DSR_ASSIGN_OR_RETURN(const v1::Notice notice,
                       caller_.Call(*notices_, &v1::NoticeService::Stub::GetNotice, get));
  if (!open.has_acted) {
    if (recipient_.keeps_records && notice.kind() == v1::NOTICE_KIND_DELETE) {
      return Object(open.notice);
    }
    DSR_ASSIGN_OR_RETURN(records, inbox_->Act(recipient_, notice));
  }
  v1::CompleteNoticeRequest complete;
  complete.set_name(open.notice);
  complete.set_idempotency_key(DerivedKey({"complete", open.notice}));
  complete.set_records(records);
  *complete.mutable_onward_told() = notice.onward_recipients();
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
