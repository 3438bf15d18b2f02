// The variables that message templates can ask for.
#ifndef DSR_WORKFLOW_MESSAGE_VOCABULARY_H_
#define DSR_WORKFLOW_MESSAGE_VOCABULARY_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace dsr {

// Tells whether `name` means something in a template inside of the sections `enclosing`: it stands
// for the whole message, or belongs to the elements of a list among those sections. A test holds
// this against what delivery makes (message_variables.h says what each means).
bool IsMessageVariable(absl::string_view name, const std::vector<absl::string_view>& enclosing);

// Tells whether `name` means something in a layout.
bool IsLayoutVariable(absl::string_view name);

}  // namespace dsr

#endif  // DSR_WORKFLOW_MESSAGE_VOCABULARY_H_
