// One exact version of a definition: what the loader makes, the store keeps and requests pin.
#ifndef DSR_BASE_DEFINITION_H_
#define DSR_BASE_DEFINITION_H_

#include <string>

#include "dsr/v1/common.pb.h"

namespace dsr {

// What a definition is. The values are stored.
enum class DefinitionKind { kWorkflow = 1, kPolicy = 2, kCalendar = 3, kTemplates = 4 };

// `ref.sha256()` is over `text`, the canonical text: protobuf text format as printed by dsrd,
// fragments merged, comments gone.
struct Definition {
  DefinitionKind kind;
  v1::DefinitionRef ref;
  std::string text;
};

}  // namespace dsr

#endif  // DSR_BASE_DEFINITION_H_
