#include "app/category_answer.h"

#include <algorithm>

#include "dsr/workflow/deadline.h"

namespace dsr {
namespace {

v1::Disposition Telling(const std::set<v1::Disposition>& dispositions) {
  for (const v1::Disposition better : {v1::DISPOSITION_RESTRICTED, v1::DISPOSITION_ERASED,
                                       v1::DISPOSITION_CORRECTED, v1::DISPOSITION_PROVIDED}) {
    if (dispositions.contains(better)) return better;
  }
  return v1::DISPOSITION_NOT_HELD;
}

}  // namespace

CategoryAnswer AnswerOf(const v1::Request& request, const std::string& category) {
  CategoryAnswer answer;
  if (RefusalOf(request, category) != nullptr) {
    answer.disposition = v1::DISPOSITION_REFUSED;
    return answer;
  }
  std::set<v1::Disposition> dispositions;
  absl::CivilDay until = absl::CivilDay::min();
  bool ends = true;
  for (const v1::CategoryOutcome& outcome : request.outcomes()) {
    if (outcome.category() != category) continue;
    dispositions.insert(outcome.disposition());
    answer.records += outcome.records();
    answer.redacted_records += outcome.redacted_records();
    answer.retained_records += outcome.retained_records();
    if (outcome.disposition() != v1::DISPOSITION_RESTRICTED) continue;
    if (!outcome.law().empty()) answer.laws.insert(outcome.law());
    if (!outcome.hard_reason().empty()) answer.hard_reasons.insert(outcome.hard_reason());
    // A hold without date outlasts the day of every other.
    ends = ends && outcome.has_retained_until();
    if (outcome.has_retained_until()) until = std::max(until, ToCivilDay(outcome.retained_until()));
  }
  answer.disposition = Telling(dispositions);
  if (ends && answer.disposition == v1::DISPOSITION_RESTRICTED) answer.retained_until = until;
  return answer;
}

const v1::PartialRefusal* RefusalOf(const v1::Request& request, const std::string& category) {
  for (const v1::PartialRefusal& refusal : request.partial_refusals()) {
    const auto& refused = refusal.categories();
    if (std::find(refused.begin(), refused.end(), category) != refused.end()) return &refusal;
  }
  return nullptr;
}

}  // namespace dsr
