#include "testing/shop_facts.h"

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

template <class T>
T FactOrDie(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << result.status() << "\n";
    std::abort();
  }
  return *std::move(result);
}

const DefinitionFiles& ShopDefinitions() {
  static const auto& files = *new DefinitionFiles([] {
    std::vector<Finding> findings;
    return FactOrDie(LoadDefinitionFiles(absl::StrCat(DSR_SOURCE_DIR, "/workflows"), &findings));
  }());
  return files;
}

v1::DataSystem System(absl::string_view name, const std::vector<std::string>& categories,
                      const std::vector<v1::TaskKind>& kinds) {
  v1::DataSystem system;
  system.set_name(std::string(name));
  for (const std::string& category : categories) system.add_categories(category);
  for (const v1::TaskKind kind : kinds) system.add_task_kinds(kind);
  return system;
}

v1::Recipient MakeRecipient(absl::string_view name, v1::RecipientRelation relation,
                            absl::string_view jurisdiction) {
  v1::Recipient recipient;
  recipient.set_name(std::string(name));
  recipient.set_relation(relation);
  recipient.set_jurisdiction(std::string(jurisdiction));
  recipient.mutable_delivery()->mutable_pull();
  return recipient;
}

Actor Person(absl::string_view name, absl::string_view role) {
  return Actor{.name = std::string(name), .roles = {std::string(role)}};
}

}  // namespace

Facts ShopFacts() {
  Facts facts;
  facts.systems = {
      System(kProfile, {"account", "addresses", "reviews", "consents"},
             {v1::TASK_KIND_RESOLVE_CONTACT, v1::TASK_KIND_COLLECT, v1::TASK_KIND_CORRECT,
              v1::TASK_KIND_ERASE, v1::TASK_KIND_CLOSE_ACCOUNT}),
      System(kOrders, {"orders"},
             {v1::TASK_KIND_COLLECT, v1::TASK_KIND_CORRECT, v1::TASK_KIND_ERASE,
              v1::TASK_KIND_CHECK_BLOCKERS}),
      System(kPayments, {"payments"},
             {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE, v1::TASK_KIND_CHECK_BLOCKERS}),
      System(kBrowsing, {"browsing", "search"}, {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE}),
      System(kRecommendation, {"recommendation", "decisions"},
             {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE, v1::TASK_KIND_FETCH_DECISION,
              v1::TASK_KIND_APPLY_REMEDY}),
  };
  v1::Consent& consent = facts.consents.emplace_back();
  consent.set_name(kConsent);
  consent.set_purpose("personalised-ads");
  for (const char* category : {"browsing", "search"}) consent.add_categories(category);
  consent.set_state(v1::CONSENT_STATE_GIVEN);
  for (v1::DataSystem& system : facts.systems) {
    for (const v1::TaskKind kind : {v1::TASK_KIND_RESTRICT, v1::TASK_KIND_LIFT_RESTRICTION,
                                    v1::TASK_KIND_STOP_PROCESSING, v1::TASK_KIND_STOP_COLLECTION})
      system.add_task_kinds(kind);
  }
  facts.recipients = {
      MakeRecipient(kPaymentProvider, v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER, "CN"),
      MakeRecipient(kLogistics, v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR, "CN"),
      MakeRecipient(kOverseasSeller, v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER, "JP"),
      MakeRecipient(kAdPartner, v1::RECIPIENT_RELATION_JOINT_CONTROLLER, "CN"),
  };
  return facts;
}

RecordId AddDisclosure(Facts& facts, absl::string_view recipient,
                       const std::vector<std::string>& categories) {
  const RecordId id = RecordId::Derive(ShopTime(absl::CivilSecond(2026, 1, 1)),
                                       {"disclosure", absl::StrCat(facts.disclosures.size())});
  v1::Disclosure& disclosure = facts.disclosures.emplace_back();
  disclosure.set_name(DisclosureName(id));
  disclosure.set_recipient(std::string(recipient));
  for (const std::string& category : categories) disclosure.add_categories(category);
  return id;
}

RecordId AddAuthorisedDisclosure(Facts& facts, absl::string_view recipient,
                                 const std::vector<std::string>& categories,
                                 const std::vector<std::string>& authorised) {
  const RecordId id = AddDisclosure(facts, recipient, categories);
  v1::OwnAuthorisation& own = *facts.disclosures.back().mutable_own_authorisation();
  own.set_proof("agreement 2025-07");
  for (const std::string& category : authorised) own.add_categories(category);
  return id;
}

SubjectId ShopSubject() {
  return SubjectId::Derive(ShopTime(absl::CivilSecond(2026, 1, 1)), {"subject"});
}

