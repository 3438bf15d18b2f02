// What a decision needs to know beyond its request, read in the deciding transaction.
#ifndef DSR_APP_DECISION_FACTS_H_
#define DSR_APP_DECISION_FACTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"
#include "dsr/workflow/engine.h"

namespace dsr {

// All disclosures of a subject, without personal fields, oldest first.
absl::StatusOr<std::vector<v1::Disclosure>> AllDisclosures(ReadView& view,
                                                           const SubjectId& subject);

// The consents of a subject, without personal fields; past a limit that nobody reaches the oldest.
absl::StatusOr<std::vector<v1::Consent>> AllConsents(ReadView& view, const SubjectId& subject);

// What is known of a subject beyond one request: all but the registry.
absl::StatusOr<Facts> SubjectFacts(ReadView& view, const SubjectId& subject,
                                   const RequestId& request);

// Loads facts; keeps the registry from decision to decision, because it seldom changes. Not
// thread-safe; used by the writer's thread only.
class DecisionFacts {
 public:
  // Returns the registry, and what is known of `subject` beyond `request`.
  absl::StatusOr<Facts> Load(ReadView& view, const SubjectId& subject, const RequestId& request);

  // Forgets the registry. Every body that changes the registry calls it first: a version that was
  // rolled back is given again, to other content.
  void ForgetRegistry() { registry_version_.reset(); }

 private:
  std::optional<int64_t> registry_version_;
  std::vector<v1::DataSystem> systems_;
  std::vector<v1::Recipient> recipients_;
};

}  // namespace dsr

#endif  // DSR_APP_DECISION_FACTS_H_
