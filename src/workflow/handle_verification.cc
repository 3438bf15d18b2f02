#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/machine.h"
#include "workflow/transitions.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

constexpr char kCodeTemplate[] = "verification-code";

v1::Verification* PendingCode(Deciding& deciding) {
  for (v1::Verification& verification :
       *deciding.mutable_record().mutable_state()->mutable_verifications()) {
    if (verification.state() == v1::Verification::STATE_PENDING) return &verification;
  }
  return nullptr;
}

std::string IdBytes(const v1::Verification& verification) {
  const auto id = Id128::Parse(LastSegment(verification.name()));
  return id.ok() ? std::string(id->bytes()) : std::string();
}

void EmitStarted(Deciding& deciding, const std::string& id, v1::VerificationMethod method,
                 v1::AssuranceLevel level, absl::Duration period, int attempts_left,
                 int send_number) {
  Event event;
  storage::v1::VerificationStarted& started = *event.mutable_verification_started();
  started.set_verification_id(id);
  started.set_method(method);
  started.set_level(level);
  *started.mutable_expire_time() = ToTimestamp(deciding.now() + period);
  started.set_attempts_left(attempts_left);
  started.set_send_number(send_number);
  deciding.Emit(std::move(event));
}

// `with_content`: the asserted session's reference travels sealed with this event.
void Pass(Deciding& deciding, const std::string& id, v1::AssuranceLevel level, bool with_content) {
  Event event;
  storage::v1::VerificationPassed& passed = *event.mutable_verification_passed();
  passed.set_verification_id(id);
  passed.set_level(level);
  *passed.mutable_expire_time() = ToTimestamp(
      deciding.now() + absl::Seconds(deciding.rulebook().policy.verification().valid_seconds()));
  if (with_content) {
    deciding.EmitContent(std::move(event));
  } else {
    deciding.Emit(std::move(event));
  }
  if (level >= deciding.rulebook().workflow.least_level())
    TakeTransition(deciding, v1::TRIGGER_IDENTITY_VERIFIED);
}

absl::Status StartCode(Deciding& deciding, const StartVerification& command) {
  const v1::VerificationPolicy& policy = deciding.rulebook().policy.verification();
  if (CodesSent(deciding.state()) >= policy.sends()) return AttemptsExhausted("codes");
  const v1::Verification* pending = PendingCode(deciding);
  const std::string id = pending != nullptr ? IdBytes(*pending) : std::string(command.id.bytes());
  const int attempts = pending != nullptr ? pending->attempts_left() : policy.attempts();
  const int send_number = pending != nullptr ? pending->sends() + 1 : 1;
  EmitStarted(deciding, id, command.method, v1::ASSURANCE_LEVEL_CONTACT,
              absl::Seconds(policy.code_seconds()), attempts, send_number);
  // Without a contact point the answer is the same and nothing is sent: nobody learns whether the
  // account exists.
  if (deciding.request().has_contact() || deciding.state().account_known()) {
    QueueMessage(deciding, kCodeTemplate, /*to_requester=*/false, id, send_number);
  }
  return absl::OkStatus();
}

}  // namespace

void SendPendingCode(Deciding& deciding) {
  const v1::Verification* pending = PendingCode(deciding);
  if (pending == nullptr || deciding.now() >= FromTimestamp(pending->expire_time())) return;
  QueueMessage(deciding, kCodeTemplate, /*to_requester=*/false, IdBytes(*pending),
               pending->sends());
}

absl::Status Handle(Deciding& deciding, const StartVerification& command) {
  if (!IsUnanswered(deciding.request().phase())) return AlreadyEnded(deciding.request().name());
  switch (command.method) {
    case v1::VERIFICATION_METHOD_ACCOUNT_SESSION: {
      if (!deciding.context().actor.HasRole("session_asserter"))
        return RoleMissing("StartVerification");
      const std::string id(command.id.bytes());
      EmitStarted(deciding, id, command.method, v1::ASSURANCE_LEVEL_SESSION, absl::ZeroDuration(),
                  0, 0);
      Pass(deciding, id, v1::ASSURANCE_LEVEL_SESSION, /*with_content=*/true);
      return absl::OkStatus();
    }
    case v1::VERIFICATION_METHOD_ONE_TIME_CODE:
      return StartCode(deciding, command);
    default:
      return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "method",
                            "must be ACCOUNT_SESSION or ONE_TIME_CODE");
  }
}

absl::Status Handle(Deciding& deciding, const SubmitCode& command) {
  // After the answer nothing is verified any more; whoever wants to go on files again.
  if (!IsUnanswered(deciding.request().phase())) return AlreadyEnded(deciding.request().name());
  const v1::Verification* verification =
      FindVerification(deciding.mutable_record(), command.id.bytes());
  if (verification == nullptr || verification->method() != v1::VERIFICATION_METHOD_ONE_TIME_CODE) {
    return ChildNotFound("verification");
  }
  if (verification->state() == v1::Verification::STATE_FAILED)
    return AttemptsExhausted("wrong codes");
  if (verification->state() != v1::Verification::STATE_PENDING)
    return AlreadyEnded(verification->name());
  const std::string id(command.id.bytes());
  if (deciding.now() >= FromTimestamp(verification->expire_time())) return CodeExpired();
  // Only the latest code counts, and a code that was sent to nobody proves nothing, however well it
  // was guessed.
  if (command.matched_send > 0 && command.matched_send == verification->sends() &&
      deciding.state().account_known()) {
    Pass(deciding, id, verification->level(), /*with_content=*/false);
    return absl::OkStatus();
  }
  deciding.KeepEventsWhenRejected();
  const int attempts_left = verification->attempts_left() - 1;
  Event rejected;
  rejected.mutable_code_rejected()->set_verification_id(id);
  rejected.mutable_code_rejected()->set_attempts_left(attempts_left);
  deciding.Emit(std::move(rejected));
  if (attempts_left > 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_CODE_WRONG,
                     "the code is wrong", {{"attempts_left", absl::StrCat(attempts_left)}});
  }
  Event failed;
  failed.mutable_verification_failed()->set_verification_id(id);
  deciding.Emit(std::move(failed));
  TakeTransition(deciding, v1::TRIGGER_IDENTITY_REFUSED);
  return AttemptsExhausted("wrong codes");
}

}  // namespace dsr
