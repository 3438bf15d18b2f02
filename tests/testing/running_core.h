// dsrd without its network: store, keys, definitions and executor, ready for commands.
#ifndef DSR_TESTS_TESTING_RUNNING_CORE_H_
#define DSR_TESTS_TESTING_RUNNING_CORE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "app/command_executor.h"
#include "app/commit_listener.h"
#include "app/decision_facts.h"
#include "app/key_file.h"
#include "app/key_numbers.h"
#include "app/request_reader.h"
#include "app/rulebook_catalog.h"
#include "app/server_secrets.h"
#include "app/subjects.h"
#include "dsr/base/ids.h"
#include "dsr/base/mutex.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/simulated_clock.h"

namespace dsr {

// Passes commits on to whoever registered. Thread-safe.
class CommitListeners : public CommitListener {
 public:
  void Add(CommitListener* listener);
  // No commit reaches `listener` once this has returned.
  void Remove(CommitListener* listener);
  void OnCommitted(const CommitHints& hints) override;

 private:
  Mutex mutex_;
  std::vector<CommitListener*> listeners_ ABSL_GUARDED_BY(mutex_);
};

// Opens, or opens again, what stands in a folder: a real database and key file, and the definitions
// of `definitions`. Ends the process when that fails. The methods are for tests: they wait, and end
// the process when what a test takes for granted fails. Thread-safe.
class RunningCore {
 public:
  // `clock` outlives this.
  RunningCore(absl::string_view folder, absl::string_view definitions, SimulatedClock& clock);
  RunningCore(const RunningCore&) = delete;
  RunningCore& operator=(const RunningCore&) = delete;
  ~RunningCore();

  Store& store() { return *store_; }
  CommandExecutor& executor() { return *executor_; }
  RulebookCatalog& rulebooks() { return *rulebooks_; }
  const RequestReader& reader() const { return reader_; }
  const ServerSecrets& secrets() const { return secrets_; }
  CommitListeners& commits() { return commits_; }

  // Registers `systems/shop`, which looks up contacts, collects and erases all categories.
  void AddShop();
  // Registers a recipient with a webhook, or one that fetches its notices.
  void AddRecipient(absl::string_view name, bool fetches = false);
  // Records that the account's orders and recommendation profile went to a recipient, which knows
  // the subject as `reference`. The account has filed a request before.
  void AddDisclosure(absl::string_view account, absl::string_view recipient,
                     absl::string_view reference);

  // Files a request: type and account, all else as `filed` has it.
  RequestId File(absl::string_view type, absl::string_view account,
                 storage::v1::RequestFiled filed = {});
  absl::Status Execute(const RequestId& request, Command command, Principal principal);
  // The same as a person with every role that persons have.
  absl::Status Execute(const RequestId& request, Command command);
  // Completes the open task of `kind`, as `systems/shop`; personal fields of `result` are sealed.
  absl::Status CompleteTask(const RequestId& request, v1::TaskKind kind,
                            const v1::TaskResult& result);
  // Completes the making of the package, which stays empty.
  absl::Status CompletePackage(const RequestId& request);
  // Completes the lookup of the contact: `user@example.com`, by mail.
  void ResolveContact(const RequestId& request);
  // Passes a verification by one-time code.
  void Verify(const RequestId& request);

  // As stored, without personal fields.
  storage::v1::RequestRecord Record(const RequestId& request);
  // All events, in order.
  std::vector<storage::v1::Event> Events(const RequestId& request);

 private:
  absl::Status Report(const RequestId& request, v1::TaskKind kind, Principal worker,
                      const std::function<PlannedCommand(const TaskId&)>& make);
  std::string Lease(absl::string_view system, const TaskId& task);

  const SecretKey key_encryption_key_;
  SimulatedClock& clock_;
  const IdGenerator ids_;
  CommitListeners commits_;
  std::unique_ptr<sqlite::SqliteStore> store_;
  const std::unique_ptr<KeyFile> keys_;
  const std::unique_ptr<KeyNumbers> key_numbers_;
  const ServerSecrets secrets_;
  const Subjects subjects_;
  DecisionFacts facts_;
  const std::unique_ptr<RulebookCatalog> rulebooks_;
  const RequestReader reader_;
  const std::unique_ptr<CommandExecutor> executor_;
};

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_RUNNING_CORE_H_
