// The rulebooks: those in force for new requests, and every older one that a request still pins.
#ifndef DSR_APP_RULEBOOK_CATALOG_H_
#define DSR_APP_RULEBOOK_CATALOG_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/mutex.h"
#include "dsr/store/store.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// Thread-safe.
class RulebookCatalog {
 public:
  // Keeps every definition of `files` in the store, and makes the rulebooks in force from them.
  // Blocks. Errors: FAILED_PRECONDITION DEFINITION_INVALID when other content is stored under the
  // name and version of one; INSTALLATION_INVALID when the policy's time zone does not load.
  static absl::StatusOr<std::unique_ptr<RulebookCatalog>> Open(Store& store, DefinitionFiles files);

  // One that knows nothing but what is stored: for who only reads.
  static std::unique_ptr<RulebookCatalog> OfStored();

  // The rulebook that a new request of `type` pins. Errors: INVALID_ARGUMENT REQUEST_TYPE_UNKNOWN.
  absl::StatusOr<std::shared_ptr<const Rulebook>> CurrentRulebook(absl::string_view type) const;

  // The rulebook of a request that pinned `pins`; older versions are read from `view` once.
  // Errors: INTERNAL when one of them is not stored, or is not what was pinned.
  absl::StatusOr<std::shared_ptr<const Rulebook>> RulebookFor(ReadView& view, const v1::Pins& pins);

  // What is in force; constant.
  const DefinitionFiles& files() const { return files_; }

 private:
  explicit RulebookCatalog(DefinitionFiles files) : files_(std::move(files)) {}

  const DefinitionFiles files_;
  std::map<std::string, std::shared_ptr<const Rulebook>> current_;  // by type; constant once open
  Mutex mutex_;
  // By the serialised pins.
  std::map<std::string, std::shared_ptr<const Rulebook>> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_APP_RULEBOOK_CATALOG_H_
