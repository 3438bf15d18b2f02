#include "app/command_executor.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "app/account_merges.h"
#include "app/refusal_audit.h"
#include "app/too_busy.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/mutex.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr int kPreparingThreads = 2;
// Some seconds of work; more would only wait until its deadline.
constexpr size_t kPreparingLimit = 4096;
// Each repetition means that another call registered the same account in between.
constexpr int kFilingAttempts = 5;

// Whether the same person asks for the same again is told by hashes: the engine sees no names.
// Where nobody is verified, only whoever has the same address for the answer may wait for
// another's.
void SetContentKeys(const ServerSecrets& secrets, bool is_verified,
                    storage::v1::RequestFiled& filed) {
  const std::string account = filed.subject_account();
  const std::string requester = filed.requester().relation() == v1::RELATION_SUBJECT
                                    ? ""
                                    : filed.requester().SerializeAsString();
  filed.set_requester_key(secrets.ContentHash(absl::StrCat(account, "\n", requester)));
  storage::v1::RequestFiled content;
  content.set_type(filed.type());
  content.set_subject_account(account);
  *content.mutable_categories() = filed.categories();
  std::sort(content.mutable_categories()->begin(), content.mutable_categories()->end());
  if (filed.has_correction()) *content.mutable_correction() = filed.correction();
  if (filed.has_deletion()) *content.mutable_deletion() = filed.deletion();
  if (filed.has_decision_complaint())
    *content.mutable_decision_complaint() = filed.decision_complaint();
  if (filed.has_consent_change()) *content.mutable_consent_change() = filed.consent_change();
  if (filed.has_complaint()) *content.mutable_complaint() = filed.complaint();
  if (filed.has_text()) *content.mutable_text() = filed.text();
  if (filed.has_transfer()) *content.mutable_transfer() = filed.transfer();
  if (!is_verified) *content.mutable_requester()->mutable_reply_to() = filed.requester().reply_to();
  filed.set_content_key(secrets.ContentHash(content.SerializeAsString()));
}

// A closed account is nobody's any more, and who returns is another subject; but about how it was
// closed the same requester may still complain.
absl::StatusOr<std::optional<PreparedSubject>> ClosedAccountComplainedAbout(
    ReadView& view, const storage::v1::RequestFiled& filed) {
  const absl::StatusOr<RequestId> id = ParseRequestName(filed.complaint().request());
  if (!filed.has_complaint() || !id.ok()) return std::nullopt;
  const absl::StatusOr<storage::v1::RequestState> first = view.FindRequest(*id);
  if (absl::IsNotFound(first.status())) return std::nullopt;
  DSR_RETURN_IF_ERROR(first.status());
  if (!ConstantTimeEqual(first->requester_key(), filed.requester_key())) return std::nullopt;
  DSR_ASSIGN_OR_RETURN(const SubjectId subject, SubjectId::FromBytes(first->subject_id()));
  DSR_ASSIGN_OR_RETURN(const SubjectRecord record, view.FindSubjectById(subject));
  return Subjects::Find(view, record.account_hash);
}

// Whose requests may depend on what is recorded about that subject.
absl::StatusOr<std::vector<SubjectId>> RelatedSubjects(ReadView& view, const SubjectId& subject) {
  DSR_ASSIGN_OR_RETURN(std::vector<SubjectId> related, MergedSubjects(view, subject));
  DSR_ASSIGN_OR_RETURN(const std::vector<MergeRecord> merges, MergesOf(view, subject));
  related.push_back(subject);
  for (const MergeRecord& merge : merges) related.push_back(merge.into);
  return related;
}

}  // namespace

struct CommandExecutor::Run {
  PlannedCommand planned;
  CallContext context;
  ExecutionDone done;
  std::string fresh_id;
  DecisionOutcome outcome;
};

CommandExecutor::CommandExecutor(const Parts& parts)
    : parts_(parts),
      environment_{parts.clock, parts.rulebooks, parts.facts, parts.filings_per_subject_day},
      sealer_(parts.store, parts.keys),
      pool_("prepare", kPreparingThreads, kPreparingLimit) {}

CommandExecutor::~CommandExecutor() { Close(); }

void CommandExecutor::Close() { pool_.Close(); }

