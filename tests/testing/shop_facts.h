// A small shop for tests of the engine: its data systems, the recipients of its data, and people.
#ifndef DSR_TESTS_TESTING_SHOP_FACTS_H_
#define DSR_TESTS_TESTING_SHOP_FACTS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

inline constexpr char kProfile[] = "systems/profile";
inline constexpr char kOrders[] = "systems/orders";
inline constexpr char kPayments[] = "systems/payments";
inline constexpr char kBrowsing[] = "systems/browsing";
inline constexpr char kRecommendation[] = "systems/recommendation";

// The subject's consent to personalised advertising, for browsing and search.
inline constexpr char kConsent[] = "consents/01kjp0y9m0wzsm33ddve02q7k3";

inline constexpr char kPaymentProvider[] = "recipients/payment";         // independent controller
inline constexpr char kLogistics[] = "recipients/logistics";             // entrusted processor
inline constexpr char kOverseasSeller[] = "recipients/overseas-seller";  // independent controller
inline constexpr char kAdPartner[] = "recipients/ad-partner";            // joint controller

// Whose requests they all are.
SubjectId ShopSubject();

// The five data systems and four recipients; nothing was disclosed yet.
Facts ShopFacts();

// Records that `categories` went to `recipient`; returns the disclosure's id.
RecordId AddDisclosure(Facts& facts, absl::string_view recipient,
                       const std::vector<std::string>& categories);
// The same, with the subject's own authorisation of the recipient for `authorised`.
RecordId AddAuthorisedDisclosure(Facts& facts, absl::string_view recipient,
                                 const std::vector<std::string>& categories,
                                 const std::vector<std::string>& authorised);

// Adds another open request of the subject, of that type, by somebody of that relation, verified,
// for all categories; returns it, to be changed.
storage::v1::RequestState& AddSibling(Facts& facts, absl::string_view type, v1::Relation relation);

// The repository's definitions for the workflow of that name. Ends the process when they do not
// load.
std::shared_ptr<const Rulebook> ShopRulebook(absl::string_view workflow);
// The same with another workflow text in its place, for what no shipped workflow does.
std::shared_ptr<const Rulebook> WithWorkflow(const Rulebook& rulebook,
                                             const v1::Workflow& workflow);
// The same with another policy, and with further changes of the calendar.
std::shared_ptr<const Rulebook> WithPolicy(
    const Rulebook& rulebook, const std::function<void(v1::Policy&)>& change_policy,
    const std::function<void(v1::Calendar&)>& change_calendar = nullptr);

// The names of all workflows.
const std::vector<std::string>& ShopWorkflows();
// Of those whose requester is verified, and which a caseworker then assesses.
const std::vector<std::string>& AssessedWorkflows();

// People and programs.
Actor Intake();
Actor Verifier();
Actor Caseworker();
Actor OtherCaseworker();
Actor PrivacyOfficer();
Actor Reviewer();
Actor SessionTool();  // asserts account sessions
Actor ChildrensCaseworker();
Actor IdentityAuthority();
Actor Visitor();    // authenticated, without any role
Actor Worker();     // of a data system
Actor Scheduler();  // a part of dsrd, as the next
Actor Dispatcher();

// That wall-clock time in Asia/Shanghai.
absl::Time ShopTime(absl::CivilSecond time);

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_SHOP_FACTS_H_
