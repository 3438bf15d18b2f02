// StreamNotices: a recipient's notices as they come, over one call that stays open.
#include <grpcpp/alarm.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/mutex.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/call_alarm.h"
#include "rpc/notice_marking.h"
#include "rpc/services.h"
#include "rpc/stream_call.h"

namespace dsr {
namespace {

constexpr int kPage = 100;
// Notices that are older than what was sent, because they moved here or are delivered again, are
// looked for by passing over all open ones; not more often than this.
constexpr std::chrono::seconds kRoundInterval{5};

// Notices on their way to the stream: being marked as fetched, or marked. Thread-safe.
class Told {
 public:
  void Begin() {
    MutexLock lock(mutex_);
    is_under_way_ = true;
  }
  void End(absl::StatusOr<std::vector<v1::Notice>> notices) {
    MutexLock lock(mutex_);
    is_under_way_ = false;
    notices_ = std::move(notices);
  }
  bool is_under_way() {
    MutexLock lock(mutex_);
    return is_under_way_;
  }
  absl::StatusOr<std::vector<v1::Notice>> Take() {
    MutexLock lock(mutex_);
    return std::exchange(notices_, std::vector<v1::Notice>());
  }

 private:
  Mutex mutex_;
  bool is_under_way_ ABSL_GUARDED_BY(mutex_) = false;
  absl::StatusOr<std::vector<v1::Notice>> notices_ ABSL_GUARDED_BY(mutex_) =
      std::vector<v1::Notice>();
};

// What one stream sends next. Used by one thread at a time.
class NoticeStream {
 public:
  NoticeStream(StreamCall& call, std::unique_ptr<CommitHub::Subscription> subscription)
      : context_(call.context()),
        principal_(call.principal()),
        call_(call.weak_from_this()),
        subscription_(std::move(subscription)) {}

  void Produce(StreamCall& call) {
    if (context_.parts().hub.is_closed()) return call.End(TooBusy());
    // Rung when they are marked.
    if (told_->is_under_way()) return call.Park();
    absl::StatusOr<std::vector<v1::Notice>> told = told_->Take();
    if (!told.ok()) return call.End(told.status());
    for (v1::Notice& notice : *told) pending_.push_back(std::move(notice));
    while (pending_.empty()) {
      const absl::StatusOr<bool> goes_on = Fill();
      if (!goes_on.ok()) return call.End(goes_on.status());
      if (!*goes_on) return call.Park();
    }
    const v1::Notice next = std::move(pending_.front());
    pending_.pop_front();
    call.Write(next);
  }

 private:
  // Reads on behind the notice that was read last; false when none is left to send.
  absl::StatusOr<bool> Fill() {
    std::vector<v1::Notice> page;
    DSR_RETURN_IF_ERROR(context_.parts().store.Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(page, view.ListOpenNotices(principal_.recipient, after_, kPage));
      return absl::OkStatus();
    }));
    std::vector<v1::Notice> due;
    for (v1::Notice& notice : page) {
      std::pair<RequestId, NoticeId> name;
      DSR_ASSIGN_OR_RETURN(name, ParseNoticeName(notice.name()));
      after_ = name.second;
      // The first round sends all that is open: the recipient may have lost it.
      if (is_first_round_ ? !AwaitsDecision(notice) : AwaitsDelivery(notice))
        due.push_back(std::move(notice));
    }
    const bool has_more = page.size() == static_cast<size_t>(kPage);
    if (!due.empty()) {
      Tell(due);
      return false;
    }
    if (has_more) return true;
    is_first_round_ = false;
    return BeginRound();
  }

  void Tell(const std::vector<v1::Notice>& due) {
    told_->Begin();
    MarkAndOpen(context_, principal_, due,
                [told = told_, call = call_](absl::StatusOr<std::vector<v1::Notice>> notices) {
                  told->End(std::move(notices));
                  if (const std::shared_ptr<StreamCall> waiting = call.lock()) waiting->Ring();
                });
  }

  // Begins to pass over all open notices again; too soon after the last round, has the call rung
  // when it is time, and returns false.
  bool BeginRound() {
    const auto now = std::chrono::steady_clock::now();
    if (round_is_over_) {
      // Nothing came since: the next ring begins one.
      round_is_over_ = false;
      return false;
    }
    if (now < next_round_) {
      SetAlarm(alarm_.emplace(), absl::FromChrono(next_round_ - now), [call = call_] {
        if (const std::shared_ptr<StreamCall> waiting = call.lock()) waiting->Ring();
      });
      return false;
    }
    next_round_ = now + kRoundInterval;
    round_is_over_ = true;
    after_.reset();
    return true;
  }

  RpcContext& context_;
  const Principal principal_;
  const std::weak_ptr<StreamCall> call_;
  const std::unique_ptr<CommitHub::Subscription> subscription_;
  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
  std::optional<NoticeId> after_;
  bool is_first_round_ = true;
  bool round_is_over_ = true;
  std::chrono::steady_clock::time_point next_round_ =
      std::chrono::steady_clock::now() + kRoundInterval;
  std::optional<grpc::Alarm> alarm_;
  std::deque<v1::Notice> pending_;
};

void StreamNotices(const std::shared_ptr<StreamCall>& call, const v1::StreamNoticesRequest&) {
  RpcContext& context = call->context();
  auto subscription =
      context.parts().hub.Subscribe(call->principal().recipient, [weak = call->weak_from_this()] {
        if (const std::shared_ptr<StreamCall> waiting = weak.lock()) waiting->Ring();
      });
  const auto stream = std::make_shared<NoticeStream>(*call, std::move(subscription));
  call->Run([stream](StreamCall& running) { stream->Produce(running); });
}

}  // namespace

void AddNoticeStream(RpcService& service) {
  service.Stream<v1::StreamNoticesRequest>("StreamNotices", StreamNotices);
}

}  // namespace dsr
