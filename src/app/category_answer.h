// What a person is told of one category of data.
#ifndef DSR_APP_CATEGORY_ANSWER_H_
#define DSR_APP_CATEGORY_ANSWER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/time/civil_time.h"
#include "dsr/v1/common.pb.h"
#include "dsr/v1/request.pb.h"

namespace dsr {

// What became of one category in a request, over all data systems.
struct CategoryAnswer {
  // Where data systems differ, what says more about it: RESTRICTED before all else. REFUSED
  // whenever a refusal of it was approved, whatever had been done before.
  v1::Disposition disposition = v1::DISPOSITION_NOT_HELD;
  // Provided, corrected or erased.
  int64_t records = 0;
  // Of which something about others was left out.
  int64_t redacted_records = 0;
  // Held in storage only.
  int64_t retained_records = 0;
  // Why, as retention rules and holds name the laws; several of one rule have `; ` between.
  std::set<std::string> laws;
  // Why some cannot be erased by technical means yet.
  std::set<std::string> hard_reasons;
  // The last day on which any of them is kept. Absent where that is not known of all of them.
  std::optional<absl::CivilDay> retained_until;
};

// Returns what became of `category`; NOT_HELD where no data system was asked, for none holds it.
CategoryAnswer AnswerOf(const v1::Request& request, const std::string& category);

// Returns the approved refusal of `category`, or null. Valid as long as `request`.
const v1::PartialRefusal* RefusalOf(const v1::Request& request, const std::string& category);

}  // namespace dsr

#endif  // DSR_APP_CATEGORY_ANSWER_H_
