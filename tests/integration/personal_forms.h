// The forms in which a personal value could show up where it must not.
#ifndef DSR_TESTS_INTEGRATION_PERSONAL_FORMS_H_
#define DSR_TESTS_INTEGRATION_PERSONAL_FORMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace dsr {

// Returns what to search for: `value` as it is, in base64 wherever in a longer text it begins
// (plain and for URLs), percent-encoded, in hexadecimal, and escaped byte by byte as logs, JSON and
// text format do. Short values have too many namesakes in base64 and are searched for in the others
// only.
std::vector<std::string> FormsOf(absl::string_view value);

// Returns the values of all fields of `message` that are marked personal, at any depth.
std::vector<std::string> PersonalValuesOf(const google::protobuf::Message& message);

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_PERSONAL_FORMS_H_
