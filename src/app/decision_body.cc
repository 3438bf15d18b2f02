#include "app/decision_body.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "app/account_merges.h"
#include "app/authorizer.h"
#include "app/event_subjects.h"
#include "app/not_found.h"
#include "app/purged.h"
#include "app/rate_limited.h"
#include "app/refusal_audit.h"
#include "app/stored_status.h"
#include "app/transfer_disclosure.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/is_one_of.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

using storage::v1::Event;
using storage::v1::PendingTimer;
using storage::v1::RequestRecord;

// More timers of one request than this at once are a workflow that sets them off in a circle.
constexpr int kMaxTimersAtOnce = 1000;

// One request's end may let another go on, and that a third; longer chains are taken up by the next
// command or timer of each.
constexpr int kMaxSiblingDepth = 3;

absl::Status Broken(absl::string_view message) {
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL, message);
}

// Whether a file is a minor's, and whether somebody is proved who is to be told, is asked of the
// subject's other requests, too.
bool NeedsFacts(const Command& command, const v1::Workflow& workflow) {
  return ChangesFacts(command, workflow) || std::holds_alternative<OpenFile>(command) ||
         std::holds_alternative<ApproveFileAccess>(command) ||
         std::holds_alternative<ExtendDeadline>(command) ||
         std::holds_alternative<RecountDeadline>(command);
}

template <class Given>
constexpr bool kIsAboutANotice =
    kIsOneOf<Given, AcknowledgeNotice, CompleteNotice, ObjectToNotice, DecideObjection,
             RecordNoticeImpossible, RetryNotice, ResendNotice, RecordNoticeDelivery>;

// Who the recipients are, and nothing else, decides how a delivery that failed goes on.
bool NeedsRecipients(const Command& command) {
  const auto* delivery = std::get_if<RecordNoticeDelivery>(&command);
  return std::holds_alternative<ResendNotice>(command) ||
         (delivery != nullptr && !delivery->delivered);
}

// About one notice or message, of which a request may have thousands.
bool IsAboutAChild(const Command& command) {
  return std::visit(
      [](const auto& given) {
        using Given = std::decay_t<decltype(given)>;
        return kIsAboutANotice<Given> || std::is_same_v<Given, RecordMessageDelivery>;
      },
      command);
}

// What there is none of when the record is not found: a notice's or task's name also where the
// request is not there, so that nobody learns which requests are.
std::string MissingName(const RequestId& id, const Command& command) {
  return std::visit(
      [&](const auto& given) -> std::string {
        if constexpr (kIsAboutANotice<std::decay_t<decltype(given)>>) {
          return NoticeName(id, given.id);
        } else if constexpr (kIsOneOf<std::decay_t<decltype(given)>, CompleteTask, FailTask>) {
          return TaskName(id, given.id);
        } else {
          return RequestName(id);
        }
      },
      command);
}

// Reads as much of the request as the command is about.
absl::StatusOr<RequestRecord> FindRecordFor(ReadView& view, const RequestId& id,
                                            const Command& command) {
  return std::visit(
      [&](const auto& given) -> absl::StatusOr<RequestRecord> {
        using Given = std::decay_t<decltype(given)>;
        if constexpr (std::is_same_v<Given, RecordMessageDelivery>) {
          return view.FindRecordForMessage(id, given.id);
        } else if constexpr (kIsAboutANotice<Given>) {
          return view.FindRecordForNotice(id, given.id);
        } else {
          return view.FindRecord(id);
        }
      },
      command);
}

// What others of the subject may have waited for.
bool MattersToSiblings(const Event& event) {
  switch (event.payload_case()) {
    case Event::kRequestFiled:
      // Nobody waits for a request to come, but what it disputes must be kept from now on.
      return event.request_filed().data_use() == v1::DATA_USE_DISPUTES;
    case Event::kStateChanged:
    case Event::kRequestAnswered:
    case Event::kTaskCompleted:
    case Event::kVerificationPassed:
    case Event::kVerificationRevoked:
      return true;
    default:
      return false;
  }
}

