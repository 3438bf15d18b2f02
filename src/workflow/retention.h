// What retention rules and holds make of a category (PIPL 47, E-Commerce Law 31).
#ifndef DSR_WORKFLOW_RETENTION_H_
#define DSR_WORKFLOW_RETENTION_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/request.pb.h"
#include "workflow/deciding.h"

namespace dsr {

// Plans one category in one system, as of now: a hold that counts restricts everything, a rule
// restricts what it keeps, and the rest is erased. `rules` are the pinned policy's.
v1::PlanItem PlanItemFor(const Deciding& deciding, const std::string& category,
                         const std::string& system,
                         const google::protobuf::RepeatedPtrField<v1::RetentionRule>& rules);

// The rules of an instruction, also of one made when there could be one only.
google::protobuf::RepeatedPtrField<v1::RetentionRule> RulesOf(const v1::PlanItem& instruction);

// The last day on which a record anchored on `anchor` is kept under an instruction; holds apart.
absl::CivilDay EndOfKeeping(const Rulebook& rulebook, const v1::PlanItem& instruction,
                            absl::CivilDay anchor);

// What a system keeps, by category.
std::vector<storage::v1::RetainedCategory> KeptCategories(
    const storage::v1::RetainedData& retained);

// After which day something of that may be erased as things stand: CivilDay::max() while a hold
// without date keeps all of it.
absl::CivilDay NextEnd(const Deciding& deciding, const storage::v1::RetainedCategory& kept);

}  // namespace dsr

#endif  // DSR_WORKFLOW_RETENTION_H_
