#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/handlers.h"
#include "workflow/machine.h"
#include "workflow/proof.h"
#include "workflow/transitions.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

constexpr char kCodeTemplate[] = "verification-code";

v1::Verification* PendingCode(Deciding& deciding) {
  for (v1::Verification& verification :
       *deciding.mutable_record().mutable_state()->mutable_verifications()) {
    if (verification.state() == v1::Verification::STATE_PENDING &&
        verification.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE) {
      return &verification;
    }
  }
  return nullptr;
}

int WrongCodes(const storage::v1::RequestState& state) {
  int wrong = 0;
  for (const v1::Verification& one : state.verifications()) wrong += one.wrong_codes();
  return wrong;
}

// Over all requests of the subject, within the policy's window. An attempt counts by its end: codes
// are sent and guessed until then, whenever it began.
template <class Count>
int SumOverSubject(const Circumstances& at, Count count) {
  const absl::Time from =
      at.now() - absl::Seconds(at.rulebook.policy.verification().subject_window_seconds());
  int sum = 0;
  const auto add = [&](const storage::v1::RequestState& state) {
    for (const v1::Verification& one : state.verifications()) {
      if (one.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE &&
          std::max(FromTimestamp(one.expire_time()), FromTimestamp(one.create_time())) >= from) {
        sum += count(one);
      }
    }
  };
  add(at.state);
  for (const storage::v1::RequestState& sibling : at.facts().siblings) add(sibling);
  return sum;
}

// True once a code has somewhere to go, or it is certain that it has nowhere. It is queued for an
// unknown account as well, and finds no address: the same events follow, so that nobody learns from
// their number whether the account exists (LAW.md case 10).
bool IsLookedUp(const storage::v1::RequestState& state) {
  if (state.account_known()) return true;
  const auto& rounds = state.rounds();
  return std::none_of(rounds.begin(), rounds.end(), [](const storage::v1::TaskRound& round) {
    return round.kind() == v1::TASK_KIND_RESOLVE_CONTACT && round.unfinished() > 0;
  });
}

std::string IdBytes(const v1::Verification& verification) {
  const auto id = Id128::Parse(LastSegment(verification.name()));
  return id.ok() ? std::string(id->bytes()) : std::string();
}

void EmitStarted(Deciding& deciding, const std::string& id, v1::VerificationMethod method,
                 v1::AssuranceLevel level, absl::Time end, int attempts_left, int send_number,
                 v1::VerificationPurpose purpose = v1::VERIFICATION_PURPOSE_IDENTITY) {
  Event event;
  storage::v1::VerificationStarted& started = *event.mutable_verification_started();
  started.set_verification_id(id);
  started.set_method(method);
  started.set_level(level);
  started.set_purpose(purpose);
  *started.mutable_expire_time() = ToTimestamp(end);
  started.set_attempts_left(attempts_left);
  started.set_send_number(send_number);
  deciding.Emit(std::move(event));
}

// Evidence and answers are awaited as long as the policy says, and not past the answer's due time.
absl::Time EndOfWaiting(const Deciding& deciding) {
  const absl::Time end = TimeToAct(deciding);
  const int64_t seconds = deciding.rulebook().policy.verification().evidence_seconds();
  return seconds == 0 ? end : std::min(end, deciding.now() + absl::Seconds(seconds));
}

absl::Status CheckMethod(const Deciding& deciding, const StartVerification& command) {
  const bool is_representation = command.purpose == v1::VERIFICATION_PURPOSE_REPRESENTATION;
  const bool is_documents = command.method == v1::VERIFICATION_METHOD_DOCUMENTS;
  if (is_representation != is_documents) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "method",
                          is_documents ? "DOCUMENTS goes with the purpose REPRESENTATION"
                                       : "a representation is proved by DOCUMENTS");
  }
  if (is_representation && !NeedsRepresentation(deciding.circumstances())) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "purpose",
                          "the subject asks for itself; no authority is to be proved");
  }
  const bool proves_subject = command.method == v1::VERIFICATION_METHOD_ACCOUNT_SESSION ||
                              command.method == v1::VERIFICATION_METHOD_ONE_TIME_CODE;
  if (proves_subject && deciding.request().requester().relation() != v1::RELATION_SUBJECT) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "method",
                          "proves the subject and not its representative; use WRITTEN_REQUEST or "
                          "EXTERNAL_AUTHORITY");
  }
  return absl::OkStatus();
}