// The overdue timer that is next: by due time, then name.
const PendingTimer* NextOverdue(const storage::v1::RequestState& state, absl::Time now) {
  const PendingTimer* next = nullptr;
  for (const PendingTimer& timer : state.timers()) {
    const absl::Time due = FromTimestamp(timer.due_time());
    if (due > now) continue;
    if (next == nullptr || std::make_pair(due, timer.name()) <
                               std::make_pair(FromTimestamp(next->due_time()), next->name())) {
      next = &timer;
    }
  }
  return next;
}

// A command that is about one notice or message is decided without the others, unless what it sets
// off may be about any of them: after the answer no answer to a notice sets off more than the end.
bool NeedsWholeRecord(const Command& command, const storage::v1::RequestState& state,
                      const v1::Workflow& workflow, absl::Time now) {
  if (NextOverdue(state, now) != nullptr) return true;
  return ChangesFacts(command, workflow) &&
         (!state.request().has_response() ||
          std::holds_alternative<RecordMessageDelivery>(command));
}

bool IsPending(const storage::v1::RequestState& state, const FireTimer& timer) {
  return std::any_of(state.timers().begin(), state.timers().end(), [&](const PendingTimer& other) {
    return other.name() == timer.name && FromTimestamp(other.due_time()) == timer.due;
  });
}

// 10 s after the first failure, doubled by each further one, an hour at most.
absl::Duration RetryDelay(int failures) {
  return std::min(absl::Seconds(10) * (1 << std::clamp(failures - 1, 0, 10)), absl::Hours(1));
}

absl::Status EtagMismatch(const std::string& present) {
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_ETAG_MISMATCH,
                   "the request changed since it was read: read it again and decide anew",
                   {{"etag", present}});
}

}  // namespace

std::string EtagOf(const storage::v1::RequestState& state) {
  return absl::StrCat("v", state.version());
}

absl::Status DecisionBody::Run(Transaction& transaction) {
  outcome_ = DecisionOutcome();
  outcome_.hints.request = planned_.request;
  is_filing_ = std::holds_alternative<FileRequest>(planned_.command);

  DSR_ASSIGN_OR_RETURN(const bool replayed, Replay(transaction));
  if (replayed) return absl::OkStatus();
  DSR_RETURN_IF_ERROR(Load(transaction));
  DSR_RETURN_IF_ERROR(CheckFilings());
  DSR_RETURN_IF_ERROR(FireOverdueTimers());
  DSR_RETURN_IF_ERROR(CheckCaller(transaction));
  // A timer that is due has fired by now, and one that is not due or not pending does not fire.
  if (!std::holds_alternative<FireTimer>(planned_.command)) {
    DSR_RETURN_IF_ERROR(Apply(
        Decide(*rulebook_, record_, planned_.command, ContextFor(context_.principal.ToActor())),
        /*is_command=*/true));
  }
  DSR_RETURN_IF_ERROR(Write(transaction));
  DSR_RETURN_IF_ERROR(AuditRejection(transaction));
  DSR_RETURN_IF_ERROR(ReconsiderSiblings(transaction));
  return StoreAnswer(transaction);
}

absl::StatusOr<bool> DecisionBody::Replay(Transaction& transaction) {
  if (context_.idempotency_key.empty()) return false;
  DSR_ASSIGN_OR_RETURN(std::optional<StoredAnswer> stored,
                       transaction.FindAnswer(context_.principal.name, context_.idempotency_key));
  if (!stored.has_value()) return false;
  if (!ConstantTimeEqual(stored->fingerprint, context_.fingerprint)) {
    return MakeFieldError(v1::ERROR_REASON_IDEMPOTENCY_KEY_REUSED, "idempotency_key",
                          "was used with other arguments; choose a new UUID for each call");
  }
  outcome_.replayed = true;
  if (stored->status_code != 0) {
    outcome_.rejection = DecodeStatus(stored->answer);
  } else {
    outcome_.answer = std::move(stored->answer);
  }
  return true;
}

