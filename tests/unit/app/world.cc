#include "unit/app/world.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/verification_codes.h"
#include "dsr/base/file.h"
#include "dsr/base/mutex.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/names.h"
#include "google/protobuf/text_format.h"
#include "store/sqlite/sqlite_store.h"

namespace dsr {
namespace {

const absl::Time kStart =
    absl::FromCivil(absl::CivilSecond(2026, 3, 2, 9, 0, 0), absl::FixedTimeZone(8 * 60 * 60));

template <class T>
T BuiltOrDie(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "world: %s\n", result.status().ToString().c_str());
  std::abort();
}

void BuiltOrDie(const absl::Status& status) {
  (void)BuiltOrDie(
      absl::StatusOr<int>(status.ok() ? absl::StatusOr<int>(0) : absl::StatusOr<int>(status)));
}

SecretKey NewKey() {
  BuiltOrDie(InitCrypto());
  return SecretKey::Generate();
}

}  // namespace

World::World() : clock(kStart), ids(clock), kek(NewKey()), secrets(kek) {
  store = BuiltOrDie(sqlite::SqliteStore::Open({.path = dir.File("dsr.db"), .clock = &clock}));
  keys = BuiltOrDie(KeyFile::Open(dir.File("keys"), kek, true));
  key_numbers = BuiltOrDie(KeyNumbers::Open(*store, *keys, 16));
  subjects = std::make_unique<Subjects>(secrets, *key_numbers, ids);
  std::vector<Finding> findings;
  rulebooks = BuiltOrDie(RulebookCatalog::Open(
      *store,
      BuiltOrDie(LoadDefinitionFiles(absl::StrCat(DSR_SOURCE_DIR, "/workflows"), &findings))));
  MakeParts();
  reader = std::make_unique<RequestReader>(*keys);
}

void World::MakeParts() {
  executor = std::make_unique<CommandExecutor>(
      CommandExecutor::Parts{*store, clock, ids, *rulebooks, facts, *keys, *subjects, secrets});
  registry = std::make_unique<Registry>(Registry::Parts{
      *store, clock, ids, facts, *keys, secrets, *subjects, rulebooks->files().policy,
      EndpointChecks{.url = [](absl::string_view) { return absl::OkStatus(); },
                     .target = [](absl::string_view) { return absl::OkStatus(); }}});
  holds = std::make_unique<Holds>(Holds::Parts{*store, clock, ids, *keys, secrets, *subjects,
                                               rulebooks->files().policy, *executor});
}

void World::UseDefinitions(DefinitionFiles files) {
  const auto restate = [](Definition& definition, const google::protobuf::Message& content,
                          int version) {
    if (definition.ref.version() == version) return;
    google::protobuf::TextFormat::PrintToString(content, &definition.text);
    definition.ref.set_version(version);
    definition.ref.set_sha256(HexEncode(Sha256(definition.text)));
  };
  for (Definition& definition : files.definitions) {
    if (definition.kind == DefinitionKind::kPolicy)
      restate(definition, files.policy, files.policy.version());
    if (definition.kind == DefinitionKind::kCalendar)
      restate(definition, files.calendar, files.calendar.version());
  }
  registry->Close();
  holds->Close();
  executor->Close();
  registry.reset();
  holds.reset();
  executor.reset();
  rulebooks.reset();
  rulebooks = BuiltOrDie(RulebookCatalog::Open(*store, std::move(files)));
  MakeParts();
}

World::~World() {
  registry->Close();
  holds->Close();
  executor->Close();
  store->Close();
}

absl::StatusOr<ExecutionResult> World::Wait(const Call& call) {
  struct Waiting {
    Mutex mutex;
    CondVar told;
    std::optional<absl::StatusOr<ExecutionResult>> result;
  };
  const auto waiting = std::make_shared<Waiting>();
  call([waiting](absl::StatusOr<ExecutionResult> result) {
    MutexLock lock(waiting->mutex);
    waiting->result = std::move(result);
    waiting->told.NotifyAll();
  });
  MutexLock lock(waiting->mutex);
  while (!waiting->result.has_value()) waiting->told.Wait(waiting->mutex);
  return *std::move(waiting->result);
}

