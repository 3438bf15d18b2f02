// VerificationService: identity, proved.
#include <memory>
#include <string>
#include <utility>

#include "app/not_found.h"
#include "app/verification_codes.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/verification_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/case_file.h"
#include "rpc/field_checks.h"
#include "rpc/method_roles.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

using storage::v1::RequestState;

// The verification that StartVerification began or sent another code for: a new one is the last
// pending one of its method, and a pending one keeps its place.
AnswerMaker AnswerStarted(v1::VerificationMethod method) {
  return [method](const storage::v1::RequestRecord& record) -> std::string {
    const auto& verifications = record.state().verifications();
    for (auto it = verifications.rbegin(); it != verifications.rend(); ++it) {
      if (it->state() == v1::Verification::STATE_PENDING && it->method() == method)
        return it->SerializeAsString();
    }
    return verifications.empty() ? "" : verifications.rbegin()->SerializeAsString();
  };
}

v1::VerificationPurpose PurposeOf(const v1::StartVerificationRequest& in) {
  return in.purpose() == v1::VERIFICATION_PURPOSE_REPRESENTATION
             ? v1::VERIFICATION_PURPOSE_REPRESENTATION
             : v1::VERIFICATION_PURPOSE_IDENTITY;
}

std::string AnswerLast(const storage::v1::RequestRecord& record) {
  const auto& verifications = record.state().verifications();
  return verifications.empty() ? "" : verifications.rbegin()->SerializeAsString();
}

// One code that was taken from its limits, until it is known whether it is sent.
struct TakenCode {
  std::string principal;
  std::string subject;  // the bytes of its id; empty while none was taken
};

// A request that is not there is the decision's matter.
absl::Status TakeCode(RpcContext& context, const RequestId& request, TakenCode& code) {
  std::string subject;
  DSR_RETURN_IF_ERROR(context.parts().store.Read([&](ReadView& view) -> absl::Status {
    const absl::StatusOr<RequestState> state = view.FindRequest(request);
    if (absl::IsNotFound(state.status())) return absl::OkStatus();
    DSR_RETURN_IF_ERROR(state.status());
    subject = state->subject_id();
    return absl::OkStatus();
  }));
  if (subject.empty()) return absl::OkStatus();
  DSR_RETURN_IF_ERROR(context.code_limits().Take(code.principal, subject));
  code.subject = subject;
  return absl::OkStatus();
}

void HandleStartVerification(const std::shared_ptr<UnaryCall>& call,
                             const v1::StartVerificationRequest& in) {
  const absl::StatusOr<RequestId> request = ParseRequestName(in.parent());
  if (!request.ok()) return call->Fail(AtField("parent", request.status()));
  FieldErrors errors;
  const bool is_session = in.method() == v1::VERIFICATION_METHOD_ACCOUNT_SESSION;
  if (in.method() == v1::VERIFICATION_METHOD_UNSPECIFIED) {
    errors.AddMissing("method");
  } else if (!v1::VerificationMethod_IsValid(in.method())) {
    errors.AddInvalid("method", "is a listed method");
  }
  if (!v1::VerificationPurpose_IsValid(in.purpose())) {
    errors.AddInvalid("purpose", "is IDENTITY or REPRESENTATION");
  }
  CheckText(in.session_reference(), "session_reference", is_session ? 1 : 0, 200, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  const VerificationId id = call->context().parts().ids.Next<VerificationId>();
  const bool is_code = in.method() == v1::VERIFICATION_METHOD_ONE_TIME_CODE;
  const auto code = std::make_shared<TakenCode>(TakenCode{.principal = call->principal().name});
  Carry(
      call, in, is_session ? AnswerMaker(AnswerLast) : AnswerStarted(in.method()),
      [call, in, id, is_session, is_code, code,
       request = *request](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
        if (is_code) DSR_RETURN_IF_ERROR(TakeCode(call->context(), request, *code));
        PlannedCommand planned{.request = request,
                               .command = StartVerification{
                                   .id = id, .method = in.method(), .purpose = PurposeOf(in)}};
        if (is_session) {
          storage::v1::Event event;
          event.mutable_verification_passed()->set_evidence(in.session_reference());
          DSR_ASSIGN_OR_RETURN(PreparedContent prepared, sealer.Prepare(request, std::move(event)));
          planned.content = std::move(prepared.content);
        }
        return planned;
      },
      [call, code](const absl::StatusOr<ExecutionResult>& result) {
        const bool is_sent = result.ok() && !result->replayed;
        if (code->subject.empty() || is_sent) return;
        call->context().code_limits().PutBack(code->principal, code->subject);
      });
}

const v1::Verification* Find(const RequestState& state, const std::string& name) {
  for (const v1::Verification& verification : state.verifications()) {
    if (verification.name() == name) return &verification;
  }
  return nullptr;
}

// Which send of the verification the code belongs to. The code is compared before the transaction,
// which then checks that this send is still the one in force.
absl::StatusOr<int> FindSend(const RpcParts& parts, const v1::SubmitCodeRequest& in,
                             const RequestId& request, const VerificationId& id) {
  int matched = 0;
  DSR_RETURN_IF_ERROR(parts.store.Read([&](ReadView& view) -> absl::Status {
    const absl::StatusOr<RequestState> state = view.FindRequest(request);
    if (absl::IsNotFound(state.status())) return ResourceNotFound(RequestName(request));
    DSR_RETURN_IF_ERROR(state.status());
    const v1::Verification* verification = Find(*state, in.name());
    if (verification == nullptr) return ResourceNotFound(in.name());
    DSR_ASSIGN_OR_RETURN(const std::shared_ptr<const Rulebook> rulebook,
                         parts.rulebooks.RulebookFor(view, state->request().pins()));
    matched = MatchSend(parts.secrets, id, in.code(), verification->sends(),
                        rulebook->policy.verification().code_digits());
    return absl::OkStatus();
  }));
  return matched;
}

void HandleSubmitCode(const std::shared_ptr<UnaryCall>& call, const v1::SubmitCodeRequest& in) {
  const auto name = ParseVerificationName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  FieldErrors errors;
  if (in.code().empty()) {
    errors.AddMissing("code");
  } else if (in.code().size() > 20) {
    errors.AddInvalid("code", "has at most 20 characters");
  }
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  Carry(call, in, AnswerVerification(in.name()),
        [in, &parts = call->context().parts(), request = name->first,
         id = name->second](const ContentSealer&) -> absl::StatusOr<PlannedCommand> {
          DSR_ASSIGN_OR_RETURN(const int matched, FindSend(parts, in, request, id));
          return PlannedCommand{.request = request,
                                .command = SubmitCode{.id = id, .matched_send = matched}};
        });
}

void HandleDecideVerification(const std::shared_ptr<UnaryCall>& call,
                              const v1::DecideVerificationRequest& in) {
  const auto name = ParseVerificationName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  if (in.verdict() != v1::DecideVerificationRequest::VERDICT_PASSED &&
      in.verdict() != v1::DecideVerificationRequest::VERDICT_FAILED) {
    return call->Fail(
        MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "verdict", "is PASSED or FAILED"));
  }
  const bool passed = in.verdict() == v1::DecideVerificationRequest::VERDICT_PASSED;
  Carry(call, in, AnswerVerification(in.name()),
        [passed, request = name->first,
         id = name->second](const ContentSealer&) -> absl::StatusOr<PlannedCommand> {
          return PlannedCommand{.request = request,
                                .command = DecideVerification{.id = id, .passed = passed}};
        });
}