absl::Status DecisionBody::Load(Transaction& transaction) {
  // The store keeps microseconds; an event's time must be what it will be read back as.
  now_ = absl::FromUnixMicros(absl::ToUnixMicros(environment_.clock.Now()));
  SubjectScope scope;
  if (is_filing_) {
    if (!planned_.subject.has_value()) return Broken("a request is filed without its subject");
    scope = {planned_.subject->record.id, planned_.subject->merged};
    DSR_RETURN_IF_ERROR(Subjects::Confirm(transaction, *planned_.subject));
    DSR_ASSIGN_OR_RETURN(rulebook_, environment_.rulebooks.CurrentRulebook(
                                        std::get<FileRequest>(planned_.command).filed.type()));
  } else {
    absl::StatusOr<RequestRecord> record =
        FindRecordFor(transaction, planned_.request, planned_.command);
    if (absl::IsNotFound(record.status())) {
      outcome_.audit_refusal = true;
      return ResourceNotFound(MissingName(planned_.request, planned_.command));
    }
    DSR_RETURN_IF_ERROR(record.status());
    if (IsPurged(record->state().request())) {
      outcome_.audit_refusal = true;
      return ResourceNotFound(MissingName(planned_.request, planned_.command));
    }
    record_ = *std::move(record);
    now_ = std::max(now_, FromTimestamp(record_.state().last_event_time()));
    DSR_ASSIGN_OR_RETURN(scope, ScopeOf(record_.state()));
    DSR_ASSIGN_OR_RETURN(rulebook_, environment_.rulebooks.RulebookFor(
                                        transaction, record_.state().request().pins()));
    if (std::holds_alternative<MigrateRequest>(planned_.command) ||
        std::holds_alternative<RecountDeadline>(planned_.command)) {
      // A type that is no longer offered has none.
      auto in_force = environment_.rulebooks.CurrentRulebook(record_.state().request().type());
      if (in_force.ok()) in_force_ = *std::move(in_force);
    }
    if (IsAboutAChild(planned_.command) &&
        NeedsWholeRecord(planned_.command, record_.state(), rulebook_->workflow, now_)) {
      DSR_ASSIGN_OR_RETURN(record_, transaction.FindRecord(planned_.request));
    }
  }
  timers_before_.assign(record_.state().timers().begin(), record_.state().timers().end());
  if (NeedsFacts(planned_.command, rulebook_->workflow) ||
      NextOverdue(record_.state(), now_) != nullptr) {
    DSR_ASSIGN_OR_RETURN(facts_, environment_.facts.Load(transaction, scope, planned_.request));
  } else if (NeedsRecipients(planned_.command)) {
    DSR_ASSIGN_OR_RETURN(facts_, environment_.facts.LoadRegistry(transaction));
  }
  return absl::OkStatus();
}

absl::Status DecisionBody::CheckFilings() const {
  const int most = environment_.filings_per_subject_day;
  if (!is_filing_ || most == 0) return absl::OkStatus();
  std::vector<absl::Time> filed;
  for (const storage::v1::RequestState& sibling : facts_.siblings)
    filed.push_back(FromTimestamp(sibling.request().create_time()));
  if (filed.size() < static_cast<size_t>(most)) return absl::OkStatus();
  // Room comes when the oldest of the last so many is a day old.
  std::nth_element(filed.begin(), filed.begin() + (most - 1), filed.end(), std::greater<>());
  const absl::Duration wait = filed[static_cast<size_t>(most - 1)] + absl::Hours(24) - now_;
  return wait <= absl::ZeroDuration() ? absl::OkStatus()
                                      : RateLimited("filings_per_subject_day", wait);
}

