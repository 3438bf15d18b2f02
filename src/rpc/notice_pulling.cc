// PullNotices: how recipients without a webhook get theirs.
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/long_poll.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr absl::Duration kLongestWait = absl::Seconds(20);

using NoticeKey = std::pair<RequestId, NoticeId>;

// Opens the notices and answers with them, as they are after they were marked.
void AnswerNotices(const std::shared_ptr<UnaryCall>& call, const std::vector<NoticeKey>& keys) {
  const bool taken = call->context().RunSoon([call, keys] {
    v1::PullNoticesResponse out;
    const absl::Status status =
        call->context().parts().store.Read([&](ReadView& view) -> absl::Status {
          for (const NoticeKey& key : keys) {
            DSR_ASSIGN_OR_RETURN(v1::Notice notice, view.FindNotice(key.first, key.second));
            DSR_RETURN_IF_ERROR(call->context().reader().OpenNotice(view, key.first, notice));
            *out.add_notices() = std::move(notice);
          }
          return absl::OkStatus();
        });
    if (status.ok()) {
      call->Succeed(out);
    } else {
      call->Fail(status);
    }
  });
  if (!taken) call->Fail(TooBusy());
}

// Records that the recipient fetched those that were not delivered yet; then answers.
void MarkSent(const std::shared_ptr<UnaryCall>& call, const std::vector<v1::Notice>& notices,
              const std::vector<NoticeKey>& keys) {
  struct Marking {
    std::atomic<size_t> left;
    std::atomic<bool> has_failed = false;
  };
  const auto marking = std::make_shared<Marking>();
  // One more than there are, so that the last of them to end answers, also when none is pending.
  marking->left = 1;
  const auto end_one = [call, keys, marking](const absl::StatusOr<ExecutionResult>& result) {
    if (!result.ok() && !marking->has_failed.exchange(true)) call->Fail(result.status());
    if (--marking->left == 0 && !marking->has_failed) AnswerNotices(call, keys);
  };
  for (size_t i = 0; i < notices.size(); ++i) {
    if (notices[i].state() != v1::Notice::STATE_PENDING) continue;
    ++marking->left;
    PlannedCommand planned{.request = keys[i].first,
                           .command = RecordNoticeDelivery{.id = keys[i].second,
                                                           .recipient = notices[i].recipient(),
                                                           .delivered = true,
                                                           .attempts = notices[i].attempts() + 1}};
    call->context().parts().executor.Execute(std::move(planned),
                                             CallContext{.principal = call->principal()}, end_one);
  }
  end_one(ExecutionResult());
}

void PullOnce(const std::shared_ptr<UnaryCall>& call, int limit, LongPoll::Report report) {
  const bool taken = call->context().RunSoon([call, limit, report] {
    std::vector<v1::Notice> notices;
    std::vector<NoticeKey> keys;
    const absl::Status status =
        call->context().parts().store.Read([&](ReadView& view) -> absl::Status {
          DSR_ASSIGN_OR_RETURN(
              notices, view.ListOpenNotices(call->principal().recipient, std::nullopt, limit));
          for (const v1::Notice& notice : notices) {
            NoticeKey key;
            DSR_ASSIGN_OR_RETURN(key, ParseNoticeName(notice.name()));
            keys.push_back(key);
          }
          return absl::OkStatus();
        });
    if (!status.ok()) {
      call->Fail(status);
    } else if (!notices.empty()) {
      MarkSent(call, notices, keys);
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
      Span(in.wait(), "wait", absl::ZeroDuration(), kLongestWait);
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