void HandleRevokeVerification(const std::shared_ptr<UnaryCall>& call,
                              const v1::RevokeVerificationRequest& in) {
  const auto name = ParseVerificationName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  FieldErrors errors;
  CheckText(in.reason(), "reason", 1, kMaxText, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  Carry(call, in, AnswerVerification(in.name()),
        [in, request = name->first,
         id = name->second](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
          storage::v1::Event event;
          event.mutable_verification_revoked()->set_verification_id(std::string(id.bytes()));
          event.mutable_verification_revoked()->set_reason(in.reason());
          event.mutable_verification_revoked()->set_fraud(in.fraud());
          DSR_ASSIGN_OR_RETURN(PreparedContent prepared, sealer.Prepare(request, std::move(event)));
          return PlannedCommand{
              .request = request,
              .command = RevokeVerification{prepared.clear.verification_revoked()},
              .content = std::move(prepared.content)};
        });
}

absl::StatusOr<v1::Verification> FindVerification(ReadView& view, const RequestId& request,
                                                  const std::string& name) {
  const absl::StatusOr<RequestState> state = view.FindRequest(request);
  if (absl::IsNotFound(state.status())) return ResourceNotFound(name);
  DSR_RETURN_IF_ERROR(state.status());
  const v1::Verification* verification = Find(*state, name);
  if (verification == nullptr) return ResourceNotFound(name);
  return *verification;
}

void GetVerification(const std::shared_ptr<UnaryCall>& call, const v1::GetVerificationRequest& in) {
  const auto name = ParseVerificationName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  if (!v1::VerificationView_IsValid(in.view())) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "view", "is BASIC or FULL"));
  }
  if (in.view() != v1::VERIFICATION_VIEW_FULL) {
    return AnswerFromStore<v1::Verification>(call, [in, request = name->first](ReadView& view) {
      return FindVerification(view, request, in.name());
    });
  }
  if (!MaySeeEvidence(call->principal())) return call->Fail(PersonalFieldsDenied(call->method()));
  OpenCaseFile(call, name->first, [call, in, request = name->first] {
    AnswerFromStore<v1::Verification>(call, [call, in, request](ReadView& view) {
      return call->context().reader().ReadVerification(view, request, in.name());
    });
  });
}

}  // namespace

void AddVerificationMethods(RpcService& service) {
  service.Unary<v1::StartVerificationRequest>("StartVerification", HandleStartVerification);
  service.Unary<v1::SubmitCodeRequest>("SubmitCode", HandleSubmitCode);
  AddEvidenceMethods(service);
  service.Unary<v1::DecideVerificationRequest>("DecideVerification", HandleDecideVerification);
  service.Unary<v1::RevokeVerificationRequest>("RevokeVerification", HandleRevokeVerification);
  service.Unary<v1::GetVerificationRequest>("GetVerification", GetVerification);
}

}  // namespace dsr