void CommandExecutor::Execute(PlannedCommand command, CallContext context, ExecutionDone done) {
  auto run = std::make_shared<Run>();
  run->planned = std::move(command);
  run->context = std::move(context);
  run->done = std::move(done);
  run->fresh_id = RandomBytes(Id128::kSize);
  parts_.store.Transact(
      [this, run](Transaction& transaction) {
        return DecisionBody(environment_, run->planned, run->context, run->fresh_id, run->outcome)
            .Run(transaction);
      },
      [this, run](absl::Status status) { Finish(*run, std::move(status)); });
}

void CommandExecutor::Finish(Run& run, absl::Status status) {
  if (!status.ok()) {
    if (run.outcome.audit_refusal) {
      Refuse(run.context, RequestName(run.planned.request), std::move(status), std::move(run.done));
    } else {
      run.done(std::move(status));
    }
    return;
  }
  if (!run.outcome.replayed) Announce(run.outcome.hints);
  if (!run.outcome.rejection.ok()) {
    // It is an event, of the first time that the call came, where there is a request to have one.
    const bool is_filing = std::holds_alternative<FileRequest>(run.planned.command);
    run.done(is_filing ? std::move(run.outcome.rejection)
                       : MarkAudited(std::move(run.outcome.rejection)));
  } else {
    run.done(ExecutionResult{std::move(run.outcome.answer), run.outcome.replayed});
  }
}

void CommandExecutor::Refuse(const CallContext& context, const std::string& about,
                             absl::Status status, ExecutionDone done) {
  // What dsrd itself is refused, such as a delivery to a request that is gone, is nobody's attempt.
  if (context.principal.is_system()) {
    done(std::move(status));
    return;
  }
  RefusedCall call{.actor = context.principal.name, .about = about, .reason = ReasonOf(status)};
  AuditRefusal(parts_.store, parts_.clock, std::move(call),
               [done = std::move(done), status = MarkAudited(std::move(status))] { done(status); });
}

void CommandExecutor::Prepare(const std::string& owner, std::function<void()> job,
                              const ExecutionDone& done) {
  if (!pool_.Add(owner, std::move(job))) done(TooBusy());
}

void CommandExecutor::PrepareAndExecute(Preparation prepare, CallContext context,
                                        ExecutionDone done) {
  const std::string owner = context.principal.name;
  Prepare(
      owner,
      [this, prepare = std::move(prepare), context = std::move(context), done]() mutable {
        absl::StatusOr<PlannedCommand> planned = prepare(sealer_);
        if (planned.ok()) {
          Execute(*std::move(planned), std::move(context), std::move(done));
        } else if (absl::IsNotFound(planned.status())) {
          const std::optional<v1::ErrorInfo> info = ErrorInfoOf(planned.status());
          const std::string about = info.has_value() && info->metadata().contains("resource")
                                        ? info->metadata().at("resource")
                                        : std::string();
          Refuse(context, about, planned.status(), std::move(done));
        } else {
          done(planned.status());
        }
      },
      done);
}

void CommandExecutor::File(storage::v1::RequestFiled filed, CallContext context,
                           ExecutionDone done) {
  FileOnce(std::move(filed), std::move(context), std::move(done), kFilingAttempts);
}

void CommandExecutor::FileOnce(storage::v1::RequestFiled filed, CallContext context,
                               ExecutionDone done, int attempts_left) {
  const std::string owner = context.principal.name;
  Prepare(
      owner,
      [this, filed = std::move(filed), context = std::move(context), done, attempts_left] {
        absl::StatusOr<PlannedCommand> planned = PlanFiling(filed);
        if (!planned.ok()) {
          done(planned.status());
          return;
        }
        Execute(
            *std::move(planned), context,
            [this, filed, context, done, attempts_left](absl::StatusOr<ExecutionResult> result) {
              if (!IsSubjectChanged(result.status())) {
                done(std::move(result));
              } else if (attempts_left <= 1) {
                done(TooBusy());
              } else {
                FileOnce(filed, context, done, attempts_left - 1);
              }
            });
      },
      done);
}

