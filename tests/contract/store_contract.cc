#include "contract/store_contract.h"

#include "store/sqlite/sqlite_store.h"

namespace dsr {

std::vector<Backend> AllBackends() {
  const Backend sqlite = {
      "Sqlite",
      [](const TempDir& dir, const Clock& clock) -> absl::StatusOr<std::unique_ptr<Store>> {
        return sqlite::SqliteStore::Open({.path = dir.File("dsr.db"), .clock = &clock});
      }};
  return {sqlite};
}

std::string NameOfBackend(const ::testing::TestParamInfo<Backend>& backend) {
  return backend.param.name;
}

}  // namespace dsr