absl::Status DecisionBody::FireOverdueTimers() {
  for (int fired = 0; fired < kMaxTimersAtOnce; ++fired) {
    const PendingTimer* next = NextOverdue(record_.state(), now_);
    if (next == nullptr) return absl::OkStatus();
    const FireTimer timer{.name = next->name(), .due = FromTimestamp(next->due_time())};
    DSR_RETURN_IF_ERROR(
        Apply(Decide(*rulebook_, record_, timer, ContextFor(SchedulerPrincipal().ToActor())),
              /*is_command=*/false));
    if (IsPending(record_.state(), timer)) {
      return Broken(absl::StrCat("the timer ", timer.name, " fired and is still pending"));
    }
  }
  return Broken("the timers of a request set each other off without end");
}

absl::Status DecisionBody::CheckCaller(Transaction& transaction) {
  absl::Status allowed = Authorize(context_.principal, planned_.request, record_, planned_.command);
  if (allowed.ok() && !context_.etag.empty() && context_.etag != EtagOf(record_.state())) {
    allowed = EtagMismatch(EtagOf(record_.state()));
  }
  if (!allowed.ok()) {
    outcome_.audit_refusal = true;
    return allowed;
  }
  return std::visit(
      [&](const auto& given) -> absl::Status {
        if constexpr (kIsOneOf<std::decay_t<decltype(given)>, CompleteTask, FailTask,
                               CompletePackage>) {
          const std::string name = TaskName(planned_.request, given.id);
          for (const v1::Task& task : record_.tasks()) {
            // An ended task has no lease; that it ended is the better answer, and the engine's.
            if (task.name() != name || task.state() != v1::Task::STATE_OPEN) continue;
            const absl::Status lease = transaction.CheckLease(given.id, planned_.lease_token, now_);
            outcome_.audit_refusal = IsRefusal(lease);
            return lease;
          }
        }
        return absl::OkStatus();
      },
      planned_.command);
}

DecisionContext DecisionBody::ContextFor(Actor actor) const {
  return DecisionContext{.actor = std::move(actor),
                         .now = now_,
                         .request = planned_.request,
                         .fresh_id = fresh_id_,
                         .facts = &facts_,
                         .in_force = in_force_.get()};
}

absl::Status DecisionBody::Apply(Decision decision, bool is_command) {
  if (Rejected* rejected = std::get_if<Rejected>(&decision)) {
    if (is_command) {
      outcome_.rejection = rejected->reason;
      // A rejection is an event and so a leaf. Who tried to open a minor's file is as telling as
      // who did, and stands beside that, too (Minors' Online Protection 36).
      has_refusal_leaf_ = ReasonOf(rejected->reason) == v1::ERROR_REASON_FILE_ACCESS_NOT_APPROVED;
    }
    return Append(std::move(rejected->events), -1);
  }
  Accepted& accepted = std::get<Accepted>(decision);
  // A command that changes nothing, such as the second report of one delivery, keeps nothing.
  if (is_command && planned_.content.has_value() && accepted.content_event < 0 &&
      !accepted.events.empty()) {
    return Broken("a decision has no event for the personal data of its command");
  }
  return Append(std::move(accepted.events), is_command ? accepted.content_event : -1);
}

absl::Status DecisionBody::Append(std::vector<Event> events, int content_event) {
  for (int i = 0; i < static_cast<int>(events.size()); ++i) {
    Event& event = events[static_cast<size_t>(i)];
    if (HoldsPersonal(event)) return Broken("personal data was about to be stored in the clear");
    std::string box;
    if (i == content_event && planned_.content.has_value()) {
      event.set_content_id(planned_.content->content_id);
      box = planned_.content->sealed;
    }
    Evolve(record_, event);
    boxes_.push_back(std::move(box));
    events_.push_back(std::move(event));
  }
  return absl::OkStatus();
}

void DecisionBody::ListDeliveredAnew(std::set<NoticeId>& anew) const {
  for (const Event& event : events_) {
    absl::StatusOr<NoticeId> id = absl::NotFoundError("");
    if (event.has_notice_retried()) {
      id = NoticeId::FromBytes(event.notice_retried().notice_id());
    } else if (event.has_notice_resent()) {
      id = NoticeId::FromBytes(event.notice_resent().notice_id());
    }
    if (id.ok()) anew.insert(*id);
  }
}