CallContext World::As(absl::string_view name) {
  CallContext context;
  context.principal.name = std::string(name);
  context.principal.roles = {"intake",          "verifier", "caseworker",      "reviewer",
                             "privacy_officer", "operator", "session_asserter"};
  context.idempotency_key = RandomBytes(16);
  context.fingerprint = secrets.Fingerprint("Method", "arguments");
  context.answer = [](const storage::v1::RequestRecord& record) {
    return record.state().request().name();
  };
  return context;
}

CallContext World::AsSystem(absl::string_view system) {
  CallContext context = As(absl::StrCat("worker-", LastSegment(system)));
  context.principal.roles = {"data_system"};
  context.principal.data_system = std::string(system);
  return context;
}

CallContext World::AsRecipient(absl::string_view recipient) {
  CallContext context = As(absl::StrCat("party-", LastSegment(recipient)));
  context.principal.roles = {"recipient"};
  context.principal.recipient = std::string(recipient);
  return context;
}

void World::AddSystem(absl::string_view id, std::vector<std::string> categories) {
  v1::CreateDataSystemRequest in;
  in.set_data_system_id(std::string(id));
  in.mutable_data_system()->set_title("A system");
  for (std::string& category : categories) {
    in.mutable_data_system()->add_categories(std::move(category));
  }
  for (const v1::TaskKind kind : {v1::TASK_KIND_RESOLVE_CONTACT, v1::TASK_KIND_COLLECT,
                                  v1::TASK_KIND_CORRECT, v1::TASK_KIND_ERASE}) {
    in.mutable_data_system()->add_task_kinds(kind);
  }
  BuiltOrDie(Wait([&](ExecutionDone done) {
               registry->CreateDataSystem(in, As("operator"), std::move(done));
             }).status());
}

void World::AddRecipient(absl::string_view id, absl::string_view account,
                         std::vector<std::string> categories) {
  v1::CreateRecipientRequest in;
  in.set_recipient_id(std::string(id));
  in.mutable_recipient()->set_title(absl::StrCat("Recipient ", id));
  in.mutable_recipient()->set_relation(v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER);
  in.mutable_recipient()->set_jurisdiction("CN");
  in.mutable_recipient()->mutable_delivery()->mutable_pull();
  BuiltOrDie(Wait([&](ExecutionDone done) {
               registry->CreateRecipient(in, As("operator"), std::move(done));
             }).status());

  v1::BatchCreateDisclosuresRequest batch;
  v1::Disclosure& disclosure = *batch.add_disclosures();
  disclosure.set_subject_account(std::string(account));
  disclosure.set_recipient(absl::StrCat("recipients/", id));
  for (std::string& category : categories) disclosure.add_categories(std::move(category));
  *disclosure.mutable_disclose_time() = ToTimestamp(clock.Now() - absl::Hours(48));
  disclosure.set_purpose("delivery");
  disclosure.set_method("api");
  disclosure.set_basis("contract");
  disclosure.set_recipient_reference(absl::StrCat("ref-of-", account));
  BuiltOrDie(Wait([&](ExecutionDone done) {
               registry->BatchCreateDisclosures(batch, As("registrar"), std::move(done));
             }).status());
}

storage::v1::RequestFiled World::Filed(absl::string_view type, absl::string_view account) {
  storage::v1::RequestFiled filed;
  filed.set_type(std::string(type));
  filed.set_subject_account(std::string(account));
  filed.mutable_requester()->set_relation(v1::RELATION_SUBJECT);
  filed.mutable_requester()->set_display_name("Wang Xiaoming");
  filed.mutable_requester()->mutable_reply_to()->set_channel("email");
  filed.mutable_requester()->mutable_reply_to()->set_address("wang@example.com");
  filed.set_channel("app");
  filed.set_language("en");
  return filed;
}

