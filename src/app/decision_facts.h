// What a decision needs to know beyond its request, read in the deciding transaction.
#ifndef DSR_APP_DECISION_FACTS_H_
#define DSR_APP_DECISION_FACTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "app/account_merges.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/workflow/engine.h"

namespace dsr {

// A page of what is recorded about all subjects of a scope, without personal fields, by id.
absl::StatusOr<std::vector<v1::Disclosure>> DisclosuresOf(ReadView& view, const SubjectScope& scope,
                                                          const std::optional<RecordId>& after,
                                                          int limit);
absl::StatusOr<std::vector<v1::Consent>> ConsentsOf(ReadView& view, const SubjectScope& scope,
                                                    const std::optional<RecordId>& after,
                                                    int limit);
// The same for holds. Those placed on an account since the subject's was merged into it are among
// them: they may be meant for the data of either.
absl::StatusOr<std::vector<v1::Hold>> HoldsOf(ReadView& view, const SubjectScope& scope,
                                              const std::optional<RecordId>& after, int limit);

// All disclosures of a scope, without personal fields, oldest first.
absl::StatusOr<std::vector<v1::Disclosure>> AllDisclosures(ReadView& view,
                                                           const SubjectScope& scope);

// The consents of a scope, without personal fields; past a limit that nobody reaches the oldest.
absl::StatusOr<std::vector<v1::Consent>> AllConsents(ReadView& view, const SubjectScope& scope);

// What is known of a request's subjects beyond the request: all but the registry. Siblings are the
// other requests of its scope, and those whose scope its own subject is in.
absl::StatusOr<Facts> SubjectFacts(ReadView& view, const SubjectScope& scope,
                                   const RequestId& request);

// Loads facts; keeps the registry from decision to decision, because it seldom changes. Not
// thread-safe; used by the writer's thread only.
class DecisionFacts {
 public:
  // Returns the registry, and what is known of the subjects of `scope` beyond `request`.
  absl::StatusOr<Facts> Load(ReadView& view, const SubjectScope& scope, const RequestId& request);

  // Returns the registry only.
  absl::StatusOr<Facts> LoadRegistry(ReadView& view);

  // Forgets the registry. Every body that changes the registry calls it first: a version that was
  // rolled back is given again, to other content.
  void ForgetRegistry() { registry_version_.reset(); }

 private:
  absl::Status ReadRegistry(ReadView& view);

  std::optional<int64_t> registry_version_;
  std::vector<v1::DataSystem> systems_;
  std::vector<v1::Recipient> recipients_;
};

}  // namespace dsr

#endif  // DSR_APP_DECISION_FACTS_H_
