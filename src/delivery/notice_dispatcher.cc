#include "delivery/notice_dispatcher.h"

#include <utility>

#include "absl/strings/strip.h"
#include "app/principal.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// How often a notice is looked at whose recipient fetches it.
constexpr absl::Duration kPullInterval = absl::Hours(24);

// How long one is put off that was not tried, as a step of the schedule: long enough that a backlog
// behind a recipient that is down costs next to nothing.
constexpr int kUntriedStep = 2;

v1::NoticeWay WayOf(const v1::Delivery& delivery) {
  switch (delivery.way_case()) {
    case v1::Delivery::kWebhook:
      return v1::NOTICE_WAY_WEBHOOK;
    case v1::Delivery::kPull:
      return v1::NOTICE_WAY_PULL;
    case v1::Delivery::kPush:
      return v1::NOTICE_WAY_PUSH;
    case v1::Delivery::kLetter:
      return v1::NOTICE_WAY_LETTER;
    case v1::Delivery::WAY_NOT_SET:
      break;
  }
  return v1::NOTICE_WAY_UNSPECIFIED;
}

}  // namespace

NoticeDispatcher::NoticeDispatcher(const Parts& parts)
    : parts_(parts),
      runner_(parts.store, parts.clock,
              OutboxOptions{.kind = OutboxKind::kNotice,
                            .threads = parts.threads,
                            .limits = [this](const std::string& lane) { return LimitsOf(lane); }},
              [this](const OutboxItem& item) { return Attempt(item); }) {}

void NoticeDispatcher::OnCommitted(const CommitHints& hints) {
  if (!hints.recipients.empty()) runner_.Wake();
}

LaneLimits NoticeDispatcher::LimitsOf(const std::string& lane) {
  absl::string_view name = lane;
  const bool by_fallback = absl::ConsumeSuffix(&name, "/fallback");
  v1::Recipient recipient;
  const absl::Status read = parts_.store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(recipient, view.FindRecipient(name));
    return absl::OkStatus();
  });
  LaneLimits limits;
  if (!read.ok()) return limits;
  const v1::Delivery& way = by_fallback ? recipient.fallback() : recipient.delivery();
  if (way.max_concurrent() > 0) limits.concurrent = way.max_concurrent();
  limits.per_second = way.max_per_second();
  return limits;
}

absl::Time NoticeDispatcher::Attempt(const OutboxItem& item) {
  const absl::StatusOr<std::optional<Loaded>> loaded = Load(item);
  // Without the subject's key, which is destroyed, the recipient could not tell whom it is about.
  if (absl::IsFailedPrecondition(loaded.status())) {
    return RecordOrDefer(item, DeliveryResult::Failure("key-destroyed", /*give_up=*/true),
                         v1::NOTICE_WAY_UNSPECIFIED);
  }
  if (!loaded.ok()) {
    // Not the recipient's failure: it does not end the attempts.
    Log(LogLevel::kError, "notice_not_loaded",
        {{"notice", item.item.ToString()}, {"reason", ErrorReasonName(ReasonOf(loaded.status()))}});
    return DeferBySchedule(item, DeliveryResult());
  }
  if (!loaded->has_value()) return absl::InfiniteFuture();
  if ((*loaded)->way().has_pull()) {
    return Defer(item, {.next = parts_.clock.Now() + kPullInterval, .counts = false});
  }

  const DeliveryResult result = Deliver(item, **loaded);
  if (!result.was_tried && !result.give_up) return PutOff(item, result);
  const v1::NoticeWay way = WayOf((*loaded)->way());
  if (result.delivered) return RecordOrDefer(item, result, way);
  // What failed by the whole schedule is recorded once; the daily attempts after it are not.
  const bool has_failed = (*loaded)->notice.state() == v1::Notice::STATE_FAILED;
  const bool gives_up = result.give_up || (!has_failed && item.attempts + 1 >= kMostAttempts);
  return gives_up ? RecordOrDefer(item, result, way) : DeferBySchedule(item, result);
}

