#include "unit/workflow/model_situation.h"

#include "dsr/base/proto_time.h"
#include "testing/request_driver.h"
#include "testing/shop_facts.h"

namespace dsr {
namespace {

constexpr const char* kAsked[] = {"browsing", "orders", "search"};

v1::Relation RelationIn(Aspect aspect) {
  if (aspect == Aspect::kAgent) return v1::RELATION_AUTHORISED_AGENT;
  return aspect == Aspect::kGuardian ? v1::RELATION_GUARDIAN : v1::RELATION_SUBJECT;
}

// The request that a complaint is about. Those who decided it try to decide the complaint, too.
void AddComplainedAbout(Facts& facts) {
  storage::v1::RequestState& first = AddSibling(facts, "access", v1::RELATION_SUBJECT);
  first.mutable_request()->set_phase(v1::PHASE_CLOSED);
  for (const char* decider : {"credit-model", "oscar"}) first.add_deciders(decider);
}

// Serves all kinds of task but dsrd's own.
v1::DataSystem Shop() {
  v1::DataSystem shop;
  shop.set_name("systems/shop");
  for (const char* category : kAsked) shop.add_categories(category);
  for (int kind = 1; kind < v1::TaskKind_ARRAYSIZE; ++kind) {
    const bool is_own = kind == v1::TASK_KIND_BUILD_PACKAGE || kind == v1::TASK_KIND_BUILD_ANSWER;
    if (!is_own) shop.add_task_kinds(static_cast<v1::TaskKind>(kind));
  }
  return shop;
}

// Holds no data, and may be done when the shop is not.
v1::DataSystem Desk() {
  v1::DataSystem desk;
  desk.set_name("systems/desk");
  for (const auto kind :
       {v1::TASK_KIND_CHECK_BLOCKERS, v1::TASK_KIND_CLOSE_ACCOUNT, v1::TASK_KIND_FETCH_DECISION})
    desk.add_task_kinds(kind);
  return desk;
}

void AddDeath(Facts& facts) {
  storage::v1::RequestState& relatives = AddSibling(facts, "copy", v1::RELATION_CLOSE_RELATIVE);
  relatives.mutable_request()->set_phase(v1::PHASE_CLOSED);
  v1::Verification& proof = *relatives.add_verifications();
  proof.set_purpose(v1::VERIFICATION_PURPOSE_REPRESENTATION);
  proof.set_state(v1::Verification::STATE_PASSED);
  v1::Evidence& death = *proof.add_evidence();
  death.set_kind(v1::EVIDENCE_KIND_DEATH);
  death.set_accepted(true);
  // After every proof of the subject's: none of them speaks against it.
  death.mutable_death_day()->set_year(2040);
  death.mutable_death_day()->set_month(1);
  death.mutable_death_day()->set_day(1);
}

void AddErasure(Facts& facts) {
  storage::v1::RequestState& deletion = AddSibling(facts, "deletion", v1::RELATION_SUBJECT);
  deletion.add_rounds()->set_kind(v1::TASK_KIND_ERASE);
  v1::Request& request = *deletion.mutable_request();
  request.set_phase(v1::PHASE_CLOSED);
  request.mutable_response()->set_outcome(v1::OUTCOME_FULFILLED);
  *request.mutable_response()->mutable_response_time() =
      ToTimestamp(ShopTime(absl::CivilSecond(2040, 1, 1, 0, 0, 0)));
  for (const char* category : kAsked) {
    v1::CategoryOutcome& outcome = *request.add_outcomes();
    outcome.set_category(category);
    outcome.set_system("systems/shop");
    outcome.set_disposition(v1::DISPOSITION_ERASED);
  }
}

void AddTwin(Facts& facts, Aspect aspect, const Rulebook& rulebook, bool is_answered) {
  storage::v1::RequestState& twin =
      AddSibling(facts, rulebook.workflow.name(), v1::RELATION_SUBJECT);
  const storage::v1::RequestFiled filed =
      FilingFor(aspect, std::make_shared<const Rulebook>(rulebook));
  v1::Request& request = *twin.mutable_request();
  if (filed.has_correction()) *request.mutable_correction() = filed.correction();
  if (filed.has_deletion()) *request.mutable_deletion() = filed.deletion();
  if (filed.has_consent_change()) *request.mutable_consent_change() = filed.consent_change();
  if (filed.has_transfer()) *request.mutable_transfer() = filed.transfer();
  if (filed.has_decision_complaint())
    *request.mutable_decision_complaint() = filed.decision_complaint();
  if (!is_answered) return;
  request.set_phase(v1::PHASE_FOLLOW_UP);
  request.mutable_response()->set_outcome(v1::OUTCOME_FULFILLED);
}

}  // namespace

bool IsRepresentative(Aspect aspect) {
  return aspect == Aspect::kAgent || aspect == Aspect::kGuardian;
}

storage::v1::RequestFiled FilingFor(Aspect aspect,
                                    const std::shared_ptr<const Rulebook>& rulebook) {
  storage::v1::RequestFiled filed = RequestDriver(rulebook).UsualFiling();
  const v1::DetailsKind details = rulebook->workflow.details();
  if (IsRepresentative(aspect)) {
    filed.mutable_requester()->set_relation(RelationIn(aspect));
    filed.set_requester_key(std::string(16, static_cast<char>('a' + RelationIn(aspect))));
  }
  // Two categories are told apart; a third is left when one is refused and then another.
  const int asked = aspect == Aspect::kPartialRefusals ? 3 : 2;
  filed.clear_categories();
  for (int i = 0; i < asked; ++i) filed.add_categories(kAsked[i]);
  if (details == v1::DETAILS_KIND_CONSENT_CHANGE) filed.clear_categories();
  if (details == v1::DETAILS_KIND_CORRECTION) {
    const int fields = aspect == Aspect::kPartialRefusals ? 3 : 1;
    filed.mutable_correction()->mutable_fields()->DeleteSubrange(fields, 3 - fields);
    for (int i = 0; i < fields; ++i)
      filed.mutable_correction()->mutable_fields(i)->set_category(kAsked[i]);
    filed.clear_categories();
  }
  if (details == v1::DETAILS_KIND_COMPLAINT) {
    Facts facts;
    AddComplainedAbout(facts);
    filed.mutable_complaint()->set_request(facts.siblings.front().request().name());
  }
  return filed;
}

Facts FactsOf(unsigned beside, Aspect aspect, const Rulebook& rulebook) {
  Facts facts = ShopFacts();
  facts.systems = {Shop()};
  if (aspect == Aspect::kBeside) facts.systems.push_back(Desk());
  AddDisclosure(facts, kAdPartner, {"browsing"});
  if (rulebook.workflow.details() == v1::DETAILS_KIND_COMPLAINT) AddComplainedAbout(facts);
  if (beside & kReader) AddSibling(facts, "access", v1::RELATION_SUBJECT);
  if (beside & kOpponent) AddSibling(facts, "copy", v1::RELATION_GUARDIAN);
  if (beside & kDeath) AddDeath(facts);
  if (beside & kErased) AddErasure(facts);
  if (beside & (kTwin | kAnsweredTwin)) AddTwin(facts, aspect, rulebook, beside & kAnsweredTwin);
  if (beside & kHold) {
    v1::Hold& hold = facts.holds.emplace_back();
    hold.set_name("holds/1");
    hold.set_law("a law");
    hold.set_state(v1::Hold::STATE_ACTIVE);
  }
  return facts;
}

}  // namespace dsr
