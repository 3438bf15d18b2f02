#include "testing/running_core.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/principal.h"
#include "app/sealer.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

constexpr char kShop[] = "systems/shop";

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "a test cannot go on: %s\n", status.ToString().c_str());
  std::abort();
}

template <class T>
T Get(absl::StatusOr<T> result) {
  Check(result.status());
  return *std::move(result);
}

Principal Person() {
  return Principal{.name = "tester",
                   .roles = {"intake", "caseworker", "privacy_officer", "session_asserter"}};
}

DefinitionFiles LoadDefinitions(absl::string_view directory) {
  std::vector<Finding> findings;
  return Get(LoadDefinitionFiles(directory, &findings));
}

}  // namespace

void CommitListeners::Add(CommitListener* listener) {
  MutexLock lock(mutex_);
  listeners_.push_back(listener);
}

void CommitListeners::Remove(CommitListener* listener) {
  MutexLock lock(mutex_);
  std::erase(listeners_, listener);
}

void CommitListeners::OnCommitted(const CommitHints& hints) {
  MutexLock lock(mutex_);
  for (CommitListener* listener : listeners_) listener->OnCommitted(hints);
}

RunningCore::RunningCore(absl::string_view folder, absl::string_view definitions,
                         SimulatedClock& clock)
    : key_encryption_key_(Get(SecretKey::FromBytes(std::string(SecretKey::kSize, 'k')))),
      clock_(clock),
      ids_(clock),
      store_(Get(
          sqlite::SqliteStore::Open({.path = absl::StrCat(folder, "/data"), .clock = &clock_}))),
      keys_(Get(KeyFile::Open(absl::StrCat(folder, "/keys"), key_encryption_key_,
                              /*create_if_missing=*/true))),
      key_numbers_(Get(KeyNumbers::Open(*store_, *keys_, /*ahead=*/64))),
      secrets_(keys_->root_secret()),
      subjects_(secrets_, *key_numbers_, ids_),
      rulebooks_(Get(RulebookCatalog::Open(*store_, LoadDefinitions(definitions)))),
      reader_(*keys_),
      executor_(std::make_unique<CommandExecutor>(CommandExecutor::Parts{.store = *store_,
                                                                         .clock = clock_,
                                                                         .ids = ids_,
                                                                         .rulebooks = *rulebooks_,
                                                                         .facts = facts_,
                                                                         .keys = *keys_,
                                                                         .subjects = subjects_,
                                                                         .secrets = secrets_,
                                                                         .listener = &commits_})) {}

RunningCore::~RunningCore() {
  executor_->Close();
  store_->Close();
}

void RunningCore::AddShop() {
  v1::DataSystem shop;
  shop.set_name(kShop);
  shop.set_title("Shop");
  for (const v1::Category& category : rulebooks_->files().policy.categories()) {
    shop.add_categories(category.name());
  }
  for (const v1::TaskKind kind :
       {v1::TASK_KIND_RESOLVE_CONTACT, v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE}) {
    shop.add_task_kinds(kind);
  }
  shop.set_etag("1");
  Check(TransactAndWait(*store_, [&](Transaction& transaction) {
    facts_.ForgetRegistry();
    return transaction.PutDataSystem(shop);
  }));
}

void RunningCore::AddRecipient(absl::string_view name, bool fetches) {
  v1::Recipient recipient;
  recipient.set_name(std::string(name));
  recipient.set_title(absl::StrCat("Company of ", name));
  recipient.set_relation(v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR);
  recipient.set_jurisdiction("CN");
  if (fetches) {
    recipient.mutable_delivery()->mutable_pull();
  } else {
    recipient.mutable_delivery()->mutable_webhook()->set_url("https://example.com/notices");
    recipient.mutable_delivery()->mutable_webhook()->set_secret_id("secret");
  }
  recipient.set_etag("1");
  Check(TransactAndWait(*store_, [&](Transaction& transaction) {
    facts_.ForgetRegistry();
    return transaction.PutRecipient(recipient);
  }));
}

void RunningCore::AddDisclosure(absl::string_view account, absl::string_view recipient,
                                absl::string_view reference) {
  const RecordId id = ids_.Next<RecordId>();
  v1::Disclosure disclosure;
  disclosure.set_name(DisclosureName(id));
  disclosure.set_subject_account(std::string(account));
  disclosure.set_recipient(std::string(recipient));
  disclosure.add_categories("orders");
  disclosure.add_categories("recommendation");
  *disclosure.mutable_disclose_time() = ToTimestamp(clock_.Now());
  disclosure.set_purpose("delivery");
  disclosure.set_method("api");
  disclosure.set_basis("contract");
  disclosure.set_recipient_reference(std::string(reference));
  Check(TransactAndWait(*store_, [&](Transaction& transaction) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::optional<SubjectRecord> subject,
                         transaction.FindSubject(secrets_.AccountHash(account)));
    if (!subject.has_value()) return absl::NotFoundError("the account filed no request");
    DSR_ASSIGN_OR_RETURN(const SecretKey key, keys_->Key(subject->key_number));
    SplitMessage<v1::Disclosure> split = SplitPersonal(disclosure);
    return transaction.PutDisclosure(id, subject->id, split.clear,
                                     Seal(key, id.bytes(), split.personal));
  }));
}