absl::Time NoticeDispatcher::RecordOrDefer(const OutboxItem& item, const DeliveryResult& result,
                                           v1::NoticeWay way) {
  const absl::Status recorded = Record(item, result, way);
  // Recorded as failed, it may be due again; the store knows when.
  if (recorded.ok()) return absl::InfiniteFuture();
  Log(LogLevel::kWarning, "notice_not_recorded",
      {{"notice", item.item.ToString()}, {"reason", ErrorReasonName(ReasonOf(recorded))}});
  // Delivered again, under the same id, rather than forgotten.
  return DeferBySchedule(item, DeliveryResult());
}

absl::StatusOr<std::optional<NoticeDispatcher::Loaded>> NoticeDispatcher::Load(
    const OutboxItem& item) {
  std::optional<Loaded> loaded;
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    loaded.reset();
    Loaded found;
    DSR_ASSIGN_OR_RETURN(found.notice, view.FindNotice(item.request, NoticeId(item.item)));
    if (!AwaitsDelivery(found.notice) || OutboxLane(found.notice) != item.lane)
      return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(found.recipient, view.FindRecipient(found.notice.recipient()));
    if (!found.way().has_pull()) {
      DSR_RETURN_IF_ERROR(parts_.reader.OpenNotice(view, item.request, found.notice));
    }
    loaded = std::move(found);
    return absl::OkStatus();
  }));
  return loaded;
}

DeliveryResult NoticeDispatcher::Deliver(const OutboxItem& item, const Loaded& loaded) {
  DeliveryResult result = parts_.transport.Deliver({.recipient = loaded.recipient,
                                                    .way = loaded.way(),
                                                    .notice = loaded.notice,
                                                    .now = parts_.clock.Now()});
  if (!result.delivered) {
    Log(LogLevel::kWarning, "notice_attempt_failed",
        {{"notice", item.item.ToString()},
         {"recipient", loaded.recipient.name()},
         {"attempt", item.attempts + 1},
         {"code", result.code}});
  } else if (result.answer_unreadable) {
    Log(LogLevel::kWarning, "notice_answer_unreadable",
        {{"notice", item.item.ToString()}, {"recipient", loaded.recipient.name()}});
  }
  return result;
}

absl::Time NoticeDispatcher::DeferBySchedule(const OutboxItem& item, const DeliveryResult& result) {
  const absl::Time now = parts_.clock.Now();
  Deferral deferral{.next = now + parts_.schedule.Delay(item.attempts + 1, item.item.ToString(),
                                                        result.retry_after)};
  if (!result.code.empty()) deferral.failure = DeliveryFailure{now, result.code};
  return Defer(item, deferral);
}

absl::Time NoticeDispatcher::PutOff(const OutboxItem& item, const DeliveryResult& result) {
  return Defer(
      item, {.next = parts_.clock.Now() +
                     parts_.schedule.Delay(kUntriedStep, item.item.ToString(), result.retry_after),
             .counts = false});
}

absl::Time NoticeDispatcher::Defer(const OutboxItem& item, const Deferral& deferral) {
  const absl::Status status = TransactAndWait(parts_.store, [&](Transaction& transaction) {
    return transaction.DeferOutbox(item.kind, item.item, deferral);
  });
  // Otherwise it is due again when its claim ends.
  return status.ok() ? deferral.next : absl::InfiniteFuture();
}

absl::Status NoticeDispatcher::Record(const OutboxItem& item, const DeliveryResult& result,
                                      v1::NoticeWay way) {
  if (!result.delivered) {
    const DeliveryFailure failure{parts_.clock.Now(), result.code};
    DSR_RETURN_IF_ERROR(TransactAndWait(parts_.store, [&](Transaction& transaction) {
      return transaction.PutDeliveryFailure(NoticeId(item.item), failure);
    }));
  }
  PlannedCommand planned;
  planned.request = item.request;
  planned.command = RecordNoticeDelivery{.id = NoticeId(item.item),
                                         .lane = item.lane,
                                         .delivered = result.delivered,
                                         .way = way,
                                         .attempts = item.attempts + 1,
                                         .code = result.delivered ? "" : result.code,
                                         .is_hopeless = result.give_up,
                                         .answer = result.answer};
  return parts_.executor
      .ExecuteAndWait(std::move(planned), CallContext{.principal = DispatcherPrincipal()})
      .status();
}

}  // namespace dsr
