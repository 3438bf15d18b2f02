#include "dsrctl/names.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace dsr::dsrctl {
namespace {

bool IsId(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

absl::StatusOr<std::string> ResourceName(absl::string_view pattern, absl::string_view text) {
  const std::vector<absl::string_view> wanted = absl::StrSplit(pattern, '/');
  const std::vector<absl::string_view> given = absl::StrSplit(text, '/');
  if (wanted.size() == 2 && given.size() == 1 && IsId(text)) {
    return absl::StrCat(wanted[0], "/", text);
  }
  bool fits = wanted.size() == given.size();
  for (size_t i = 0; fits && i < wanted.size(); ++i) {
    fits = wanted[i] == "*" ? IsId(given[i]) : wanted[i] == given[i];
  }
  if (fits) return std::string(text);
  const std::string form = absl::StrReplaceAll(pattern, {{"*", "ID"}});
  return absl::InvalidArgumentError(absl::StrCat("takes a name of the form ", form,
                                                 wanted.size() == 2 ? " or ID" : "",
                                                 ", of a-z, 0-9, - and _"));
}

}  // namespace dsr::dsrctl
