// PullNotices: how recipients without a webhook get theirs.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/long_poll.h"
#include "rpc/notice_marking.h"
#include "rpc/services.h"

namespace dsr {
namespace {

// The recipient's open notices, but those about which a person decides now.
absl::StatusOr<std::vector<v1::Notice>> NoticesToTell(ReadView& view, const std::string& recipient,
                                                      int limit) {
  std::vector<v1::Notice> notices;
  std::optional<NoticeId> after;
  while (true) {
    DSR_ASSIGN_OR_RETURN(std::vector<v1::Notice> page,
                         view.ListOpenNotices(recipient, after, limit));
    for (v1::Notice& notice : page) {
      std::pair<RequestId, NoticeId> name;
      DSR_ASSIGN_OR_RETURN(name, ParseNoticeName(notice.name()));
      after = name.second;
      if (AwaitsDecision(notice)) continue;
      notices.push_back(std::move(notice));
      if (notices.size() == static_cast<size_t>(limit)) return notices;
    }
    if (page.size() < static_cast<size_t>(limit)) return notices;
  }
}

void PullOnce(const std::shared_ptr<UnaryCall>& call, int limit, LongPoll::Report report) {
  const bool taken = call->context().RunSoon(call->principal(), [call, limit, report] {
    std::vector<v1::Notice> notices;
    const absl::Status status =
        call->context().parts().store.Read([&](ReadView& view) -> absl::Status {
          DSR_ASSIGN_OR_RETURN(notices, NoticesToTell(view, call->principal().recipient, limit));
          return absl::OkStatus();
        });
    if (!status.ok()) {
      call->Fail(status);
    } else if (!notices.empty()) {
      MarkAndOpen(call->context(), call->principal(), notices,
                  [call](absl::StatusOr<std::vector<v1::Notice>> told) {
                    if (!told.ok()) return call->Fail(told.status());
                    v1::PullNoticesResponse out;
                    for (v1::Notice& notice : *told) *out.add_notices() = std::move(notice);
                    call->Succeed(out);
                  });
    }
    report(!status.ok() || !notices.empty());
  });
  if (taken) return;
  call->Fail(TooBusy());
  report(true);
}

void PullNotices(const std::shared_ptr<UnaryCall>& call, const v1::PullNoticesRequest& in) {
  const absl::StatusOr<int> limit = PageSize(in.max_notices(), "max_notices", 50, 500);
  if (!limit.ok()) return call->Fail(limit.status());
  const absl::StatusOr<absl::Duration> wait =
      Span(in.wait(), "wait", absl::ZeroDuration(), LongPoll::kLongestWait);
  if (!wait.ok()) return call->Fail(wait.status());
  LongPoll::Begin(
      call, call->principal().recipient, *wait,
      [call, limit = *limit](LongPoll::Report report) { PullOnce(call, limit, std::move(report)); },
      [call] { call->Succeed(v1::PullNoticesResponse()); });
}

}  // namespace

void AddNoticePulling(RpcService& service) {
  service.Unary<v1::PullNoticesRequest>("PullNotices", PullNotices);
}

}  // namespace dsr
