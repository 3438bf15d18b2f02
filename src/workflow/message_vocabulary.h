// The variables that message templates can ask for.
#ifndef DSR_WORKFLOW_MESSAGE_VOCABULARY_H_
#define DSR_WORKFLOW_MESSAGE_VOCABULARY_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace dsr {

// The template of letters to recipients: it is about a notice, which no message to a person is, so
// its variables are its own.
inline constexpr char kLetterTemplate[] = "notice-letter";

// Tells whether `name` means something in a template inside of the sections `enclosing`: it stands
// for the whole message, or belongs to the elements of a list among those sections. A test holds
// this against what delivery makes (message_variables.h says what each means).
bool IsMessageVariable(absl::string_view name, const std::vector<absl::string_view>& enclosing);

// The same for the template of letters, whose variables letter_composer.h of delivery explains.
bool IsLetterVariable(absl::string_view name, const std::vector<absl::string_view>& enclosing);

// Tells whether `name` means something in a layout.
bool IsLayoutVariable(absl::string_view name);

}  // namespace dsr

#endif  // DSR_WORKFLOW_MESSAGE_VOCABULARY_H_
