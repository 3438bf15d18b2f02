#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "testing/shop_facts.h"
#include "unit/workflow/model_moves.h"

namespace dsr {
namespace {

QuoteFee Quote(v1::FeeGround ground) {
  QuoteFee quote;
  quote.quoted.set_amount_cents(100);
  quote.quoted.set_currency("CNY");
  quote.quoted.set_ground(ground);
  return quote;
}

void AddReviews(const v1::Request& request, MoveList& moves) {
  for (const auto outcome :
       {v1::REVIEW_OUTCOME_UPHELD, v1::REVIEW_OUTCOME_CHANGED, v1::REVIEW_OUTCOME_OVERTURNED}) {
    ReviewDecision review;
    review.reviewed.set_outcome(outcome);
    review.reviewed.set_remedied(request.has_complaint() && outcome != v1::REVIEW_OUTCOME_UPHELD);
    moves.Add("review", review, Reviewer(), v1::TRIGGER_DECISION_REVIEWED);
    // The one who decided first tries too.
    moves.Add("review-own", review, Actor{.name = "credit-model", .roles = {"reviewer"}},
              v1::TRIGGER_DECISION_REVIEWED);
  }
}

void AddRefusals(MoveList& moves) {
  ProposeRefusal refuse;
  refuse.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
  moves.Add("refuse", refuse, Caseworker(), v1::TRIGGER_REFUSAL_PROPOSED);
  moves.Add("approve-alone", ApproveRefusal(), Caseworker(), v1::TRIGGER_REFUSAL_APPROVED);
  moves.Add("approve", ApproveRefusal(), OtherCaseworker(), v1::TRIGGER_REFUSAL_APPROVED);
  moves.Add("reject-alone", RejectRefusal(), Caseworker(), v1::TRIGGER_REFUSAL_REJECTED);
  moves.Add("reject", RejectRefusal(), OtherCaseworker(), v1::TRIGGER_REFUSAL_REJECTED);
}

}  // namespace

void AddPeople(const Situation& at, Aspect aspect, MoveList& moves) {
  const v1::Request& request = at.record.state().request();
  moves.Add("assess", AssessRequest(), Caseworker(), v1::TRIGGER_ASSESSED);
  moves.Add("confirm", ConfirmPlan(), Caseworker(), v1::TRIGGER_PLAN_CONFIRMED);
  moves.Add("clear", ClearBlockers(), Caseworker(), v1::TRIGGER_BLOCKERS_CLEARED);
  const bool refuses =
      aspect == Aspect::kWork || aspect == Aspect::kLapses || aspect == Aspect::kPartialRefusals;
  if (refuses) AddRefusals(moves);
  moves.Add("withdraw", WithdrawRequest(), Intake(), v1::TRIGGER_WITHDRAWN);
  moves.Add("respond", RespondToRequest(), Caseworker(), v1::TRIGGER_RESPONDED);
  moves.Add("respond-officer", RespondToRequest(), PrivacyOfficer(), v1::TRIGGER_RESPONDED);
  moves.Add("decide-conflict", DecideConflict(), PrivacyOfficer(), v1::TRIGGER_CONFLICT_DECIDED);
  moves.Add("approve-deletion", ApproveDeletion(), Caseworker());
  moves.Add("approve-deletion-2", ApproveDeletion(), PrivacyOfficer());
  moves.Add("lift", LiftRestriction(), PrivacyOfficer());
  moves.Add("announce", RecordAnnouncement{.announcement = "x"}, PrivacyOfficer());
  moves.Add("download", BeginDownload(), Intake());
  AddReviews(at.record.state().request(), moves);
  if (aspect == Aspect::kWork) {
    if (!request.has_fee())
      moves.Add("quote", Quote(v1::FEE_GROUND_UNREASONABLE), Caseworker(), v1::TRIGGER_FEE_QUOTED);
    for (const auto state : {v1::Fee::STATE_PAID, v1::Fee::STATE_DECLINED})
      moves.Add("settle", SettleFee{.settlement = state}, Intake());
  }
  for (int i = 0; i < request.correction().fields_size(); ++i) {
    if (request.correction().fields(i).decision() != v1::FIELD_DECISION_UNSPECIFIED) continue;
    DecideField decide;
    decide.decided.set_index(i);
    decide.decided.set_decision(v1::FIELD_DECISION_ACCEPTED);
    moves.Add("accept", decide, Caseworker());
  }
  moves.Add("reconsider", Reconsider(), Actor{.name = "system:engine"});
}

void AddFees(const Situation& at, MoveList& moves) {
  moves.Add("quote", Quote(v1::FEE_GROUND_UNREASONABLE), Caseworker(), v1::TRIGGER_FEE_QUOTED);
  if (!at.record.state().request().repeated()) {
    moves.AddForbidden("fee", "quote as repeated", Quote(v1::FEE_GROUND_REPEATED), Caseworker());
  }
  for (const auto state : {v1::Fee::STATE_ACCEPTED, v1::Fee::STATE_PAID, v1::Fee::STATE_DECLINED})
    moves.Add(absl::StrCat("settle ", v1::Fee::State_Name(state)), SettleFee{.settlement = state},
              Intake(), v1::TRIGGER_FEE_SETTLED);
  moves.Add("waive", SettleFee{.settlement = v1::Fee::STATE_WAIVED}, Caseworker(),
            v1::TRIGGER_FEE_SETTLED);
  moves.AddForbidden("fee", "waive at intake", SettleFee{.settlement = v1::Fee::STATE_WAIVED},
                     Intake());
}

void AddPartialRefusals(const Situation& at, MoveList& moves) {
  const v1::Request& request = at.record.state().request();
  std::set<std::string> refused;
  for (const v1::PartialRefusal& one : request.partial_refusals())
    refused.insert(one.categories().begin(), one.categories().end());
  ProposeRefusal all;
  all.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
  for (const std::string& category : request.categories()) {
    ProposeRefusal one;
    one.proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
    one.proposed.add_categories(category);
    all.proposed.add_categories(category);
    if (refused.contains(category)) {
      moves.AddForbidden("I11", "refuse again " + category, one, Caseworker());
    } else {
      moves.Add("refuse " + category, one, Caseworker(), v1::TRIGGER_REFUSAL_PROPOSED);
    }
  }
  moves.AddForbidden("I11", "refuse all one by one", all, Caseworker());
}

}  // namespace dsr