absl::Status DecisionBody::Write(Transaction& transaction) {
  // A request that was refused at filing does not exist; its stored answer is all that stays.
  if (events_.empty() || (is_filing_ && !outcome_.rejection.ok())) return absl::OkStatus();
  const RequestRecord touched = TouchedPart(planned_.request, record_, events_);
  DecisionWrite write;
  write.id = planned_.request;
  write.is_new = is_filing_;
  write.record = &touched;
  write.timers_before = timers_before_;
  write.now = now_;
  ListDeliveredAnew(write.delivered_anew);
  for (size_t i = 0; i < events_.size(); ++i) {
    write.events.push_back(StoredEvent{.sequence = events_[i].sequence(),
                                       .time = FromTimestamp(events_[i].time()),
                                       .clear = events_[i].SerializeAsString(),
                                       .sealed = std::move(boxes_[i])});
  }
  DSR_RETURN_IF_ERROR(transaction.WriteDecision(write));
  DSR_RETURN_IF_ERROR(DelayFailedTask(transaction));
  DSR_RETURN_IF_ERROR(KeepDocuments(transaction));
  DSR_RETURN_IF_ERROR(WriteSubjectRecords(transaction));
  AddHints(touched, timers_before_, outcome_.hints);
  return absl::OkStatus();
}

// True once data systems closed the account and the answer says so.
bool DecisionBody::ClosedTheAccount(const RequestRecord& record) {
  const v1::Outcome outcome = record.state().request().response().outcome();
  const auto& rounds = record.state().rounds();
  const bool closed =
      std::any_of(rounds.begin(), rounds.end(), [](const storage::v1::TaskRound& round) {
        return round.kind() == v1::TASK_KIND_CLOSE_ACCOUNT && round.unfinished() == 0;
      });
  return closed && (outcome == v1::OUTCOME_FULFILLED || outcome == v1::OUTCOME_PARTLY_FULFILLED);
}

// What a decision changes about the subject beyond its request: a consent that ends, and data that
// goes to a new handler.
absl::Status DecisionBody::WriteSubjectRecords(Transaction& transaction) {
  DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(record_.state()));
  const SubjectId& subject = scope.subject;
  for (const Event& event : events_) {
    if (event.has_consent_changed()) {
      const storage::v1::ConsentChanged& changed = event.consent_changed();
      for (v1::Consent consent : facts_.consents) {
        if (consent.name() != changed.consent()) continue;
        *consent.mutable_categories() = changed.keep_categories();
        consent.set_state(changed.keep_categories().empty() ? v1::CONSENT_STATE_WITHDRAWN
                                                            : v1::CONSENT_STATE_NARROWED);
        *consent.mutable_change_time() = event.time();
        DSR_ASSIGN_OR_RETURN(const RecordId id, ParseConsentName(consent.name()));
        DSR_RETURN_IF_ERROR(transaction.PutConsent(id, subject, consent, ""));
      }
    } else if (event.has_request_answered() && ClosedTheAccount(record_)) {
      DSR_RETURN_IF_ERROR(transaction.RetireSubject(subject));
      // What was merged later is not closed: nobody looked at what that account stands for.
      for (const SubjectId& merged : scope.merged)
        DSR_RETURN_IF_ERROR(transaction.RetireSubject(merged));
    } else if (event.has_disclosure_recorded()) {
      const storage::v1::DisclosureRecorded& recorded = event.disclosure_recorded();
      DSR_ASSIGN_OR_RETURN(const RecordId id, RecordId::FromBytes(recorded.disclosure_id()));
      v1::Disclosure disclosure;
      disclosure.set_name(DisclosureName(id));
      disclosure.set_recipient(recorded.recipient());
      *disclosure.mutable_categories() = recorded.categories();
      *disclosure.mutable_disclose_time() = event.time();
      *disclosure.mutable_create_time() = event.time();
      disclosure.set_purpose(kTransferPurpose);
      disclosure.set_method(kTransferMethod);
      disclosure.set_basis(kTransferBasis);
      DSR_RETURN_IF_ERROR(transaction.PutDisclosure(id, subject, disclosure, ""));
    }
  }
  return absl::OkStatus();
}