absl::StatusOr<PlannedCommand> CommandExecutor::PlanFiling(storage::v1::RequestFiled filed) const {
  PlannedCommand planned;
  planned.request = parts_.ids.Next<RequestId>();
  const auto rulebook = parts_.rulebooks.CurrentRulebook(filed.type());
  // Of an unknown type nothing comes.
  const bool is_verified =
      !rulebook.ok() || (*rulebook)->workflow.initiation() != v1::INITIATION_UNVERIFIED;
  SetContentKeys(parts_.secrets, is_verified, filed);
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(planned.subject, ClosedAccountComplainedAbout(view, filed));
    if (planned.subject.has_value()) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(planned.subject, parts_.subjects.Prepare(view, filed.subject_account()));
    return absl::OkStatus();
  }));
  DSR_RETURN_IF_ERROR(parts_.subjects.ProvideContentKey(*planned.subject));
  const SubjectRecord& subject = planned.subject->record;
  filed.set_subject_id(std::string(subject.id.bytes()));
  for (const SubjectId& merged : planned.subject->merged)
    filed.add_merged_subject_ids(std::string(merged.bytes()));
  filed.set_key_number(subject.content_key_number);
  DSR_ASSIGN_OR_RETURN(const SecretKey key, parts_.keys.Key(subject.content_key_number));
  storage::v1::Event event;
  *event.mutable_request_filed() = std::move(filed);
  planned.content = SealPersonal(event, key);
  planned.command = FileRequest{std::move(*event.mutable_request_filed())};
  return planned;
}

absl::StatusOr<CommitHints> CommandExecutor::Reconsider(Transaction& transaction,
                                                        const SubjectId& subject) {
  CommitHints hints;
  DSR_ASSIGN_OR_RETURN(const std::vector<SubjectId> related, RelatedSubjects(transaction, subject));
  for (const SubjectId& one : related) {
    DSR_ASSIGN_OR_RETURN(const CommitHints more, ReconsiderRequests(transaction, one));
    hints.Merge(more);
  }
  return hints;
}

absl::StatusOr<CommitHints> CommandExecutor::ReconsiderRequests(Transaction& transaction,
                                                                const SubjectId& subject) {
  RequestQuery query;
  query.subject = subject;
  query.limit = kMostSiblings;
  CommitHints hints;
  bool more = true;
  // All of them: what an old request keeps must not outlive its reason because many came later.
  while (more) {
    DSR_ASSIGN_OR_RETURN(const std::vector<storage::v1::RequestState> states,
                         transaction.ListRequests(query));
    more = static_cast<int>(states.size()) == query.limit;
    for (const storage::v1::RequestState& state : states) {
      DSR_ASSIGN_OR_RETURN(const RequestId id, ParseRequestName(state.request().name()));
      query.after_id = id;
      if (state.request().phase() == v1::PHASE_CLOSED) continue;
      const PlannedCommand planned{.request = id, .command = dsr::Reconsider{}};
      CallContext context;
      context.principal = EnginePrincipal();
      // Nothing that grants something comes of it, so no chance is needed.
      const std::string no_chance(Id128::kSize, '\0');
      DecisionOutcome outcome;
      DSR_RETURN_IF_ERROR(
          DecisionBody(environment_, planned, context, no_chance, outcome).Run(transaction));
      hints.Merge(outcome.hints);
    }
  }
  return hints;
}

void CommandExecutor::Announce(const CommitHints& hints) const {
  if (parts_.listener != nullptr) parts_.listener->OnCommitted(hints);
}

absl::StatusOr<ExecutionResult> CommandExecutor::ExecuteAndWait(PlannedCommand command,
                                                                CallContext context) {
  // Shared with the callback, which may still be leaving when this returns.
  struct Waiting {
    Mutex mutex;
    CondVar ended;
    std::optional<absl::StatusOr<ExecutionResult>> result;
  };
  const auto waiting = std::make_shared<Waiting>();
  Execute(std::move(command), std::move(context),
          [waiting](absl::StatusOr<ExecutionResult> result) {
            MutexLock lock(waiting->mutex);
            waiting->result = std::move(result);
            waiting->ended.NotifyAll();
          });
  MutexLock lock(waiting->mutex);
  while (!waiting->result.has_value()) waiting->ended.Wait(waiting->mutex);
  return *std::move(waiting->result);
}

}  // namespace dsr
