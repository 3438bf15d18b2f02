#include "delivery/message_dispatcher.h"

#include <utility>

#include "app/account_merges.h"
#include "app/decision_facts.h"
#include "app/principal.h"
#include "delivery/message_address.h"
#include "delivery/message_variables.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

using Outcome = RecordMessageDelivery::Outcome;

const v1::Message* FindMessage(const storage::v1::RequestRecord& record, const std::string& name) {
  for (const v1::Message& message : record.messages()) {
    if (message.name() == name) return &message;
  }
  return nullptr;
}

// Whether the channel can bring HTML. A text message (`sms`) has its text alone.
bool HasHtml(const v1::Contact& address) { return address.channel() == "email"; }

}  // namespace

MessageDispatcher::MessageDispatcher(const Parts& parts)
    : parts_(parts),
      runner_(parts.store, parts.clock,
              // Messages have no recipient of the registry: all of them share the threads.
              OutboxOptions{.kind = OutboxKind::kMessage,
                            .threads = parts.threads,
                            .per_recipient = parts.threads},
              [this](const OutboxItem& item) { return Attempt(item); }) {}

void MessageDispatcher::OnCommitted(const CommitHints& hints) {
  if (hints.messages) runner_.Wake();
}

absl::Time MessageDispatcher::Attempt(const OutboxItem& item) {
  absl::Duration retry_after;
  const absl::Status status = [&]() -> absl::Status {
    const absl::StatusOr<std::optional<Loaded>> loaded = Load(item);
    if (absl::IsFailedPrecondition(loaded.status())) {
      // The subject's key is destroyed: nobody can be addressed any more.
      return Record(item, Report{.delivery = {.id = MessageId(item.item),
                                              .outcome = Outcome::kNoAddress,
                                              .attempts = item.attempts},
                                 .content = std::nullopt});
    }
    DSR_RETURN_IF_ERROR(loaded.status());
    if (!loaded->has_value()) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(std::optional<Report> report, Send(item, **loaded, retry_after));
    if (!report.has_value()) return absl::UnavailableError("the attempt failed");
    return Record(item, *std::move(report));
  }();
  if (status.ok()) return absl::InfiniteFuture();
  if (ReasonOf(status) != v1::ERROR_REASON_UNSPECIFIED) {
    Log(LogLevel::kError, "message_not_sent",
        {{"message", item.item.ToString()}, {"reason", ErrorReasonName(ReasonOf(status))}});
  }
  return Defer(item, retry_after);
}

absl::StatusOr<std::optional<MessageDispatcher::Loaded>> MessageDispatcher::Load(
    const OutboxItem& item) {
  std::optional<Loaded> loaded;
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    loaded.reset();
    Loaded found;
    DSR_ASSIGN_OR_RETURN(found.record, parts_.reader.ReadFull(view, item.request));
    const v1::Message* message =
        FindMessage(found.record, MessageName(item.request, MessageId(item.item)));
    if (message == nullptr || message->state() != v1::Message::STATE_PENDING) {
      return absl::OkStatus();
    }
    found.message = *message;
    DSR_ASSIGN_OR_RETURN(found.rulebook,
                         parts_.rulebooks.RulebookFor(view, found.record.state().request().pins()));
    // Nothing else is told of the subject.
    if (message->audience() != v1::Message::AUDIENCE_REQUESTER && !IsCodeMessage(*message)) {
      DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(found.record.state()));
      DSR_ASSIGN_OR_RETURN(found.recipients, view.ListRecipients());
      DSR_ASSIGN_OR_RETURN(found.disclosures, AllDisclosures(view, scope));
      DSR_ASSIGN_OR_RETURN(found.consents, AllConsents(view, scope));
    }
    loaded = std::move(found);
    return absl::OkStatus();
  }));
  return loaded;
}

