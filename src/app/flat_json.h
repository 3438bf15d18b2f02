// One record as data systems upload it: a JSON object on one line.
#ifndef DSR_APP_FLAT_JSON_H_
#define DSR_APP_FLAT_JSON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr {

// A member of the object. `value` is a string's text, otherwise the JSON as it stands (numbers keep
// all their digits); null gives an empty value. Records are flat, but what is not is passed on, not
// lost.
struct JsonMember {
  std::string key;
  std::string value;
};

// Returns the members in their order. INVALID_ARGUMENT FIELD_INVALID when `line` is not one JSON
// object; the message holds nothing of it.
absl::StatusOr<std::vector<JsonMember>> ParseFlatJson(absl::string_view line);

// Returns `text` as a JSON string with its quotes.
std::string JsonString(absl::string_view text);

}  // namespace dsr

#endif  // DSR_APP_FLAT_JSON_H_