RequestId RunningCore::File(absl::string_view type, absl::string_view account,
                            storage::v1::RequestFiled filed) {
  filed.set_type(std::string(type));
  filed.set_subject_account(std::string(account));
  filed.mutable_requester()->set_relation(v1::RELATION_SUBJECT);
  if (filed.channel().empty()) filed.set_channel("app");
  CallContext context{.principal = Person()};
  context.answer = [](const storage::v1::RequestRecord& record) {
    return record.state().request().name();
  };
  struct Waiting {
    Mutex mutex;
    CondVar ended;
    std::optional<absl::StatusOr<ExecutionResult>> result;
  };
  const auto waiting = std::make_shared<Waiting>();
  executor_->File(std::move(filed), std::move(context),
                  [waiting](absl::StatusOr<ExecutionResult> result) {
                    MutexLock lock(waiting->mutex);
                    waiting->result = std::move(result);
                    waiting->ended.NotifyAll();
                  });
  MutexLock lock(waiting->mutex);
  while (!waiting->result.has_value()) waiting->ended.Wait(waiting->mutex);
  return Get(ParseRequestName(Get(*std::move(waiting->result)).answer));
}

absl::Status RunningCore::Execute(const RequestId& request, Command command, Principal principal) {
  PlannedCommand planned;
  planned.request = request;
  planned.command = std::move(command);
  return executor_
      ->ExecuteAndWait(std::move(planned), CallContext{.principal = std::move(principal)})
      .status();
}

absl::Status RunningCore::Execute(const RequestId& request, Command command) {
  return Execute(request, std::move(command), Person());
}

absl::Status RunningCore::CompleteTask(const RequestId& request, v1::TaskKind kind,
                                       const v1::TaskResult& result) {
  storage::v1::Event event;
  *event.mutable_task_completed()->mutable_result() = result;
  DSR_ASSIGN_OR_RETURN(PreparedContent prepared,
                       executor_->sealer().Prepare(request, std::move(event)));
  return Report(
      request, kind, Principal{.name = "shop", .roles = {"data_system"}, .data_system = kShop},
      [&](const TaskId& id) {
        PlannedCommand planned;
        planned.command =
            dsr::CompleteTask{.id = id, .result = prepared.clear.task_completed().result()};
        planned.content = std::move(prepared.content);
        return planned;
      });
}

absl::Status RunningCore::CompletePackage(const RequestId& request) {
  return Report(request, v1::TASK_KIND_BUILD_PACKAGE, PackagerPrincipal(), [](const TaskId& id) {
    dsr::CompletePackage command{.id = id};
    command.built.set_sha256(std::string(64, 'a'));
    command.built.set_size_bytes(1);
    command.built.set_content_type("application/zip");
    return PlannedCommand{.command = std::move(command)};
  });
}

absl::Status RunningCore::Report(const RequestId& request, v1::TaskKind kind, Principal worker,
                                 const std::function<PlannedCommand(const TaskId&)>& make) {
  const storage::v1::RequestRecord record = Record(request);
  for (const v1::Task& task : record.tasks()) {
    if (task.kind() != kind || task.state() != v1::Task::STATE_OPEN) continue;
    const TaskId id = Get(ParseTaskName(task.name())).second;
    PlannedCommand planned = make(id);
    planned.request = request;
    planned.lease_token = Lease(task.system(), id);
    return executor_
        ->ExecuteAndWait(std::move(planned), CallContext{.principal = std::move(worker)})
        .status();
  }
  return absl::NotFoundError("no open task of that kind");
}

std::string RunningCore::Lease(absl::string_view system, const TaskId& task) {
  std::string token;
  Check(TransactAndWait(*store_, [&](Transaction& transaction) -> absl::Status {
    const absl::Time now = clock_.Now();
    std::vector<std::string> tokens;
    for (int i = 0; i < 100; ++i) tokens.push_back(RandomBytes(16));
    DSR_ASSIGN_OR_RETURN(const std::vector<LeasedTask> leases,
                         transaction.LeaseTasks(system, now, now + absl::Minutes(1), 100, tokens));
    for (const LeasedTask& lease : leases) {
      if (lease.task == task) {
        token = lease.lease_token;
      } else {
        DSR_RETURN_IF_ERROR(transaction.ReleaseTask(lease.task, now));
      }
    }
    return absl::OkStatus();
  }));
  return token;
}

void RunningCore::ResolveContact(const RequestId& request) {
  v1::TaskResult result;
  result.mutable_contact()->set_channel("email");
  result.mutable_contact()->set_address("user@example.com");
  Check(CompleteTask(request, v1::TASK_KIND_RESOLVE_CONTACT, result));
}

void RunningCore::Verify(const RequestId& request) {
  const VerificationId id = ids_.Next<VerificationId>();
  Check(Execute(request, StartVerification{id, v1::VERIFICATION_METHOD_ONE_TIME_CODE}));
  const storage::v1::RequestRecord record = Record(request);
  const v1::Verification& verification =
      record.state().verifications(record.state().verifications_size() - 1);
  Check(Execute(request, SubmitCode{Get(ParseVerificationName(verification.name())).second,
                                    verification.sends()}));
}

storage::v1::RequestRecord RunningCore::Record(const RequestId& request) {
  storage::v1::RequestRecord record;
  Check(store_->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(record, view.FindRecord(request));
    return absl::OkStatus();
  }));
  return record;
}

std::vector<storage::v1::Event> RunningCore::Events(const RequestId& request) {
  std::vector<storage::v1::Event> events;
  Check(store_->Read([&](ReadView& view) -> absl::Status {
    events.clear();
    DSR_ASSIGN_OR_RETURN(const std::vector<StoredEvent> stored, view.ListEvents(request, 0, 10000));
    for (const StoredEvent& one : stored) {
      if (!events.emplace_back().ParseFromString(one.clear)) return absl::InternalError("event");
    }
    return absl::OkStatus();
  }));
  return events;
}

}  // namespace dsr
