#include "workflow/definition_words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace dsr {

bool IsWellFormedName(absl::string_view name, char separator) {
  for (const char c : name) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != separator) return false;
  }
  return !name.empty();
}

void CheckTexts(const Place& owner, absl::string_view field, absl::string_view what,
                const google::protobuf::Map<std::string, std::string>& texts,
                std::vector<Finding>* findings) {
  for (const absl::string_view language : kLanguages) {
    const auto text = texts.find(std::string(language));
    if (text != texts.end() && !text->second.empty()) continue;
    AddFinding(owner, absl::StrCat(what, " has no ", field, " in ", language), findings);
  }
}

void CheckNameAndVersion(const Place& root, absl::string_view name, int version,
                         std::vector<Finding>* findings) {
  if (!IsWellFormedName(name, '-')) {
    AddFinding(root.Of("name"), "the name must be of a-z, 0-9 and `-`", findings);
  }
  absl::string_view stem = root.file();
  stem.remove_prefix(stem.rfind('/') + 1);
  absl::ConsumeSuffix(&stem, ".textproto");
  if (!stem.empty() && name != stem) {
    AddFinding(root.Of("name"),
               absl::StrCat("the name `", name, "` is not the file's name `", stem, "`"), findings);
  }
  if (version < 1) AddFinding(root.Of("version"), "the version must be 1 or more", findings);
}

}  // namespace dsr
