// Tells dsrd's registry about the shop's data systems, recipients and disclosures.
#ifndef DSR_TOOLS_SAMPLE_SHOP_REGISTRATION_H_
#define DSR_TOOLS_SAMPLE_SHOP_REGISTRATION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sample_shop/database.h"
#include "sample_shop/rpc_caller.h"

namespace dsr::sample_shop {

// How much there is to know.
struct RegistrationSummary {
  int64_t systems = 0;
  int64_t recipients = 0;
  int64_t disclosures = 0;
};

// Registers everything. Doing it again changes nothing: resources that exist stay, the keys of all
// calls follow from their content, and disclosures are recorded once. A recipient that is told at
// another URL than `recipients_url` gets the new one. `operator_caller` writes systems and
// recipients, `registrar_caller` disclosures. Blocks. Errors: those of the server and of
// Database::Transact.
absl::StatusOr<RegistrationSummary> Register(const RpcCaller& operator_caller,
                                             const RpcCaller& registrar_caller, Database& shop,
                                             absl::string_view recipients_url);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_REGISTRATION_H_
