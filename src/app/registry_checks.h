// What a data system, a recipient, a disclosure and the like must look like.
#ifndef DSR_APP_REGISTRY_CHECKS_H_
#define DSR_APP_REGISTRY_CHECKS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/errors.h"
#include "dsr/v1/hold.pb.h"
#include "dsr/v1/policy.pb.h"
#include "dsr/v1/registry.pb.h"
#include "dsr/v1/registry_service.pb.h"

namespace dsr {

// Tells whether notices may be posted to that URL; its errors name the field `url`.
using UrlCheck = std::function<absl::Status(absl::string_view url)>;

// What endpoints notices may be delivered to.
struct EndpointChecks {
  UrlCheck url;     // of webhooks
  UrlCheck target;  // of push, `host:port`; its errors name the field `target`
};

// Adds to `errors` what is wrong with an id for `field`: 1 to 40 characters of a-z, 0-9 and `-`,
// beginning with a letter.
void CheckRegistryId(absl::string_view id, absl::string_view field, FieldErrors& errors);

// Return what is wrong, with paths inside the resource. Categories must be the policy's.
absl::Status CheckDataSystem(const v1::DataSystem& system, const v1::Policy& policy);
absl::Status CheckRecipient(const v1::Recipient& recipient, const v1::Policy& policy,
                            const EndpointChecks& checks);
absl::Status CheckDisclosure(const v1::Disclosure& disclosure, const v1::Policy& policy,
                             absl::Time now);

absl::Status CheckConsent(const v1::Consent& consent, const v1::Policy& policy, absl::Time now);
absl::Status CheckMerge(const v1::MergeAccountsRequest& in);
// Without `has_account` the subject is told apart from the hold.
absl::Status CheckHold(const v1::Hold& hold, bool has_account, const v1::Policy& policy,
                       absl::CivilDay today);

}  // namespace dsr

#endif  // DSR_APP_REGISTRY_CHECKS_H_
