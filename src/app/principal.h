// Who calls.
#ifndef DSR_APP_PRINCIPAL_H_
#define DSR_APP_PRINCIPAL_H_

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "dsr/workflow/engine.h"

namespace dsr {

// A principal of the token file, or a part of dsrd.
struct Principal {
  std::string name;
  std::vector<std::string> roles;
  std::string data_system;  // with role data_system: `systems/{id}`
  std::string recipient;    // with role recipient: `recipients/{id}`

  // A part of dsrd. The token file's names have no colon, so none of them passes for one.
  bool is_system() const { return absl::StartsWith(name, "system:"); }
  // The same, as the engine sees it.
  Actor ToActor() const { return Actor{name, roles}; }
};

// The data system that dsrd itself is: it makes packages and answers.
inline constexpr absl::string_view kOwnSystem = "systems/dsrd";

// The parts of dsrd that act on requests.
inline Principal SchedulerPrincipal() { return Principal{.name = "system:scheduler"}; }
inline Principal EnginePrincipal() { return Principal{.name = "system:engine"}; }
inline Principal DispatcherPrincipal() { return Principal{.name = "system:dispatcher"}; }
inline Principal PackagerPrincipal() {
  return Principal{.name = "system:packager", .data_system = std::string(kOwnSystem)};
}

}  // namespace dsr

#endif  // DSR_APP_PRINCIPAL_H_
