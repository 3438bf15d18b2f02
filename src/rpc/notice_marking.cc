#include "rpc/notice_marking.h"

#include <atomic>
#include <memory>
#include <utility>

#include "dsr/base/notice_life.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

using NoticeKey = std::pair<RequestId, NoticeId>;
using Done = std::function<void(absl::StatusOr<std::vector<v1::Notice>>)>;

void Open(RpcContext& context, const Principal& principal, const std::vector<NoticeKey>& keys,
          const Done& done) {
  const bool taken = context.RunSoon(principal, [&context, keys, done] {
    std::vector<v1::Notice> opened;
    const absl::Status status = context.parts().store.Read([&](ReadView& view) -> absl::Status {
      opened.clear();
      for (const NoticeKey& key : keys) {
        DSR_ASSIGN_OR_RETURN(v1::Notice notice, view.FindNotice(key.first, key.second));
        DSR_RETURN_IF_ERROR(context.reader().OpenNotice(view, key.first, notice));
        opened.push_back(std::move(notice));
      }
      return absl::OkStatus();
    });
    if (status.ok()) {
      done(std::move(opened));
    } else {
      done(status);
    }
  });
  if (!taken) done(TooBusy());
}

struct Marking {
  std::atomic<size_t> left;
  std::atomic<bool> has_failed = false;
};

}  // namespace

void MarkAndOpen(RpcContext& context, const Principal& principal,
                 const std::vector<v1::Notice>& notices, Done done) {
  std::vector<NoticeKey> keys;
  for (const v1::Notice& notice : notices) {
    const absl::StatusOr<NoticeKey> key = ParseNoticeName(notice.name());
    if (!key.ok()) return done(key.status());
    keys.push_back(*key);
  }
  const auto marking = std::make_shared<Marking>();
  // One more than there are, so that the last of them to end answers, also when none is pending.
  marking->left = 1;
  const auto end_one = [&context, principal, keys, marking,
                        done](const absl::StatusOr<ExecutionResult>& result) {
    if (!result.ok() && !marking->has_failed.exchange(true)) done(result.status());
    if (--marking->left == 0 && !marking->has_failed) Open(context, principal, keys, done);
  };
  for (size_t i = 0; i < notices.size(); ++i) {
    if (!Allows(notices[i], NoticeStep::kDeliver)) continue;
    ++marking->left;
    PlannedCommand planned{.request = keys[i].first,
                           .command = RecordNoticeDelivery{.id = keys[i].second,
                                                           .lane = OutboxLane(notices[i]),
                                                           .delivered = true,
                                                           .way = v1::NOTICE_WAY_PULL,
                                                           .attempts = notices[i].attempts() + 1}};
    context.parts().executor.Execute(std::move(planned), CallContext{.principal = principal},
                                     end_one);
  }
  end_one(ExecutionResult());
}

}  // namespace dsr
