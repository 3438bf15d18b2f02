#include "fill_store/filler.h"

#include <algorithm>
#include <tuple>

#include "app/account_merges.h"
#include "app/principal.h"
#include "app/work_queue.h"
#include "dsr/base/crypto.h"
#include "dsr/base/notice_life.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr::fill_store {
namespace {

constexpr absl::Duration kShortStep = absl::Minutes(10);
constexpr absl::Duration kLongStep = absl::Minutes(30);
constexpr double kManyADay = 300;
constexpr absl::Duration kWaiting = absl::Hours(6);
constexpr int kTimersAtOnce = 500;
constexpr int kTasksAtOnce = 200;
constexpr int kNoticesAtOnce = 500;
constexpr int kMessagesAtOnce = 500;
// As long as most that are sent.
constexpr char kSubject[] = "Your request about your personal data";
constexpr char kText[] =
    "Dear customer,\n\nthis is about the request that you made about your personal data. We write "
    "to tell you how it stands, when you can expect our answer at the latest, and what we still "
    "need from you, if anything. You need not answer this message; if something in it is not as "
    "you expected, tell us by the same way as before, and name the number of your request, so that "
    "we find it at once. You can complain about how we deal with it at any time, to us or to the "
    "authority that is named in our privacy policy.\n\nYour personal information protection team\n";

Principal Of(const std::string& name, const std::string& role) {
  return Principal{.name = name, .roles = {role}};
}

// Spread over the days in which recipients answer, told by the id so that it stays the same.
absl::Duration AnswerDelay(const NoticeId& id) {
  const auto bytes = id.bytes();
  const int part = static_cast<unsigned char>(bytes[15]);
  return absl::Hours(2 + (part < 250 ? part / 2 : part * 2));
}

v1::TaskResult ResultOf(const v1::Task& task) {
  v1::TaskResult result;
  if (task.kind() == v1::TASK_KIND_RESOLVE_CONTACT) {
    result.mutable_contact()->set_channel("email");
    result.mutable_contact()->set_address("somebody@example.com");
    return result;
  }
  for (const std::string& category : task.categories()) {
    v1::CategoryResult& line = *result.add_categories();
    line.set_category(category);
    line.set_records(3);
  }
  return result;
}

// Where much comes in, longer steps share more commits.
absl::Duration StepOf(const FillOptions& options) {
  const double days = absl::FDivDuration(options.end - options.begin, absl::Hours(24));
  return static_cast<double>(options.requests) > kManyADay * days ? kLongStep : kShortStep;
}

}  // namespace

Filler::Filler(Installation& installation, SteppedClock& clock, const FillOptions& options,
               std::function<void(int64_t, int64_t)> progress)
    : installation_(installation),
      clock_(clock),
      options_(options),
      step_(StepOf(options)),
      progress_(std::move(progress)),
      drawer_(options.seed, options.requests, options.begin, options.end),
      tokens_(kTasksAtOnce, RandomBytes(16)) {}

absl::Status Filler::Run() {
  for (absl::Time now = options_.begin; now < options_.end; now += step_) {
    const bool is_new_day = (now - options_.begin) % absl::Hours(24) == absl::ZeroDuration();
    if (is_new_day) {
      today_ = drawer_.DrawDay(now);
      next_plan_ = 0;
      progress_(filed_, batch_.commands());
    }
    DSR_RETURN_IF_ERROR(Step(now + step_));
  }
  return absl::OkStatus();
}

absl::Status Filler::Step(absl::Time now) {
  clock_.Set(now);
  // What needs not wait for each other goes into the same commits.
  FilePlans(now);
  DSR_RETURN_IF_ERROR(FireTimers(now));
  batch_.Wait();
  TakeArrived(now);
  DSR_RETURN_IF_ERROR(WakeCases(now));
  // Systems and the post look every half hour, recipients every six.
  const int64_t minutes = absl::ToInt64Minutes(now - options_.begin);
  if (minutes % 30 == 0) {
    DSR_RETURN_IF_ERROR(DoTasks(now));
    DSR_RETURN_IF_ERROR(SendMessages(now));
  }
  if (minutes % 360 == 0) DSR_RETURN_IF_ERROR(AnswerNotices(now));
  return absl::OkStatus();
}

