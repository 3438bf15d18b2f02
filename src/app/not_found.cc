#include "app/not_found.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

// A name that a client made up could be a person's; it comes back only when it looks like one of
// ours.
bool LooksLikeName(absl::string_view name) {
  return name.size() <= 120 && absl::StrContains(name, "/") &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '/' || c == '-';
         });
}

}  // namespace

absl::Status ResourceNotFound(absl::string_view name) {
  ErrorMetadata metadata;
  if (LooksLikeName(name)) metadata["resource"] = std::string(name);
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                   "no such resource, or none that the caller may see", metadata);
}

}  // namespace dsr
