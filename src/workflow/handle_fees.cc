#include <algorithm>
#include <string>
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "workflow/handlers.h"
#include "workflow/siblings.h"
#include "workflow/transitions.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

absl::Status CheckQuote(const Deciding& deciding, const storage::v1::FeeQuoted& quoted) {
  const v1::Policy& policy = deciding.rulebook().policy;
  FieldErrors errors;
  if (quoted.amount_cents() < 1) errors.AddInvalid("amount_cents", "must be 1 or more");
  if (quoted.currency() != policy.fee_currency()) {
    errors.AddInvalid("currency", "must be the policy's currency, " + policy.fee_currency());
  }
  if (quoted.ground() == v1::FEE_GROUND_UNSPECIFIED || !v1::FeeGround_IsValid(quoted.ground())) {
    errors.AddInvalid("ground", "must be a listed ground");
  }
  DSR_RETURN_IF_ERROR(errors.ToStatus());
  if (quoted.ground() == v1::FEE_GROUND_REPEATED && !deciding.request().repeated()) {
    return ActionNotAllowed(deciding.request(), "QuoteFee",
                            "the policy lets as many requests of this type pass without a fee");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckFeeQuotable(const Circumstances& at) {
  DSR_RETURN_IF_ERROR(CheckAction(at, v1::TRIGGER_FEE_QUOTED, "QuoteFee"));
  const v1::Fee::State fee = at.request().fee().state();
  if (fee == v1::Fee::STATE_PAID || fee == v1::Fee::STATE_WAIVED) {
    return ActionNotAllowed(at.request(), "QuoteFee",
                            "its fee is settled; what was paid or waived is not asked for again");
  }
  if (IsLastDay(at)) {
    return ActionNotAllowed(at.request(), "QuoteFee",
                            "it is due today, so nobody could pay in time; answer it");
  }
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const QuoteFee& command) {
  DSR_RETURN_IF_ERROR(CheckFeeQuotable(deciding.circumstances()));
  DSR_RETURN_IF_ERROR(CheckQuote(deciding, command.quoted));
  Event event;
  *event.mutable_fee_quoted() = command.quoted;
  deciding.EmitContent(std::move(event));
  TakeTransition(deciding, v1::TRIGGER_FEE_QUOTED);
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const SettleFee& command) {
  DSR_RETURN_IF_ERROR(CheckAction(deciding.circumstances(), v1::TRIGGER_FEE_SETTLED, "SettleFee"));
  const Actor& actor = deciding.context().actor;
  switch (command.settlement) {
    case v1::Fee::STATE_WAIVED:
      // The company's money; intake only passes on what the requester says.
      if (!actor.HasRole("caseworker") && !actor.HasRole("privacy_officer"))
        return RoleMissing("SettleFee");
      break;
    case v1::Fee::STATE_ACCEPTED:
    case v1::Fee::STATE_PAID:
    case v1::Fee::STATE_DECLINED:
      break;
    default:
      return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "settlement",
                            "must be ACCEPTED, PAID, WAIVED or DECLINED");
  }
  Event event;
  event.mutable_fee_settled()->set_settlement(command.settlement);
  deciding.Emit(std::move(event));
  TakeTransition(deciding, v1::TRIGGER_FEE_SETTLED);
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const DecideConflict& command) {
  DSR_RETURN_IF_ERROR(
      CheckAction(deciding.circumstances(), v1::TRIGGER_CONFLICT_DECIDED, "DecideConflict"));
  Event event;
  *event.mutable_conflict_decided() = command.decided;
  for (const std::string& name : Conflicts(deciding.circumstances())) {
    event.mutable_conflict_decided()->add_against(name);
  }
  deciding.EmitContent(std::move(event));
  TakeTransition(deciding, v1::TRIGGER_CONFLICT_DECIDED);
  return absl::OkStatus();
}

}  // namespace dsr
