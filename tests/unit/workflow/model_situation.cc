#include "unit/workflow/model_situation.h"

#include <algorithm>
#include <memory>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/ids.h"
#include "dsr/base/proto_time.h"
#include "testing/request_driver.h"
#include "testing/shop_facts.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

constexpr char kShop[] = "systems/shop";

v1::Relation RelationOf(Asker asker) {
  switch (asker) {
    case Asker::kSubject:
    case Asker::kChild:
      return v1::RELATION_SUBJECT;
    case Asker::kGuardian:
      return v1::RELATION_GUARDIAN;
    case Asker::kCloseRelative:
      return v1::RELATION_CLOSE_RELATIVE;
    case Asker::kAgent:
      return v1::RELATION_AUTHORISED_AGENT;
    case Asker::kCompany:
      return v1::RELATION_COMPANY;
  }
  return v1::RELATION_UNSPECIFIED;
}

// The request that the complaint is about: refused by two, answered by a third.
void AddComplainedAbout(Facts& facts) {
  RequestState& first = AddSibling(facts, "access", v1::RELATION_SUBJECT);
  first.mutable_request()->set_phase(v1::PHASE_CLOSED);
  first.mutable_request()->mutable_refusal()->set_proposer(Caseworker().name);
  first.mutable_request()->mutable_refusal()->set_decider(PrivacyOfficer().name);
}

void AddDeath(Facts& facts) {
  RequestState& relatives = AddSibling(facts, "access", v1::RELATION_CLOSE_RELATIVE);
  relatives.mutable_request()->set_phase(v1::PHASE_CLOSED);
  v1::Verification& proof = *relatives.add_verifications();
  proof.set_purpose(v1::VERIFICATION_PURPOSE_REPRESENTATION);
  proof.set_state(v1::Verification::STATE_PASSED);
  v1::Evidence& death = *proof.add_evidence();
  death.set_kind(v1::EVIDENCE_KIND_DEATH);
  death.set_accepted(true);
}

// Of a proof that passed only what it is worth is asked; of one under way, what it still lacks.
std::string KeyOf(const v1::Verification& proof, absl::Time now) {
  const bool counts = now < FromTimestamp(proof.expire_time());
  const bool is_pending = proof.state() == v1::Verification::STATE_PENDING;
  std::set<int> shown;
  for (const v1::Evidence& evidence : proof.evidence()) {
    const bool lasts =
        evidence.kind() == v1::EVIDENCE_KIND_COURT_ORDER_AGAINST || evidence.has_minor_until();
    if (evidence.accepted() && (is_pending || lasts))
      shown.insert(evidence.kind() * 2 + evidence.has_minor_until());
  }
  // Attempts that came to nothing leave only what was shown for good.
  if ((!is_pending && proof.state() != v1::Verification::STATE_PASSED) || !counts) {
    if (shown.empty()) return "";
  }
  const bool is_enough = proof.level() >= v1::ASSURANCE_LEVEL_CONTACT;
  std::string key = absl::StrCat("v", proof.purpose(), proof.state(), is_enough, counts,
                                 is_pending ? proof.method() : 0);
  for (const int kind : shown) absl::StrAppend(&key, "+", kind);
  return key;
}

int CodesSent(const RequestState& state) {
  int sent = 0;
  for (const v1::Verification& proof : state.verifications()) sent += proof.sends();
  return sent;
}

// Of earlier rounds nothing is asked any more.
bool IsOfEarlierRound(const v1::Task& task, const RequestState& state) {
  return std::any_of(state.rounds().begin(), state.rounds().end(),
                     [&](const storage::v1::TaskRound& round) {
                       return round.kind() == task.kind() && round.number() != task.round();
                     });
}

}  // namespace

bool IsReminder(const storage::v1::PendingTimer& timer) {
  return !timer.notice_id().empty() || timer.name() == "reminder" || timer.name() == "escalation" ||
         absl::StartsWith(timer.name(), "evidence-purge-");
}

std::string NameOf(Asker asker) {
  switch (asker) {
    case Asker::kSubject:
      return "Subject";
    case Asker::kChild:
      return "Child";
    case Asker::kGuardian:
      return "Guardian";
    case Asker::kCloseRelative:
      return "CloseRelative";
    case Asker::kAgent:
      return "Agent";
    case Asker::kCompany:
      return "Company";
  }
  return "Nobody";
}

std::vector<Asker> AskersOf(const v1::Workflow& workflow) {
  if (workflow.initiation() == v1::INITIATION_COMPANY) return {Asker::kCompany};
  // Where nobody is verified, who asks makes no difference.
  if (workflow.initiation() == v1::INITIATION_UNVERIFIED) return {Asker::kSubject};
  std::vector<Asker> askers = {Asker::kSubject, Asker::kChild};
  for (const Asker asker : {Asker::kGuardian, Asker::kCloseRelative, Asker::kAgent}) {
    const auto& may = workflow.requesters();
    if (std::find(may.begin(), may.end(), RelationOf(asker)) != may.end()) askers.push_back(asker);
  }
  return askers;
}

