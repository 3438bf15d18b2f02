// How recipients do: what they owe, how fast they answer, whether they can be reached.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/not_found.h"
#include "app/too_busy.h"
#include "dsr/base/errors.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/registry_service.pb.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr int kNoticesForMedians = 1000;

void SetMedian(std::vector<absl::Duration> spans, google::protobuf::Duration& median) {
  const auto middle = spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2);
  std::nth_element(spans.begin(), middle, spans.end());
  median.set_seconds(absl::ToInt64Seconds(*middle));
}

void AddMedians(const std::vector<v1::Notice>& notices, v1::RecipientHealth& health) {
  std::vector<absl::Duration> acknowledged;
  std::vector<absl::Duration> completed;
  for (const v1::Notice& notice : notices) {
    const absl::Time since = FromTimestamp(SinceWhen(notice));
    if (notice.has_acknowledge_time())
      acknowledged.push_back(FromTimestamp(notice.acknowledge_time()) - since);
    if (notice.state() == v1::Notice::STATE_COMPLETED)
      completed.push_back(FromTimestamp(notice.end_time()) - since);
  }
  if (!acknowledged.empty())
    SetMedian(std::move(acknowledged), *health.mutable_median_acknowledge());
  if (!completed.empty()) SetMedian(std::move(completed), *health.mutable_median_complete());
}

absl::StatusOr<v1::RecipientHealth> HealthOf(ReadView& view, const std::string& recipient) {
  v1::RecipientHealth health;
  health.set_recipient(recipient);
  DSR_ASSIGN_OR_RETURN(const NoticeCounts open, view.CountOpenNotices(recipient));
  health.set_pending(open.pending);
  health.set_sent(open.sent);
  health.set_acknowledged(open.acknowledged);
  health.set_objected(open.objected);
  health.set_failed(open.failed);
  health.set_overdue(open.overdue);
  if (open.oldest < absl::InfiniteFuture())
    *health.mutable_oldest_open_time() = ToTimestamp(open.oldest);
  DSR_ASSIGN_OR_RETURN(const std::vector<v1::Notice> latest,
                       view.ListLatestNoticesOf(recipient, kNoticesForMedians));
  AddMedians(latest, health);
  return health;
}

void ListRecipientHealth(const std::shared_ptr<UnaryCall>& call,
                         const v1::ListRecipientHealthRequest& in) {
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListRecipientHealthResponse>(
      call,
      [call, in, page = *page](ReadView& view) -> absl::StatusOr<v1::ListRecipientHealthResponse> {
        DSR_ASSIGN_OR_RETURN(std::vector<v1::Recipient> recipients, view.ListRecipients());
        recipients.erase(recipients.begin(), std::find_if(recipients.begin(), recipients.end(),
                                                          [&](const v1::Recipient& recipient) {
                                                            return recipient.name() > page.after;
                                                          }));
        v1::ListRecipientHealthResponse out;
        out.set_next_page_token(EndPage<v1::ListRecipientHealthRequest, v1::Recipient>(
            *call, in, page, recipients,
            [](const v1::Recipient& recipient) { return recipient.name(); }));
        for (const v1::Recipient& recipient : recipients) {
          DSR_ASSIGN_OR_RETURN(*out.add_recipients(), HealthOf(view, recipient.name()));
          call->context().parts().checker.AddReach(*out.mutable_recipients()->rbegin());
        }
        return out;
      });
}

absl::Status CannotBeTested(const v1::Recipient& recipient) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ACTION_NOT_ALLOWED,
                   "only recipients that are told by webhook or push can be tested",
                   {{"resource", recipient.name()}, {"action", "TestRecipient"}});
}

absl::Status HasNoFallback(const v1::Recipient& recipient) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ACTION_NOT_ALLOWED,
                   absl::StrCat(recipient.name(), " has no fallback; UpdateRecipient gives it one"),
                   {{"resource", recipient.name()}, {"action", "TestRecipient"}});
}

void TestRecipient(const std::shared_ptr<UnaryCall>& call, const v1::TestRecipientRequest& in) {
  if (in.name().empty()) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "name", "is required"));
  }
  const bool taken = call->context().RunLong(call->principal(), [call, in] {
    v1::Recipient recipient;
    const absl::Status found =
        call->context().parts().store.Read([&](ReadView& view) -> absl::Status {
          DSR_ASSIGN_OR_RETURN(recipient, view.FindRecipient(in.name()));
          return absl::OkStatus();
        });
    if (absl::IsNotFound(found)) return call->Fail(ResourceNotFound(in.name()));
    if (!found.ok()) return call->Fail(found);
    const v1::Delivery& way = in.fallback() ? recipient.fallback() : recipient.delivery();
    if (in.fallback() && !recipient.has_fallback()) return call->Fail(HasNoFallback(recipient));
    if (!way.has_webhook() && !way.has_push()) return call->Fail(CannotBeTested(recipient));
    call->Succeed(call->context().parts().checker.Test(recipient, way));
  });
  if (!taken) call->Fail(TooBusy());
}

}  // namespace

void AddRecipientHealth(RpcService& service) {
  service.Unary<v1::TestRecipientRequest>("TestRecipient", TestRecipient);
  service.Unary<v1::ListRecipientHealthRequest>("ListRecipientHealth", ListRecipientHealth);
}

}  // namespace dsr
