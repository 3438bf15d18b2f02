// A whole app layer over a real database in a directory of its own, with the repository's
// workflows.
#ifndef DSR_TESTS_UNIT_APP_WORLD_H_
#define DSR_TESTS_UNIT_APP_WORLD_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "app/command_executor.h"
#include "app/decision_facts.h"
#include "app/holds.h"
#include "app/key_file.h"
#include "app/key_numbers.h"
#include "app/registry.h"
#include "app/request_reader.h"
#include "app/rulebook_catalog.h"
#include "app/server_secrets.h"
#include "app/subjects.h"
#include "dsr/base/crypto.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/workflow/definitions.h"
#include "testing/simulated_clock.h"
#include "testing/temp_dir.h"

namespace dsr {

// Ends the process when it cannot be built. Not thread-safe.
class World {
 public:
  World();
  ~World();

  // Goes on under other definitions, as after a restart. What changed needs a new version.
  void UseDefinitions(DefinitionFiles files);

  // Asserts nothing: hands back what `call` was told.
  using Call = std::function<void(ExecutionDone)>;
  static absl::StatusOr<ExecutionResult> Wait(const Call& call);

  // A call of `name` with all roles, under a key of its own; answers with the request's name.
  CallContext As(absl::string_view name);
  // The same, acting for a data system or recipient.
  CallContext AsSystem(absl::string_view system);
  CallContext AsRecipient(absl::string_view recipient);

  // Registers `systems/{id}`, which does all kinds of task for `categories`.
  void AddSystem(absl::string_view id, std::vector<std::string> categories);
  // Registers `recipients/{id}`, which pulls, and tells that `account`'s `categories` went to it.
  void AddRecipient(absl::string_view id, absl::string_view account,
                    std::vector<std::string> categories);

  // What a request of that type for that account is filed with.
  static storage::v1::RequestFiled Filed(absl::string_view type, absl::string_view account);
  absl::StatusOr<ExecutionResult> File(storage::v1::RequestFiled filed, CallContext context);
  // Files one and returns its id.
  RequestId FileOne(absl::string_view type, absl::string_view account);

  absl::StatusOr<ExecutionResult> Execute(const RequestId& request, Command command,
                                          CallContext context);

  // Leases the next task of that system and completes it.
  absl::StatusOr<ExecutionResult> CompleteNext(absl::string_view system,
                                               const v1::TaskResult& result);
  std::optional<LeasedTask> Lease(absl::string_view system);
  absl::StatusOr<ExecutionResult> Complete(const LeasedTask& lease, absl::string_view system,
                                           const v1::TaskResult& result);
  // Proves identity by a one-time code. The contact must be resolved.
  void Verify(const RequestId& request);

  storage::v1::RequestRecord Record(const RequestId& request);
  std::vector<StoredEvent> Events(const RequestId& request);
  // All audit leaves that are no request's event, with their bytes.
  std::vector<storage::v1::AuditRecord> AuditRecords();
  // The bytes of every file of the database and the key file.
  std::string FileBytes();

 private:
  void MakeParts();

 public:
  const TempDir dir;
  SimulatedClock clock;
  const IdGenerator ids;
  const SecretKey kek;
  const ServerSecrets secrets;
  std::unique_ptr<Store> store;
  std::unique_ptr<KeyFile> keys;
  std::unique_ptr<KeyNumbers> key_numbers;
  std::unique_ptr<Subjects> subjects;
  std::unique_ptr<RulebookCatalog> rulebooks;
  DecisionFacts facts;
  std::unique_ptr<CommandExecutor> executor;
  std::unique_ptr<Registry> registry;
  std::unique_ptr<Holds> holds;
  std::unique_ptr<RequestReader> reader;
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_APP_WORLD_H_
