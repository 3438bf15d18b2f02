#include "delivery/notice_dispatcher.h"

#include <utility>

#include "app/principal.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// How often a notice is looked at whose recipient fetches it.
constexpr absl::Duration kPullInterval = absl::Hours(24);

}  // namespace

NoticeDispatcher::NoticeDispatcher(const Parts& parts)
    : parts_(parts),
      runner_(parts.store, parts.clock,
              OutboxOptions{.kind = OutboxKind::kNotice,
                            .threads = parts.threads,
                            .per_recipient = parts.per_recipient},
              [this](const OutboxItem& item) { return Attempt(item); }) {}

void NoticeDispatcher::OnCommitted(const CommitHints& hints) {
  if (!hints.recipients.empty()) runner_.Wake();
}

absl::Time NoticeDispatcher::Attempt(const OutboxItem& item) {
  const absl::StatusOr<std::optional<Loaded>> loaded = Load(item);
  // Without the subject's key, which is destroyed, the recipient could not tell whom it is about.
  if (absl::IsFailedPrecondition(loaded.status())) {
    return RecordOrDefer(item, DeliveryResult{.give_up = true, .code = "key-destroyed"});
  }
  if (!loaded.ok()) {
    // Not the recipient's failure: it does not end the attempts.
    Log(LogLevel::kError, "notice_not_loaded",
        {{"notice", item.item.ToString()}, {"reason", ErrorReasonName(ReasonOf(loaded.status()))}});
    return DeferBySchedule(item, absl::ZeroDuration());
  }
  if (!loaded->has_value()) return absl::InfiniteFuture();
  if (!(*loaded)->recipient.delivery().has_webhook()) return Defer(item, kPullInterval);

  const DeliveryResult result = Deliver(item, **loaded);
  const bool gives_up = result.give_up || item.attempts + 1 >= kMostAttempts;
  if (!result.delivered && !gives_up) return DeferBySchedule(item, result.retry_after);
  return RecordOrDefer(item, result);
}

absl::Time NoticeDispatcher::RecordOrDefer(const OutboxItem& item, const DeliveryResult& result) {
  const absl::Status recorded = Record(item, result);
  if (recorded.ok()) return absl::InfiniteFuture();
  Log(LogLevel::kWarning, "notice_not_recorded",
      {{"notice", item.item.ToString()}, {"reason", ErrorReasonName(ReasonOf(recorded))}});
  // Delivered again, under the same id, rather than forgotten.
  return DeferBySchedule(item, absl::ZeroDuration());
}

absl::StatusOr<std::optional<NoticeDispatcher::Loaded>> NoticeDispatcher::Load(
    const OutboxItem& item) {
  std::optional<Loaded> loaded;
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    loaded.reset();
    Loaded found;
    DSR_ASSIGN_OR_RETURN(found.notice, view.FindNotice(item.request, NoticeId(item.item)));
    if (found.notice.state() != v1::Notice::STATE_PENDING) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(found.recipient, view.FindRecipient(found.notice.recipient()));
    if (found.recipient.delivery().has_webhook()) {
      DSR_RETURN_IF_ERROR(parts_.reader.OpenNotice(view, item.request, found.notice));
    }
    loaded = std::move(found);
    return absl::OkStatus();
  }));
  return loaded;
}

DeliveryResult NoticeDispatcher::Deliver(const OutboxItem& item, const Loaded& loaded) {
  DeliveryResult result =
      parts_.webhooks.Deliver(loaded.recipient, loaded.notice, parts_.clock.Now());
  if (!result.delivered) {
    Log(LogLevel::kWarning, "notice_attempt_failed",
        {{"notice", item.item.ToString()},
         {"recipient", item.recipient},
         {"attempt", item.attempts + 1},
         {"code", result.code}});
  }
  return result;
}

absl::Time NoticeDispatcher::DeferBySchedule(const OutboxItem& item, absl::Duration retry_after) {
  return Defer(item, parts_.schedule.Delay(item.attempts + 1, item.item.ToString(), retry_after));
}

absl::Time NoticeDispatcher::Defer(const OutboxItem& item, absl::Duration pause) {
  const absl::Time next = parts_.clock.Now() + pause;
  const absl::Status status = TransactAndWait(parts_.store, [&](Transaction& transaction) {
    return transaction.DeferOutbox(item.kind, item.item, next);
  });
  // Otherwise it is due again when its claim ends.
  return status.ok() ? next : absl::InfiniteFuture();
}

absl::Status NoticeDispatcher::Record(const OutboxItem& item, const DeliveryResult& result) {
  PlannedCommand planned;
  planned.request = item.request;
  planned.command = RecordNoticeDelivery{.id = NoticeId(item.item),
                                         .recipient = item.recipient,
                                         .delivered = result.delivered,
                                         .attempts = item.attempts + 1,
                                         .code = result.delivered ? "" : result.code};
  return parts_.executor
      .ExecuteAndWait(std::move(planned), CallContext{.principal = DispatcherPrincipal()})
      .status();
}

}  // namespace dsr