absl::Status Filler::FireTimers(absl::Time now) {
  while (true) {
    std::vector<DueTimer> due;
    DSR_RETURN_IF_ERROR(installation_.store().Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(due, view.DueTimers(now, kTimersAtOnce));
      return absl::OkStatus();
    }));
    if (due.empty()) return absl::OkStatus();
    for (const DueTimer& timer : due) {
      installation_.executor().Execute(
          {.request = timer.request, .command = FireTimer{timer.name, timer.due}},
          {.principal = SchedulerPrincipal()}, batch_.Begin());
    }
    batch_.Wait();
  }
}

void Filler::FilePlans(absl::Time now) {
  for (; next_plan_ < today_.size() && today_[next_plan_].filed < now; ++next_plan_) {
    auto about = std::make_shared<Case>();
    about->plan = today_[next_plan_];
    storage::v1::RequestFiled filed;
    filed.set_type(about->plan.type);
    filed.set_subject_account(about->plan.account);
    filed.set_channel(about->plan.channel);
    filed.set_region(about->plan.region);
    filed.mutable_requester()->set_relation(v1::RELATION_SUBJECT);
    *filed.mutable_received_time() = ToTimestamp(about->plan.received);
    if (about->plan.type == "policy-question" || about->plan.type == "rules-explanation")
      filed.mutable_text()->set_text("How long are orders kept?");
    if (about->plan.type == "deletion")
      filed.mutable_deletion()->set_ground(v1::DELETION_GROUND_PURPOSE_ENDED);
    filed.mutable_requester()->mutable_reply_to()->set_channel("email");
    filed.mutable_requester()->mutable_reply_to()->set_address("somebody@example.com");
    CallContext context{.principal = Of("intake-tool", "intake")};
    context.answer = [](const storage::v1::RequestRecord& record) {
      return record.state().request().name();
    };
    installation_.executor().File(
        std::move(filed), std::move(context),
        batch_.Begin([this, about](const absl::StatusOr<ExecutionResult>& result) {
          if (!result.ok()) return;
          const absl::StatusOr<RequestId> id = ParseRequestName(result->answer);
          if (!id.ok()) return;
          about->id = *id;
          MutexLock lock(mutex_);
          arrived_.push_back(about);
        }));
    ++filed_;
  }
}

void Filler::TakeArrived(absl::Time now) {
  MutexLock lock(mutex_);
  // In the order of ids, whatever the threads' was.
  std::sort(arrived_.begin(), arrived_.end(),
            [](const auto& a, const auto& b) { return a->id < b->id; });
  for (const std::shared_ptr<Case>& about : arrived_) {
    for (int i = 0; i < about->plan.recipients; ++i)
      installation_.Disclose(about->plan.account, kRecipients[i], batch_.Begin());
    const bool is_verified =
        about->plan.type != "policy-question" && about->plan.type != "rules-explanation";
    Schedule(about, now + (is_verified ? about->plan.verification_delay : about->plan.staff_delay));
  }
  arrived_.clear();
}

void Filler::Schedule(const std::shared_ptr<Case>& about, absl::Time time) {
  wakes_.push({.time = time, .order = order_++, .about = about});
}

absl::Status Filler::WakeCases(absl::Time now) {
  std::vector<std::shared_ptr<Case>> due;
  for (; !wakes_.empty() && wakes_.top().time <= now; wakes_.pop())
    due.push_back(wakes_.top().about);
  for (const std::shared_ptr<Case>& about : due) DSR_RETURN_IF_ERROR(TakeStep(about, now));
  batch_.Wait();
  return absl::OkStatus();
}

absl::Status Filler::TakeStep(const std::shared_ptr<Case>& about, absl::Time now) {
  storage::v1::RequestState state;
  DSR_RETURN_IF_ERROR(installation_.store().Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(state, view.FindRequest(about->id));
    return absl::OkStatus();
  }));
  const v1::Request& request = state.request();
  if (request.has_response()) return absl::OkStatus();
  if (about->plan.withdraws && request.phase() != v1::PHASE_VERIFICATION) {
    about->plan.withdraws = false;
    Execute(about->id, WithdrawRequest{}, "intake-tool", "intake");
    Schedule(about, now + absl::Hours(24));
    return absl::OkStatus();
  }
  if (request.phase() != v1::PHASE_VERIFICATION) return Lead(about, state, now);
  if (!about->plan.verifies || !request.duplicate_of().empty()) return absl::OkStatus();
  if (state.account_resolved()) {
    Prove(*about);
    Schedule(about, now + about->plan.staff_delay);
  } else {
    Schedule(about, now + step_);
  }
  return absl::OkStatus();
}