absl::Status DecisionBody::ReconsiderSiblings(Transaction& transaction) {
  const bool matters = std::any_of(events_.begin(), events_.end(), MattersToSiblings);
  if (!matters || depth_ >= kMaxSiblingDepth) return absl::OkStatus();
  for (const storage::v1::RequestState& sibling : facts_.siblings) {
    if (sibling.request().phase() == v1::PHASE_CLOSED) continue;
    DSR_ASSIGN_OR_RETURN(const RequestId id, ParseRequestName(sibling.request().name()));
    const PlannedCommand planned{.request = id, .command = Reconsider{}};
    CallContext context;
    context.principal = EnginePrincipal();
    DecisionOutcome outcome;
    DSR_RETURN_IF_ERROR(DecisionBody(*this, planned, context, outcome).Run(transaction));
    outcome_.hints.Merge(outcome.hints);
  }
  return absl::OkStatus();
}

absl::Status DecisionBody::KeepDocuments(Transaction& transaction) {
  for (const Event& event : events_) {
    if (event.has_evidence_recorded() && !planned_.document.empty()) {
      DSR_ASSIGN_OR_RETURN(const EvidenceId id,
                           EvidenceId::FromBytes(event.evidence_recorded().evidence_id()));
      DSR_RETURN_IF_ERROR(transaction.PutDocument(planned_.request, id, planned_.document));
    } else if (event.has_evidence_purged()) {
      DSR_ASSIGN_OR_RETURN(const EvidenceId id,
                           EvidenceId::FromBytes(event.evidence_purged().evidence_id()));
      DSR_RETURN_IF_ERROR(transaction.DeleteDocument(id));
    }
  }
  return absl::OkStatus();
}

absl::Status DecisionBody::DelayFailedTask(Transaction& transaction) {
  const FailTask* failed = std::get_if<FailTask>(&planned_.command);
  if (failed == nullptr || !outcome_.rejection.ok()) return absl::OkStatus();
  const std::string name = TaskName(planned_.request, failed->id);
  for (const v1::Task& task : record_.tasks()) {
    if (task.name() != name || task.state() != v1::Task::STATE_OPEN) continue;
    return transaction.ReleaseTask(failed->id, now_ + RetryDelay(task.failures()));
  }
  return absl::OkStatus();
}

absl::Status DecisionBody::AuditRejection(Transaction& transaction) {
  if (!has_refusal_leaf_) return absl::OkStatus();
  const RefusedCall call{.actor = context_.principal.name,
                         .about = RequestName(planned_.request),
                         .reason = ReasonOf(outcome_.rejection)};
  return transaction.AppendAuditRecord(RefusalRecord(now_, call).SerializeAsString(), "");
}

absl::Status DecisionBody::StoreAnswer(Transaction& transaction) {
  if (outcome_.rejection.ok() && context_.answer != nullptr) {
    outcome_.answer = context_.answer(record_);
  }
  if (context_.idempotency_key.empty()) return absl::OkStatus();
  StoredAnswer stored;
  stored.caller = context_.principal.name;
  stored.key = context_.idempotency_key;
  stored.fingerprint = context_.fingerprint;
  if (outcome_.rejection.ok()) {
    stored.answer = outcome_.answer;
  } else {
    stored.status_code = static_cast<int>(outcome_.rejection.code());
    stored.answer = EncodeStatus(outcome_.rejection);
  }
  if (!is_filing_ || outcome_.rejection.ok()) stored.request = planned_.request;
  return transaction.PutAnswer(stored);
}

}  // namespace dsr