storage::v1::RequestState& AddSibling(Facts& facts, absl::string_view type, v1::Relation relation) {
  const std::shared_ptr<const Rulebook> rulebook = ShopRulebook(type);
  // Newest first.
  storage::v1::RequestState& state =
      *facts.siblings.insert(facts.siblings.begin(), storage::v1::RequestState());
  v1::Request& request = *state.mutable_request();
  request.set_name(
      RequestName(RequestId::Derive(ShopTime(absl::CivilSecond(2026, 3, 1)),
                                    {"sibling", absl::StrCat(type, facts.siblings.size())})));
  request.set_type(std::string(type));
  request.set_phase(v1::PHASE_ASSESSMENT);
  request.mutable_requester()->set_relation(relation);
  for (const v1::Category& category : rulebook->policy.categories()) {
    request.add_categories(category.name());
  }
  *request.mutable_received_time() = ToTimestamp(ShopTime(absl::CivilSecond(2026, 3, 1)));
  *request.mutable_due_time() = ToTimestamp(ShopTime(absl::CivilSecond(2026, 3, 17)));
  state.set_data_use(rulebook->workflow.data_use());
  state.set_subject_id(std::string(ShopSubject().bytes()));
  state.set_requester_key(std::string(16, static_cast<char>('a' + relation)));
  state.set_content_key(std::string(16, 'c'));
  return state;
}

std::shared_ptr<const Rulebook> ShopRulebook(absl::string_view workflow) {
  using Rulebooks = std::map<std::string, std::shared_ptr<const Rulebook>>;
  static const auto& rulebooks = *new Rulebooks([] {
    const DefinitionFiles& files = ShopDefinitions();
    Rulebooks made;
    for (const auto& [name, definition] : files.workflows) {
      v1::Pins pins;
      *pins.mutable_workflow() = files.Ref(DefinitionKind::kWorkflow, name);
      made.emplace(name, FactOrDie(MakeRulebook(pins, definition, files.policy, files.calendar,
                                                files.templates)));
    }
    return made;
  }());
  return rulebooks.at(std::string(workflow));
}

std::shared_ptr<const Rulebook> WithWorkflow(const Rulebook& rulebook,
                                             const v1::Workflow& workflow) {
  const DefinitionFiles& files = ShopDefinitions();
  return FactOrDie(
      MakeRulebook(rulebook.pins, workflow, files.policy, files.calendar, files.templates));
}

std::shared_ptr<const Rulebook> WithPolicy(
    const Rulebook& rulebook, const std::function<void(v1::Policy&)>& change_policy,
    const std::function<void(v1::Calendar&)>& change_calendar) {
  const DefinitionFiles& files = ShopDefinitions();
  v1::Policy policy = files.policy;
  v1::Calendar calendar = files.calendar;
  if (change_policy != nullptr) change_policy(policy);
  if (change_calendar != nullptr) change_calendar(calendar);
  return FactOrDie(
      MakeRulebook(rulebook.pins, rulebook.workflow, policy, calendar, files.templates));
}

const std::vector<std::string>& ShopWorkflows() {
  static const auto& names = *new std::vector<std::string>{"access",
                                                           "copy",
                                                           "correction",
                                                           "deletion",
                                                           "account-cancellation",
                                                           "automated-decision-complaint",
                                                           "consent-change",
                                                           "complaint",
                                                           "policy-question",
                                                           "rules-explanation",
                                                           "other-right",
                                                           "restriction",
                                                           "transfer",
                                                           "company-deletion"};
  return names;
}

const std::vector<std::string>& AssessedWorkflows() {
  static const auto& names = *new std::vector<std::string>{"access",
                                                           "copy",
                                                           "correction",
                                                           "deletion",
                                                           "account-cancellation",
                                                           "automated-decision-complaint",
                                                           "other-right",
                                                           "restriction",
                                                           "transfer"};
  return names;
}

Actor Intake() { return Person("ines", "intake"); }
Actor Verifier() { return Person("vera", "verifier"); }
Actor Caseworker() { return Person("chen", "caseworker"); }
Actor OtherCaseworker() { return Person("bao", "caseworker"); }
Actor PrivacyOfficer() { return Person("oscar", "privacy_officer"); }
Actor Reviewer() { return Person("rui", "reviewer"); }
Actor SessionTool() { return Person("service-desk", "session_asserter"); }
Actor ChildrensCaseworker() {
  return Actor{.name = "mei", .roles = {"caseworker", "verifier", "children_privacy"}};
}
Actor IdentityAuthority() { return Person("id-bureau", "identity_authority"); }
Actor Visitor() { return Actor{.name = "nobody"}; }
Actor Worker() { return Person("worker", "data_system"); }
Actor Scheduler() { return Actor{.name = "system:scheduler"}; }
Actor Dispatcher() { return Actor{.name = "system:dispatcher"}; }

absl::Time ShopTime(absl::CivilSecond time) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone("Asia/Shanghai", &zone)) std::abort();
  return absl::FromCivil(time, zone);
}

}  // namespace dsr