// The code's own way is short cut: that it was the right one is what the server finds out before
// the command.
void Filler::Prove(const Case& about) {
  const VerificationId id = installation_.ids().Next<VerificationId>();
  const RequestId request = about.id;
  installation_.executor().Execute(
      {.request = request, .command = StartVerification{id, v1::VERIFICATION_METHOD_ONE_TIME_CODE}},
      {.principal = Of("intake-tool", "intake")},
      batch_.Begin([this, id, request](const absl::StatusOr<ExecutionResult>&) {
        installation_.executor().Execute({.request = request, .command = SubmitCode{id, 1}},
                                         {.principal = Of("intake-tool", "intake")},
                                         batch_.Follow());
      }));
}

absl::Status Filler::Lead(const std::shared_ptr<Case>& about,
                          const storage::v1::RequestState& state, absl::Time now) {
  if (state.version() == about->waiting_version) {
    Schedule(about, now + kWaiting);
    return absl::OkStatus();
  }
  const std::string owner = about->plan.owner.empty() ? "caseworker-0" : about->plan.owner;
  if (!about->is_owned && !about->plan.owner.empty()) {
    about->is_owned = true;
    Execute(about->id, AssignRequest{.assignee = owner}, owner, "caseworker");
  }
  v1::QueueItem item;
  DSR_RETURN_IF_ERROR(installation_.store().Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::shared_ptr<const Rulebook> rulebook,
                         installation_.rulebooks().RulebookFor(view, state.request().pins()));
    DSR_ASSIGN_OR_RETURN(const storage::v1::RequestRecord record, view.FindRecord(about->id));
    DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(record.state()));
    DSR_ASSIGN_OR_RETURN(const Facts facts, SubjectFacts(view, scope, about->id));
    item = DescribeWork(
        *rulebook, record,
        DecisionContext{
            .actor = {}, .now = now, .request = about->id, .fresh_id = "", .facts = &facts});
    return absl::OkStatus();
  }));
  absl::Duration next = about->plan.staff_delay / 4;
  if (item.waits_for() == v1::WAITS_FOR_REQUESTER) {
    // What was proved has grown old where a request lay forgotten.
    Prove(*about);
  } else if (item.waits_for() != v1::WAITS_FOR_STAFF) {
    about->waiting_version = state.version();
    next = kWaiting;
  } else if (about->plan.is_refused && item.next_action() == "AssessRequest") {
    ProposeRefusal refusal;
    refusal.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
    Execute(about->id, refusal, owner, "caseworker");
  } else if (item.next_action() == "AssessRequest") {
    Execute(about->id, AssessRequest{}, owner, "caseworker");
  } else if (item.next_action() == "ApproveRefusal") {
    Execute(about->id, ApproveRefusal{}, "officer-1", "privacy_officer");
  } else if (item.next_action() == "ConfirmPlan") {
    Execute(about->id, ConfirmPlan{}, owner, "caseworker");
  } else if (item.next_action() == "RespondToRequest") {
    Execute(about->id, RespondToRequest{}, owner, "caseworker");
  }
  Schedule(about, now + std::max(next, step_));
  return absl::OkStatus();
}

void Filler::Execute(const RequestId& request, Command command, const std::string& principal,
                     const std::string& role) {
  installation_.executor().Execute({.request = request, .command = std::move(command)},
                                   {.principal = Of(principal, role)}, batch_.Begin());
}

