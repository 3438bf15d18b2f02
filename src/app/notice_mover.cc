#include "app/notice_mover.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "app/principal.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// Recipients are seldom taken over, and a look costs one query for each that was.
constexpr absl::Duration kLookInterval = absl::Seconds(10);
constexpr int kPage = 200;

}  // namespace

NoticeMover::NoticeMover(const Parts& parts)
    : parts_(parts), thread_("notice-mover", [this] { Run(); }) {}

void NoticeMover::Close() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
    changed_.NotifyAll();
  }
  thread_.Join();
}

bool NoticeMover::IsClosing() const {
  MutexLock lock(mutex_);
  return closing_;
}

void NoticeMover::Run() {
  while (true) {
    const absl::Status moved = MoveAll();
    if (!moved.ok()) {
      Log(LogLevel::kWarning, "notice_mover_failed",
          {{"reason", ErrorReasonName(ReasonOf(moved))}});
    }
    MutexLock lock(mutex_);
    const absl::Time next = parts_.clock.Now() + kLookInterval;
    while (!closing_ && parts_.clock.Now() < next) parts_.clock.WaitUntil(changed_, mutex_, next);
    if (closing_) return;
  }
}

absl::Status NoticeMover::MoveAll() {
  std::vector<v1::Recipient> recipients;
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(recipients, view.ListRecipients());
    return absl::OkStatus();
  }));
  for (const v1::Recipient& recipient : recipients) {
    if (!recipient.successor().empty()) DSR_RETURN_IF_ERROR(MoveFrom(recipient.name()));
  }
  return absl::OkStatus();
}

absl::Status NoticeMover::MoveFrom(const std::string& recipient) {
  std::optional<NoticeId> after;
  while (!IsClosing()) {
    std::vector<v1::Notice> page;
    DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(page, view.ListOpenNotices(recipient, after, kPage));
      return absl::OkStatus();
    }));
    std::set<RequestId> requests;
    for (const v1::Notice& notice : page) {
      std::pair<RequestId, NoticeId> name;
      DSR_ASSIGN_OR_RETURN(name, ParseNoticeName(notice.name()));
      requests.insert(name.first);
      after = name.second;
    }
    for (const RequestId& request : requests) {
      if (IsClosing()) break;
      const PlannedCommand planned{.request = request, .command = Reconsider{}};
      const absl::Status moved =
          parts_.executor.ExecuteAndWait(planned, CallContext{.principal = EnginePrincipal()})
              .status();
      // One that cannot be moved does not keep the others where nobody answers any more.
      if (!moved.ok()) {
        Log(LogLevel::kWarning, "notice_not_moved",
            {{"request", request.ToString()}, {"reason", ErrorReasonName(ReasonOf(moved))}});
      }
    }
    if (page.size() < kPage) break;
  }
  return absl::OkStatus();
}

}  // namespace dsr
