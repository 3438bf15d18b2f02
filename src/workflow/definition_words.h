// Words that the checkers of all kinds of definitions share.
#ifndef DSR_WORKFLOW_DEFINITION_WORDS_H_
#define DSR_WORKFLOW_DEFINITION_WORDS_H_

#include <google/protobuf/map.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "workflow/definition_source.h"

namespace dsr {

// The languages in which everything meant for people must be given.
inline constexpr absl::string_view kLanguages[] = {"zh-CN", "en"};

// Tells whether `name` is not empty and has only a-z, 0-9 and `separator`.
bool IsWellFormedName(absl::string_view name, char separator);

// Reports each language in which `texts`, the map field `field` of the message at `owner`, says
// nothing. `what` names the message, such as "state `work`".
void CheckTexts(const Place& owner, absl::string_view field, absl::string_view what,
                const google::protobuf::Map<std::string, std::string>& texts,
                std::vector<Finding>* findings);

// Reports unless name and version of a definition at `root` are right: the name well-formed, and
// that of the file unless the file has none; the version 1 or more.
void CheckNameAndVersion(const Place& root, absl::string_view name, int version,
                         std::vector<Finding>* findings);

}  // namespace dsr

#endif  // DSR_WORKFLOW_DEFINITION_WORDS_H_
