// An installation of dsrd without its server: the store and the one write path.
#ifndef DSR_TOOLS_FILL_STORE_INSTALLATION_H_
#define DSR_TOOLS_FILL_STORE_INSTALLATION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "app/command_executor.h"
#include "app/decision_facts.h"
#include "app/key_file.h"
#include "app/key_numbers.h"
#include "app/rulebook_catalog.h"
#include "app/server_secrets.h"
#include "app/subjects.h"
#include "dsr/base/clock.h"
#include "dsr/base/ids.h"
#include "fill_store/open_work.h"
#include "store/sqlite/sqlite_store.h"

namespace dsr::fill_store {

// The data systems that hold every category and do every task between them, and the recipients.
inline constexpr char kAccounts[] = "systems/accounts";
inline constexpr char kShop[] = "systems/shop";
inline constexpr const char* kRecipients[] = {"recipients/logistics", "recipients/payment",
                                              "recipients/ad-partner"};

// Thread-safe.
class Installation {
 public:
  // Makes a new one in `directory`, which has none, with the definitions of `definitions`. `clock`
  // outlives this. Errors: ALREADY_EXISTS when there is one.
  static absl::StatusOr<std::unique_ptr<Installation>> Create(const std::string& directory,
                                                              const std::string& definitions,
                                                              Clock& clock);
  ~Installation();

  Store& store() { return *store_; }
  CommandExecutor& executor() { return *executor_; }
  RulebookCatalog& rulebooks() { return *rulebooks_; }
  const IdGenerator& ids() const { return *ids_; }

  OpenWork& work() { return work_; }

  // Records that the orders of an account, which has filed a request, went to a recipient. Does not
  // block; `done` is called once it is durable.
  void Disclose(const std::string& account, const std::string& recipient, ExecutionDone done);

 private:
  Installation() = default;
  absl::Status Register();
  absl::Status Put(Transaction& transaction, const RecordId& id,
                   const v1::Disclosure& disclosure) const;

  Clock* clock_ = nullptr;
  std::unique_ptr<sqlite::SqliteStore> store_;
  std::unique_ptr<KeyFile> keys_;
  std::unique_ptr<KeyNumbers> key_numbers_;
  std::unique_ptr<ServerSecrets> secrets_;
  std::unique_ptr<IdGenerator> ids_;
  std::unique_ptr<Subjects> subjects_;
  DecisionFacts facts_;
  OpenWork work_;
  std::unique_ptr<RulebookCatalog> rulebooks_;
  std::unique_ptr<CommandExecutor> executor_;
};

}  // namespace dsr::fill_store

#endif  // DSR_TOOLS_FILL_STORE_INSTALLATION_H_