absl::Status StartCode(Deciding& deciding, const StartVerification& command) {
  const v1::VerificationPolicy& policy = deciding.rulebook().policy.verification();
  DSR_RETURN_IF_ERROR(CheckCodesLeft(deciding.circumstances()));
  const v1::Verification* pending = PendingCode(deciding);
  const std::string id = pending != nullptr ? IdBytes(*pending) : std::string(command.id.bytes());
  // Counted over the whole request: an attempt that another took the place of does not give its
  // guesses back.
  const int attempts = policy.attempts() - WrongCodes(deciding.state());
  const int send_number = pending != nullptr ? pending->sends() + 1 : 1;
  // A contact point that may be someone else's by now proves no more than a session (LAW.md case
  // 8).
  const v1::AssuranceLevel level =
      deciding.state().contact_stale() ? v1::ASSURANCE_LEVEL_SESSION : v1::ASSURANCE_LEVEL_CONTACT;
  EmitStarted(deciding, id, command.method, level,
              deciding.now() + absl::Seconds(policy.code_seconds()), attempts, send_number);
  if (IsLookedUp(deciding.state())) {
    QueueMessage(deciding, kCodeTemplate, /*to_requester=*/false, id, send_number);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckGuessesLeft(const Circumstances& at) {
  const v1::VerificationPolicy& policy = at.rulebook.policy.verification();
  if (WrongCodes(at.state) >= policy.attempts())
    return AttemptsExhausted(at.request(), "wrong codes");
  const bool are_spent =
      policy.subject_attempts() > 0 && SumOverSubject(at, [](const v1::Verification& one) {
                                         return one.wrong_codes();
                                       }) >= policy.subject_attempts();
  return are_spent ? AttemptsExhausted(at.request(), "wrong codes", "subject") : absl::OkStatus();
}

absl::Status CheckCodesLeft(const Circumstances& at) {
  const v1::VerificationPolicy& policy = at.rulebook.policy.verification();
  if (CodesSent(at.state) >= policy.sends()) return AttemptsExhausted(at.request(), "codes");
  const bool are_spent =
      policy.subject_sends() > 0 && SumOverSubject(at, [](const v1::Verification& one) {
                                      return one.sends();
                                    }) >= policy.subject_sends();
  if (are_spent) return AttemptsExhausted(at.request(), "codes", "subject");
  return CheckGuessesLeft(at);
}

void SendPendingCode(Deciding& deciding) {
  if (!IsLookedUp(deciding.state())) return;
  const v1::Verification* pending = PendingCode(deciding);
  if (pending == nullptr || deciding.now() >= FromTimestamp(pending->expire_time())) return;
  QueueMessage(deciding, kCodeTemplate, /*to_requester=*/false, IdBytes(*pending),
               pending->sends());
}

absl::Status Handle(Deciding& deciding, const StartVerification& command) {
  if (!IsUnanswered(deciding.request().phase())) return AlreadyEnded(deciding.request().name());
  if (deciding.rulebook().workflow.initiation() != v1::INITIATION_UNSPECIFIED) {
    return ActionNotAllowed(deciding.request(), "StartVerification",
                            "this type needs no verification");
  }
  DSR_RETURN_IF_ERROR(CheckMethod(deciding, command));
  const std::string id(command.id.bytes());
  switch (command.method) {
    case v1::VERIFICATION_METHOD_ACCOUNT_SESSION:
      if (!deciding.context().actor.HasRole("session_asserter"))
        return RoleMissing("StartVerification");
      EmitStarted(deciding, id, command.method, v1::ASSURANCE_LEVEL_SESSION, deciding.now(), 0, 0);
      PassVerification(deciding, id, v1::ASSURANCE_LEVEL_SESSION, /*with_content=*/true);
      return absl::OkStatus();
    case v1::VERIFICATION_METHOD_ONE_TIME_CODE:
      return StartCode(deciding, command);
    case v1::VERIFICATION_METHOD_WRITTEN_REQUEST:
      EmitStarted(deciding, id, command.method, v1::ASSURANCE_LEVEL_DOCUMENT,
                  EndOfWaiting(deciding), 0, 0);
      return absl::OkStatus();
    case v1::VERIFICATION_METHOD_EXTERNAL_AUTHORITY:
      EmitStarted(deciding, id, command.method, v1::ASSURANCE_LEVEL_AUTHORITY,
                  EndOfWaiting(deciding), 0, 0);
      return absl::OkStatus();
    case v1::VERIFICATION_METHOD_DOCUMENTS:
      EmitStarted(deciding, id, command.method, v1::ASSURANCE_LEVEL_DOCUMENT,
                  EndOfWaiting(deciding), 0, 0, v1::VERIFICATION_PURPOSE_REPRESENTATION);
      return absl::OkStatus();
    default:
      return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "method", "must be a listed method");
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
    return AttemptsExhausted(deciding.request(), "wrong codes");
  if (verification->state() != v1::Verification::STATE_PENDING)
    return AlreadyEnded(verification->name());
  const std::string id(command.id.bytes());
  if (deciding.now() >= FromTimestamp(verification->expire_time())) return CodeExpired();
  DSR_RETURN_IF_ERROR(CheckGuessesLeft(deciding.circumstances()));
  // Only the latest code counts, and a code that was sent to nobody proves nothing, however well it
  // was guessed.
  if (command.matched_send > 0 && command.matched_send == verification->sends() &&
      deciding.state().account_known()) {
    PassVerification(deciding, id, verification->level(), /*with_content=*/false);
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
  return AttemptsExhausted(deciding.request(), "wrong codes");
}

}  // namespace dsr