storage::v1::RequestFiled FilingBy(Asker asker, const Rulebook& rulebook) {
  storage::v1::RequestFiled filed =
      RequestDriver(std::make_shared<const Rulebook>(rulebook)).UsualFiling();
  filed.mutable_requester()->set_relation(RelationOf(asker));
  filed.set_requester_key(std::string(16, static_cast<char>('a' + RelationOf(asker))));
  filed.clear_categories();
  filed.add_categories("browsing");
  filed.add_categories("orders");
  if (filed.has_correction()) {
    filed.mutable_correction()->mutable_fields()->DeleteSubrange(2, 1);
    for (v1::FieldCorrection& field : *filed.mutable_correction()->mutable_fields())
      field.set_category("browsing");
  }
  if (filed.has_complaint()) {
    filed.mutable_complaint()->set_request(
        FactsBeside(0, asker, rulebook).siblings.back().request().name());
  }
  return filed;
}

Facts FactsBeside(unsigned beside, Asker asker, const Rulebook& rulebook) {
  Facts facts = ShopFacts();
  v1::DataSystem shop;
  shop.set_name(kShop);
  for (const char* category : {"browsing", "orders"}) shop.add_categories(category);
  for (int kind = 1; kind < v1::TaskKind_ARRAYSIZE; ++kind) {
    const bool is_own = kind == v1::TASK_KIND_BUILD_PACKAGE || kind == v1::TASK_KIND_BUILD_ANSWER;
    if (!is_own) shop.add_task_kinds(static_cast<v1::TaskKind>(kind));
  }
  facts.systems = {shop};
  AddDisclosure(facts, kAdPartner, {"browsing"});
  if (beside & kDisclosure) AddDisclosure(facts, kLogistics, {"orders"});
  const v1::Relation own = RelationOf(asker);
  const v1::Relation other =
      own == v1::RELATION_GUARDIAN ? v1::RELATION_SUBJECT : v1::RELATION_GUARDIAN;
  if (beside & kReader)
    AddSibling(facts, "access", own == v1::RELATION_COMPANY ? v1::RELATION_SUBJECT : own);
  if (beside & kOpponent) AddSibling(facts, "copy", other);
  if (beside & (kTwin | kTwinAnswered)) {
    RequestState& twin = AddSibling(facts, rulebook.workflow.name(), own);
    if (beside & kTwinAnswered) {
      twin.mutable_request()->set_phase(v1::PHASE_FOLLOW_UP);
      twin.mutable_request()->mutable_response()->set_outcome(v1::OUTCOME_FULFILLED);
    }
  }
  if (beside & kDeath) AddDeath(facts);
  if (beside & kHold) {
    v1::Hold& hold = facts.holds.emplace_back();
    hold.set_name("holds/1");
    hold.set_law("a law");
    hold.set_state(v1::Hold::STATE_ACTIVE);
  }
  if (rulebook.workflow.details() == v1::DETAILS_KIND_COMPLAINT) AddComplainedAbout(facts);
  return facts;
}

std::string KeyOf(const Situation& at) {
  const RequestState& state = at.record.state();
  const v1::Request& request = state.request();
  const v1::SubjectStatus& status = request.subject_status();
  std::string key =
      absl::StrCat(request.state(), ",", at.beside, ",", request.breached(), CodesSent(state),
                   state.point_of_no_return(), state.account_known(), state.decision_found(),
                   state.subject_told(), "/", request.response().outcome(), "/",
                   request.refusal().state(), request.refusal().categories_size(),
                   request.partial_refusals_size(), "/", request.fee().state());
  absl::StrAppend(&key, "/", request.review().outcome(), "/", request.package().state(),
                  !state.grant_id().empty(), "/", request.approvers_size(),
                  !request.announcement().empty(), "/", state.settled_conflicts_size(), "/",
                  status.has_child_until(), status.has_minor_until(), status.adult_ward());
  for (const v1::FieldCorrection& field : request.correction().fields())
    absl::StrAppend(&key, "f", field.decision());
  std::set<std::string> parts;
  for (const v1::Verification& proof : state.verifications()) {
    std::string part = KeyOf(proof, at.now);
    if (!part.empty()) parts.insert(std::move(part));
  }
  for (const v1::Task& task : at.record.tasks()) {
    if (!IsOfEarlierRound(task, state))
      parts.insert(absl::StrCat("t", task.kind(), task.state(), task.retained_only()));
  }
  for (const v1::Notice& notice : at.record.notices()) {
    parts.insert(absl::StrCat("n", notice.kind(), notice.state()));
  }
  for (const storage::v1::PendingTimer& timer : state.timers()) {
    if (!IsReminder(timer)) parts.insert(absl::StrCat("~", timer.name()));
  }
  for (const v1::Message& message : at.record.messages())
    parts.insert(absl::StrCat("m", message.state()));
  for (const v1::Blocker& blocker : request.blockers())
    parts.insert(absl::StrCat("b", blocker.resolved()));
  for (const v1::PlanItem& item : request.plan().items())
    parts.insert(absl::StrCat("p", item.category(), item.action()));
  for (const storage::v1::RetainedData& kept : state.retained())
    parts.insert(absl::StrCat("r", kept.has_next_end()));
  for (const std::string& part : parts) absl::StrAppend(&key, ",", part);
  return key;
}

}  // namespace dsr
