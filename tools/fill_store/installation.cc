#include "fill_store/installation.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/sealer.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/names.h"

namespace dsr::fill_store {
namespace {

v1::DataSystem MakeSystem(const std::string& name, const v1::Policy& policy,
                          const std::vector<v1::TaskKind>& kinds) {
  v1::DataSystem system;
  system.set_name(name);
  system.set_title(name);
  for (const v1::Category& category : policy.categories()) system.add_categories(category.name());
  for (const v1::TaskKind kind : kinds) system.add_task_kinds(kind);
  system.set_etag("1");
  return system;
}

v1::Recipient MakeRecipient(const std::string& name) {
  v1::Recipient recipient;
  recipient.set_name(name);
  recipient.set_title(name);
  recipient.set_relation(v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR);
  recipient.set_jurisdiction("CN");
  recipient.mutable_delivery()->mutable_pull();
  recipient.set_etag("1");
  return recipient;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Installation>> Installation::Create(const std::string& directory,
                                                                   const std::string& definitions,
                                                                   Clock& clock) {
  DSR_RETURN_IF_ERROR(InitCrypto());
  std::vector<Finding> findings;
  absl::StatusOr<DefinitionFiles> files = LoadDefinitionFiles(definitions, &findings);
  if (!files.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--definitions ", definitions, ": ", files.status().message()));
  }
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  const std::string data = absl::StrCat(directory, "/dsrd.db");
  if (FileExists(data)) return absl::AlreadyExistsError(absl::StrCat(data, " exists already"));
  std::unique_ptr<Installation> made(new Installation());
  made->clock_ = &clock;
  const SecretKey key = SecretKey::Generate();
  DSR_RETURN_IF_ERROR(WriteFileAtomically(absl::StrCat(directory, "/kek"), key.bytes()));
  DSR_ASSIGN_OR_RETURN(made->store_, sqlite::SqliteStore::Open({.path = data, .clock = &clock}));
  DSR_ASSIGN_OR_RETURN(made->keys_, KeyFile::Open(absl::StrCat(directory, "/dsrd.keys"), key,
                                                  /*create_if_missing=*/true));
  DSR_ASSIGN_OR_RETURN(made->key_numbers_, KeyNumbers::Open(*made->store_, *made->keys_));
  made->secrets_ = std::make_unique<ServerSecrets>(made->keys_->root_secret());
  made->ids_ = std::make_unique<IdGenerator>(clock);
  made->subjects_ = std::make_unique<Subjects>(*made->secrets_, *made->key_numbers_, *made->ids_);
  DSR_ASSIGN_OR_RETURN(made->rulebooks_, RulebookCatalog::Open(*made->store_, *std::move(files)));
  made->executor_ =
      std::make_unique<CommandExecutor>(CommandExecutor::Parts{.store = *made->store_,
                                                               .clock = clock,
                                                               .ids = *made->ids_,
                                                               .rulebooks = *made->rulebooks_,
                                                               .facts = made->facts_,
                                                               .keys = *made->keys_,
                                                               .subjects = *made->subjects_,
                                                               .secrets = *made->secrets_,
                                                               .listener = &made->work_});
  DSR_RETURN_IF_ERROR(made->Register());
  return made;
}

Installation::~Installation() {
  if (executor_ != nullptr) executor_->Close();
  if (store_ != nullptr) store_->Close();
}

absl::Status Installation::Register() {
  const v1::Policy& policy = rulebooks_->files().policy;
  return TransactAndWait(*store_, [&](Transaction& transaction) -> absl::Status {
    facts_.ForgetRegistry();
    DSR_RETURN_IF_ERROR(
        transaction.PutDataSystem(MakeSystem(kAccounts, policy, {v1::TASK_KIND_RESOLVE_CONTACT})));
    DSR_RETURN_IF_ERROR(transaction.PutDataSystem(
        MakeSystem(kShop, policy, {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE})));
    for (const char* recipient : kRecipients)
      DSR_RETURN_IF_ERROR(transaction.PutRecipient(MakeRecipient(recipient)));
    return absl::OkStatus();
  });
}

void Installation::Disclose(const std::string& account, const std::string& recipient,
                            ExecutionDone done) {
  const RecordId id = ids_->Next<RecordId>();
  v1::Disclosure disclosure;
  disclosure.set_name(DisclosureName(id));
  disclosure.set_subject_account(account);
  disclosure.set_recipient(recipient);
  disclosure.add_categories("orders");
  *disclosure.mutable_disclose_time() = ToTimestamp(clock_->Now());
  disclosure.set_purpose("delivery");
  disclosure.set_method("api");
  disclosure.set_basis("contract");
  disclosure.set_recipient_reference(account);
  store_->Transact(
      [this, id, disclosure](Transaction& transaction) { return Put(transaction, id, disclosure); },
      [done = std::move(done)](const absl::Status& status) {
        done(status.ok() ? absl::StatusOr<ExecutionResult>(ExecutionResult()) : status);
      });
}

absl::Status Installation::Put(Transaction& transaction, const RecordId& id,
                               const v1::Disclosure& disclosure) const {
  DSR_ASSIGN_OR_RETURN(
      const std::optional<SubjectRecord> subject,
      transaction.FindSubject(secrets_->AccountHash(disclosure.subject_account())));
  if (!subject.has_value()) return absl::NotFoundError("the account filed no request");
  DSR_ASSIGN_OR_RETURN(const SecretKey key, keys_->Key(subject->key_number));
  SplitMessage<v1::Disclosure> split = SplitPersonal(disclosure);
  return transaction.PutDisclosure(id, subject->id, split.clear,
                                   Seal(key, id.bytes(), split.personal));
}

}  // namespace dsr::fill_store
