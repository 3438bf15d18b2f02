// Sends messages to subjects and requesters.
#ifndef DSR_DELIVERY_MESSAGE_DISPATCHER_H_
#define DSR_DELIVERY_MESSAGE_DISPATCHER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/command_executor.h"
#include "app/commit_listener.h"
#include "app/request_reader.h"
#include "app/rulebook_catalog.h"
#include "app/sealer.h"
#include "app/server_secrets.h"
#include "delivery/backoff.h"
#include "delivery/message_composer.h"
#include "delivery/outbox_runner.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/delivery/transport.h"
#include "dsr/store/store.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// Renders each message of the outbox at the moment it is sent, sends it, at least once and under a
// stable id, and records what became of it with what it said: subject, text and HTML as they left,
// sealed with the subject's key before they leave.
//
// Who gets it is decided here once more, by what the request says at that moment:
//
//   - A message for the subject goes to the contact point on file, and only when a verification of
//     the workflow's least level passed. The one-time code needs none: it goes to that contact
//     point because it is to prove it, and says nothing of the subject.
//   - A message for who acts for the subject goes to the reply address, while neither that
//     representative's identity nor the authority was taken back. That they have only expired since
//     the message was made does not matter.
//   - A message for the requester goes to the reply address or, where there is none, to the contact
//     point on file when a verification passed. It knows the public variables only, so that no
//     template can tell an unverified person anything of the subject.
//   - Where that leaves no address, NO_ADDRESS is recorded and nothing is sent.
//
// Mail has text and HTML, other channels have the text alone. Codes and grants are computed here,
// are nowhere stored, and stand as `*` for each character in what is kept. A code that
// no longer counts is not sent. A failed attempt is repeated by the schedule, kMostAttempts in all
// (three days). Thread-safe; works on threads of its own.
class MessageDispatcher : public CommitListener {
 public:
  static constexpr int kMostAttempts = 42;

  // All but the schedule outlives the dispatcher.
  struct Parts {
    Store& store;
    Clock& clock;
    CommandExecutor& executor;
    const RequestReader& reader;
    RulebookCatalog& rulebooks;
    const ServerSecrets& secrets;
    MessageTransport& transport;
    BackoffSchedule schedule = BackoffSchedule::ForMessages();
    int threads = 4;
  };

  // Begins at once.
  explicit MessageDispatcher(const Parts& parts);
  ~MessageDispatcher() override { Stop(); }

  // Looks into the outbox when the commit made messages. Does not block.
  void OnCommitted(const CommitHints& hints) override;
  // The same without a commit to tell of.
  void Wake() { runner_.Wake(); }

  // Blocks until nothing is due or under way. Returns at once when it is stopped.
  void AwaitIdle() { runner_.AwaitIdle(); }

  // Waits for the attempts under way, 20 s at most, and ends. Idempotent. The store must still be
  // open.
  void Stop() { runner_.Stop(); }

 private:
  // The opened request and what its message is rendered by.
  struct Loaded {
    storage::v1::RequestRecord record;
    v1::Message message;
    std::shared_ptr<const Rulebook> rulebook;
    std::vector<v1::Recipient> recipients;
    std::vector<v1::Disclosure> disclosures;
    std::vector<v1::Consent> consents;
  };
  // What is to be recorded of an attempt.
  struct Report {
    RecordMessageDelivery delivery;
    std::optional<SealedContent> content;  // what a message that was sent said
  };

  absl::Time Attempt(const OutboxItem& item);
  // Nothing when the message does not wait to be sent any more.
  absl::StatusOr<std::optional<Loaded>> Load(const OutboxItem& item);
  // Absent: the attempt failed and another follows, `retry_after` later at the soonest.
  absl::StatusOr<std::optional<Report>> Send(const OutboxItem& item, const Loaded& loaded,
                                             absl::Duration& retry_after);
  absl::StatusOr<ComposedMessage> Compose(const Loaded& loaded, bool has_html,
                                          absl::Time now) const;
  absl::Time Defer(const OutboxItem& item, absl::Duration retry_after);
  absl::StatusOr<std::optional<SealedContent>> SealContent(const RequestId& request,
                                                           RenderedTemplate kept) const;
  absl::Status Record(const OutboxItem& item, Report report);

  const Parts parts_;
  // Last: its threads use all of the above.
  OutboxRunner runner_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_MESSAGE_DISPATCHER_H_