absl::StatusOr<ExecutionResult> World::File(storage::v1::RequestFiled filed, CallContext context) {
  return Wait([&](ExecutionDone done) {
    executor->File(std::move(filed), std::move(context), std::move(done));
  });
}

RequestId World::FileOne(absl::string_view type, absl::string_view account) {
  const ExecutionResult result = BuiltOrDie(File(Filed(type, account), As("intake")));
  return BuiltOrDie(ParseRequestName(result.answer));
}

absl::StatusOr<ExecutionResult> World::Execute(const RequestId& request, Command command,
                                               CallContext context) {
  PlannedCommand planned;
  planned.request = request;
  planned.command = std::move(command);
  return executor->ExecuteAndWait(std::move(planned), std::move(context));
}

std::optional<LeasedTask> World::Lease(absl::string_view system) {
  std::vector<LeasedTask> leased;
  BuiltOrDie(TransactAndWait(*store, [&](Transaction& transaction) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(
        leased, transaction.LeaseTasks(system, clock.Now(), clock.Now() + absl::Minutes(1), 1,
                                       {std::string(16, 'l')}));
    return absl::OkStatus();
  }));
  if (leased.empty()) return std::nullopt;
  return leased.front();
}

absl::StatusOr<ExecutionResult> World::CompleteNext(absl::string_view system,
                                                    const v1::TaskResult& result) {
  const std::optional<LeasedTask> lease = Lease(system);
  if (!lease.has_value()) return absl::NotFoundError("no task to lease");
  return Complete(*lease, system, result);
}

absl::StatusOr<ExecutionResult> World::Complete(const LeasedTask& lease, absl::string_view system,
                                                const v1::TaskResult& result) {
  return Wait([&](ExecutionDone done) {
    executor->PrepareAndExecute(
        [=](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
          storage::v1::Event event;
          *event.mutable_task_completed()->mutable_result() = result;
          DSR_ASSIGN_OR_RETURN(PreparedContent prepared,
                               sealer.Prepare(lease.request, std::move(event)));
          PlannedCommand planned;
          planned.request = lease.request;
          planned.command = CompleteTask{lease.task, prepared.clear.task_completed().result()};
          planned.content = std::move(prepared.content);
          planned.lease_token = lease.lease_token;
          return planned;
        },
        AsSystem(system), std::move(done));
  });
}

void World::Verify(const RequestId& request) {
  const VerificationId id = ids.Next<VerificationId>();
  BuiltOrDie(
      Execute(request, StartVerification{id, v1::VERIFICATION_METHOD_ONE_TIME_CODE}, As("verifier"))
          .status());
  const std::string code = CodeFor(secrets, id, 1, 6);
  BuiltOrDie(Execute(request, SubmitCode{id, MatchSend(secrets, id, code, 1, 6)}, As("verifier"))
                 .status());
}

storage::v1::RequestRecord World::Record(const RequestId& request) {
  storage::v1::RequestRecord record;
  BuiltOrDie(store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(record, view.FindRecord(request));
    return absl::OkStatus();
  }));
  return record;
}

std::vector<StoredEvent> World::Events(const RequestId& request) {
  std::vector<StoredEvent> events;
  BuiltOrDie(store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(events, view.ListEvents(request, 0, 1000));
    return absl::OkStatus();
  }));
  return events;
}

std::vector<storage::v1::AuditRecord> World::AuditRecords() {
  std::vector<storage::v1::AuditRecord> records;
  BuiltOrDie(store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::vector<AuditLeaf> leaves, view.ListLeaves(0, 10'000, true));
    for (const AuditLeaf& leaf : leaves) {
      if (!leaf.request.has_value()) records.emplace_back().ParseFromString(leaf.clear);
    }
    return absl::OkStatus();
  }));
  return records;
}

std::string World::FileBytes() {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    bytes += BuiltOrDie(ReadFile(entry.path().string()));
  }
  return bytes;
}

}  // namespace dsr
