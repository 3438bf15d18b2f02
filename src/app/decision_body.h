// The body of a decision's transaction: the steps from the idempotency key to the stored answer.
#ifndef DSR_APP_DECISION_BODY_H_
#define DSR_APP_DECISION_BODY_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/commit_listener.h"
#include "app/decision_facts.h"
#include "app/principal.h"
#include "app/rulebook_catalog.h"
#include "app/sealer.h"
#include "app/subjects.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/workflow/command.h"
#include "dsr/workflow/engine.h"

namespace dsr {

// One command, ready to be decided: whatever takes time or chance is in it already.
struct PlannedCommand {
  RequestId request;
  Command command;
  // The personal data of the command's event.
  std::optional<SealedContent> content;
  // For RecordEvidence: the document, sealed as the chunk of its evidence's id; empty for none.
  std::string document;
  // For CompleteTask, FailTask and CompletePackage: the token of the lease, checked in the
  // transaction.
  std::string lease_token;
  // For FileRequest: whose request it is. Filled in by CommandExecutor::File.
  std::optional<PreparedSubject> subject;
};

// The call that gives a command.
struct CallContext {
  Principal principal;
  // 16 bytes; empty for commands of dsrd itself, which are harmless when repeated.
  std::string idempotency_key;
  // ServerSecrets::Fingerprint of the call.
  std::string fingerprint;
  // What the caller last read; empty to do without.
  std::string etag;
  // Makes the serialised answer from the request after the decision. The record may hold only what
  // the command is about. Runs on the writer's thread: does no I/O. Null: an empty answer.
  std::function<std::string(const storage::v1::RequestRecord&)> answer;
};

// Returns the etag of a request's state: changes with each event.
std::string EtagOf(const storage::v1::RequestState& state);

// What the body found and did. Reset at its beginning, because it may run twice.
struct DecisionOutcome {
  // The stored answer of an earlier call with this key was found; nothing was written.
  bool replayed = false;
  // Not OK: the command was rejected. Everything else was written.
  absl::Status rejection;
  std::string answer;
  // The error that undoes the decision is one that the audit log must know of.
  bool audit_refusal = false;
  CommitHints hints;
};

// Decides one command. Used by one transaction's body, on the writer's thread.
class DecisionBody {
 public:
  // What every body uses; outlives them.
  struct Environment {
    const Clock& clock;
    RulebookCatalog& rulebooks;
    DecisionFacts& facts;
    // How many requests about one subject are filed within 24 hours; 0 is any number.
    int filings_per_subject_day = 0;
  };

  // `fresh_id` are 16 random bytes. All but the values outlives this.
  DecisionBody(const Environment& environment, const PlannedCommand& planned,
               const CallContext& context, const std::string& fresh_id, DecisionOutcome& outcome)
      : environment_(environment),
        planned_(planned),
        context_(context),
        fresh_id_(fresh_id),
        outcome_(outcome) {}

  // Decides a sibling's part of a decision: `depth` decisions lead to this one.
  DecisionBody(const DecisionBody& cause, const PlannedCommand& planned, const CallContext& context,
               DecisionOutcome& outcome)
      : environment_(cause.environment_),
        planned_(planned),
        context_(context),
        fresh_id_(cause.fresh_id_),
        outcome_(outcome),
        depth_(cause.depth_ + 1) {}

  // Runs all steps. An error undoes them; a rejection does not.
  absl::Status Run(Transaction& transaction);

 private:
  absl::StatusOr<bool> Replay(Transaction& transaction);
  absl::Status Load(Transaction& transaction);
  absl::Status CheckFilings() const;
  absl::Status FireOverdueTimers();
  absl::Status CheckCaller(Transaction& transaction);
  absl::Status Apply(Decision decision, bool is_command);
  absl::Status Append(std::vector<storage::v1::Event> events, int content_event);
  absl::Status Write(Transaction& transaction);
  void ListDeliveredAnew(std::set<NoticeId>& anew) const;
  absl::Status StoreAnswer(Transaction& transaction);
  absl::Status AuditRejection(Transaction& transaction);
  absl::Status KeepDocuments(Transaction& transaction);
  static bool ClosedTheAccount(const storage::v1::RequestRecord& record);
  absl::Status WriteSubjectRecords(Transaction& transaction);
  absl::Status ReconsiderSiblings(Transaction& transaction);
  absl::Status DelayFailedTask(Transaction& transaction);
  DecisionContext ContextFor(Actor actor) const;

  const Environment& environment_;
  const PlannedCommand& planned_;
  const CallContext& context_;
  const std::string& fresh_id_;
  DecisionOutcome& outcome_;
  const int depth_ = 0;

  absl::Time now_;
  bool is_filing_ = false;
  storage::v1::RequestRecord record_;
  std::vector<storage::v1::PendingTimer> timers_before_;
  std::shared_ptr<const Rulebook> rulebook_;
  std::shared_ptr<const Rulebook> in_force_;  // for MigrateRequest and RecountDeadline
  Facts facts_;
  std::vector<storage::v1::Event> events_;
  // Parallel to events_: the box that belongs to each, empty for most.
  std::vector<std::string> boxes_;
  // The rejection gets a leaf of its own beside its event.
  bool has_refusal_leaf_ = false;
};

}  // namespace dsr

#endif  // DSR_APP_DECISION_BODY_H_