absl::Status Filler::DoTasks(absl::Time now) {
  // Once a day each looks anyhow, as real ones do, in case something was left.
  if ((now - options_.begin) % absl::Hours(24) == absl::ZeroDuration()) {
    for (const absl::string_view system :
         {absl::string_view(kAccounts), absl::string_view(kShop), kOwnSystem})
      installation_.work().Add(std::string(system));
  }
  for (const std::string& system : installation_.work().Take()) {
    while (true) {
      std::vector<LeasedTask> leased;
      DSR_RETURN_IF_ERROR(
          TransactAndWait(installation_.store(), [&](Transaction& transaction) -> absl::Status {
            DSR_ASSIGN_OR_RETURN(leased, transaction.LeaseTasks(system, now, now + absl::Hours(1),
                                                                kTasksAtOnce, tokens_));
            return absl::OkStatus();
          }));
      for (const LeasedTask& lease : leased) {
        v1::Task task;
        DSR_RETURN_IF_ERROR(installation_.store().Read([&](ReadView& view) -> absl::Status {
          DSR_ASSIGN_OR_RETURN(task, view.FindTask(lease.request, lease.task));
          return absl::OkStatus();
        }));
        Command command = CompleteTask{.id = lease.task, .result = ResultOf(task)};
        Principal worker{.name = "worker", .roles = {"data_system"}, .data_system = task.system()};
        if (system == kOwnSystem) {
          CompletePackage package{.id = lease.task};
          package.built.set_sha256(std::string(32, 's'));
          package.built.set_size_bytes(1);
          package.built.set_content_type("application/zip");
          command = std::move(package);
          worker = PackagerPrincipal();
        }
        installation_.executor().PrepareAndExecute(
            [lease, command](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
              PlannedCommand planned{.request = lease.request, .command = command};
              planned.lease_token = lease.lease_token;
              if (auto* complete = std::get_if<CompleteTask>(&planned.command)) {
                storage::v1::Event event;
                *event.mutable_task_completed()->mutable_result() = complete->result;
                DSR_ASSIGN_OR_RETURN(PreparedContent prepared,
                                     sealer.Prepare(lease.request, std::move(event)));
                complete->result = prepared.clear.task_completed().result();
                planned.content = std::move(prepared.content);
              }
              return planned;
            },
            {.principal = worker}, batch_.Begin());
      }
      batch_.Wait();
      if (leased.size() < kTasksAtOnce) break;
    }
  }
  return absl::OkStatus();
}

// Every message arrives at once.
absl::Status Filler::SendMessages(absl::Time now) {
  while (true) {
    std::vector<OutboxItem> claimed;
    DSR_RETURN_IF_ERROR(
        TransactAndWait(installation_.store(), [&](Transaction& transaction) -> absl::Status {
          DSR_ASSIGN_OR_RETURN(
              claimed, transaction.ClaimOutbox(OutboxKind::kMessage, now, now + absl::Hours(1),
                                               kMessagesAtOnce));
          return absl::OkStatus();
        }));
    for (const OutboxItem& item : claimed) {
      installation_.executor().PrepareAndExecute(
          [item](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
            storage::v1::Event event;
            event.mutable_message_sent()->set_subject(kSubject);
            event.mutable_message_sent()->set_text(kText);
            DSR_ASSIGN_OR_RETURN(PreparedContent prepared,
                                 sealer.Prepare(item.request, std::move(event)));
            PlannedCommand planned{.request = item.request,
                                   .command = RecordMessageDelivery{.id = MessageId(item.item),
                                                                    .attempts = item.attempts + 1,
                                                                    .text_sha256 = Sha256(kText)}};
            planned.content = std::move(prepared.content);
            return planned;
          },
          {.principal = DispatcherPrincipal()}, batch_.Begin());
    }
    batch_.Wait();
    if (claimed.size() < kMessagesAtOnce) return absl::OkStatus();
  }
}

absl::Status Filler::AnswerNotices(absl::Time now) {
  for (const char* recipient : kRecipients) {
    std::optional<NoticeId> after;
    while (true) {
      std::vector<v1::Notice> notices;
      DSR_RETURN_IF_ERROR(installation_.store().Read([&](ReadView& view) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(notices, view.ListOpenNotices(recipient, after, kNoticesAtOnce));
        return absl::OkStatus();
      }));
      for (const v1::Notice& notice : notices) {
        std::pair<RequestId, NoticeId> name;
        DSR_ASSIGN_OR_RETURN(name, ParseNoticeName(notice.name()));
        after = name.second;
        Principal principal{
            .name = "recipient", .roles = {"recipient"}, .recipient = notice.recipient()};
        Command command = AcknowledgeNotice{.id = name.second};
        if (notice.state() == v1::Notice::STATE_PENDING) {
          command = RecordNoticeDelivery{.id = name.second,
                                         .lane = OutboxLane(notice),
                                         .delivered = true,
                                         .way = v1::NOTICE_WAY_PULL};
        } else if (notice.state() != v1::Notice::STATE_SENT) {
          if (now < name.second.time() + AnswerDelay(name.second)) continue;
          command = CompleteNotice{.id = name.second, .records = 3};
        }
        installation_.executor().Execute({.request = name.first, .command = std::move(command)},
                                         {.principal = principal}, batch_.Begin());
      }
      batch_.Wait();
      if (notices.size() < kNoticesAtOnce) break;
    }
  }
  return absl::OkStatus();
}

}  // namespace dsr::fill_store
