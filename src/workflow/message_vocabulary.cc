#include "workflow/message_vocabulary.h"

#include <span>

#include "absl/algorithm/container.h"

namespace dsr {
namespace {

// Variables of the whole message.
constexpr absl::string_view kOfTheMessage[] = {
    "blockers",
    "code",
    "company",
    "company_ground",
    "consent",
    "ended_categories",
    "explanation",
    "extension_reason",
    "fee",
    "fee_reason",
    "fields",
    "first",
    "grant",
    "grant_expires",
    "ground",
    "kept_categories",
    "last_day",
    "lift_reason",
    "minutes",
    "name",
    "note",
    "outcomes",
    "pay_by_day",
    "plan",
    "reason",
    "received_day",
    "recipients",
    "refused",
    "remedies",
    "remedy",
    "remedy_request",
    "request",
    "review_changed",
    "review_overturned",
    "review_upheld",
    "rules",
    "served",
    "sha256",
    "successor",
    "transfer_to",
    "type_title",
    "untouched",
    "verifies",
};

// Variables of the elements of a list.
struct Element {
  absl::string_view list;
  absl::string_view name;
};
constexpr Element kOfElements[] = {
    {"blockers", "description"},
    {"blockers", "kind"},
    {"blockers", "title"},
    {"fields", "accepted"},
    {"fields", "category"},
    {"fields", "field"},
    {"fields", "reason"},
    {"fields", "rejected"},
    {"fields", "superseded"},
    {"outcomes", "category"},
    {"outcomes", "corrected"},
    {"outcomes", "counted"},
    {"outcomes", "erased"},
    {"outcomes", "hard"},
    {"outcomes", "law"},
    {"outcomes", "not_held"},
    {"outcomes", "provided"},
    {"outcomes", "purpose"},
    {"outcomes", "records"},
    {"outcomes", "redacted"},
    {"outcomes", "restricted"},
    {"outcomes", "retained_counted"},
    {"outcomes", "retained_records"},
    {"outcomes", "retained_until"},
    {"outcomes", "retention_words"},
    {"outcomes", "source"},
    {"plan", "category"},
    {"plan", "erase"},
    {"plan", "erasable_until"},
    {"plan", "erase_expired"},
    {"plan", "held"},
    {"plan", "law"},
    {"plan", "restrict"},
    {"plan", "until"},
    {"recipients", "categories"},
    {"recipients", "exempt"},
    {"recipients", "law"},
    {"recipients", "objected"},
    {"recipients", "pending"},
    {"recipients", "purpose"},
    {"recipients", "title"},
    {"recipients", "told"},
    {"refused", "categories"},
    {"refused", "ground"},
    {"refused", "reason"},
    {"rules", "category"},
    {"rules", "purpose"},
    {"rules", "retention_words"},
    {"rules", "source"},
};

constexpr absl::string_view kOfTheLetter[] = {
    "by_account", "cancelled", "categories", "company",     "correct",    "delete",
    "due_day",    "former",    "insisted",   "instruction", "law",        "notice",
    "number",     "onward",    "passed_on",  "recipient",   "references", "reminder",
    "resume",     "sent_day",  "stop",       "test",        "zone",
};
constexpr Element kOfLetterElements[] = {
    {"categories", "title"},
    {"onward", "title"},
    {"references", "reference"},
};

constexpr absl::string_view kOfLayouts[] = {"body", "company", "request", "subject"};

bool BelongsToOneOf(std::span<const Element> elements, absl::string_view name,
                    const std::vector<absl::string_view>& enclosing) {
  return absl::c_any_of(elements, [&](const Element& element) {
    return element.name == name && absl::c_linear_search(enclosing, element.list);
  });
}

}  // namespace

bool IsMessageVariable(absl::string_view name, const std::vector<absl::string_view>& enclosing) {
  return absl::c_linear_search(kOfTheMessage, name) || BelongsToOneOf(kOfElements, name, enclosing);
}

bool IsLetterVariable(absl::string_view name, const std::vector<absl::string_view>& enclosing) {
  return absl::c_linear_search(kOfTheLetter, name) ||
         BelongsToOneOf(kOfLetterElements, name, enclosing);
}

bool IsLayoutVariable(absl::string_view name) { return absl::c_linear_search(kOfLayouts, name); }

}  // namespace dsr