absl::StatusOr<std::optional<MessageDispatcher::Report>> MessageDispatcher::Send(
    const OutboxItem& item, const Loaded& loaded, absl::Duration& retry_after) {
  Report report;
  RecordMessageDelivery& delivery = report.delivery;
  delivery.id = MessageId(item.item);
  delivery.attempts = item.attempts;
  const v1::Contact* address = AddressOf(*loaded.rulebook, loaded.record, loaded.message);
  if (address == nullptr) {
    delivery.outcome = Outcome::kNoAddress;
    return report;
  }
  const absl::Time now = parts_.clock.Now();
  if (IsCodeMessage(loaded.message) &&
      VerificationOfCode(loaded.record, loaded.message, now) == nullptr) {
    delivery.outcome = Outcome::kFailed;
    return report;
  }
  DSR_ASSIGN_OR_RETURN(ComposedMessage composed, Compose(loaded, HasHtml(*address), now));
  delivery.attempts = item.attempts + 1;
  delivery.text_sha256 = Sha256(composed.kept.text);
  // Before it leaves: what cannot be kept is not sent.
  DSR_ASSIGN_OR_RETURN(report.content, SealContent(item.request, std::move(composed.kept)));
  const DeliveryResult result =
      parts_.transport.Send(RenderedMessage{.message_id = item.item.ToString(),
                                            .channel = address->channel(),
                                            .address = address->address(),
                                            .subject = std::move(composed.sent.subject),
                                            .text = std::move(composed.sent.text),
                                            .html = std::move(composed.sent.html)},
                            now);
  if (result.delivered) return report;
  Log(LogLevel::kWarning, "message_attempt_failed",
      {{"message", item.item.ToString()}, {"attempt", delivery.attempts}, {"code", result.code}});
  retry_after = result.retry_after;
  if (!result.give_up && delivery.attempts < kMostAttempts) return std::nullopt;
  delivery.outcome = Outcome::kFailed;
  delivery.text_sha256.clear();
  report.content.reset();
  return report;
}

absl::StatusOr<ComposedMessage> MessageDispatcher::Compose(const Loaded& loaded, bool has_html,
                                                           absl::Time now) const {
  const MessageSource source{*loaded.rulebook,  loaded.message,     loaded.record,
                             loaded.recipients, loaded.disclosures, loaded.consents};
  DSR_ASSIGN_OR_RETURN(const MessageSecrets secrets, SecretsOf(source, parts_.secrets));
  return ComposeMessage(source, secrets, has_html, now);
}

absl::StatusOr<std::optional<SealedContent>> MessageDispatcher::SealContent(
    const RequestId& request, RenderedTemplate kept) const {
  storage::v1::Event event;
  storage::v1::MessageSent& sent = *event.mutable_message_sent();
  sent.set_subject(std::move(kept.subject));
  sent.set_text(std::move(kept.text));
  sent.set_html(std::move(kept.html));
  DSR_ASSIGN_OR_RETURN(PreparedContent prepared,
                       parts_.executor.sealer().Prepare(request, std::move(event)));
  return std::move(prepared.content);
}

absl::Time MessageDispatcher::Defer(const OutboxItem& item, absl::Duration retry_after) {
  const absl::Time next =
      parts_.clock.Now() +
      parts_.schedule.Delay(item.attempts + 1, item.item.ToString(), retry_after);
  const absl::Status status = TransactAndWait(parts_.store, [&](Transaction& transaction) {
    return transaction.DeferOutbox(item.kind, item.item, {.next = next});
  });
  // Otherwise it is due again when its claim ends.
  return status.ok() ? next : absl::InfiniteFuture();
}

absl::Status MessageDispatcher::Record(const OutboxItem& item, Report report) {
  PlannedCommand planned;
  planned.request = item.request;
  planned.command = std::move(report.delivery);
  planned.content = std::move(report.content);
  return parts_.executor
      .ExecuteAndWait(std::move(planned), CallContext{.principal = DispatcherPrincipal()})
      .status();
}

}  // namespace dsr
