// What people do with a request.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/workflow/answer_note.h"
#include "dsr/workflow/command.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/request_checks.h"
#include "rpc/services.h"

namespace dsr {
namespace {

// Checks the fields of one call.
template <class In>
using Check = std::function<void(const In&, FieldErrors&)>;

// Makes the command from the call and what is left of `event` in the clear.
template <class In>
using MakeCommand = std::function<Command(const In&, const storage::v1::Event& clear)>;

// Puts the call's personal data into the event that the decision will have.
template <class In>
using FillEvent = std::function<void(const In&, storage::v1::Event&)>;

// What else stands against the call, by the stored request. May read the store.
template <class In>
using CheckStored = std::function<absl::Status(const RpcParts&, const RequestId&, const In&)>;

constexpr int64_t kMostCents = 100'000'000;

template <class In>
void NoCheck(const In&, FieldErrors&) {}

template <class In>
void AddAction(RpcService& service, const std::string& name, MakeCommand<In> make,
               Check<In> check = NoCheck<In>, FillEvent<In> fill = nullptr,
               CheckStored<In> check_stored = nullptr) {
  service.Unary<In>(name, [=](const std::shared_ptr<UnaryCall>& call, In in) {
    const absl::StatusOr<RequestId> request = ParseRequestName(in.name());
    if (!request.ok()) return call->Fail(request.status());
    FieldErrors errors;
    check(in, errors);
    if (!errors.empty()) return call->Fail(errors.ToStatus());
    Carry(call, in, AnswerRequest,
          [=, &parts = call->context().parts()](
              const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
            if (check_stored != nullptr) DSR_RETURN_IF_ERROR(check_stored(parts, *request, in));
            PlannedCommand planned{.request = *request};
            storage::v1::Event event;
            if (fill != nullptr) {
              fill(in, event);
              DSR_ASSIGN_OR_RETURN(PreparedContent prepared,
                                   sealer.Prepare(*request, std::move(event)));
              planned.content = std::move(prepared.content);
              event = std::move(prepared.clear);
            }
            planned.command = make(in, event);
            return planned;
          });
  });
}

// For commands that bring nothing.
template <class In, class Given>
void AddPlainAction(RpcService& service, const std::string& name) {
  AddAction<In>(service, name,
                [](const In&, const storage::v1::Event&) -> Command { return Given{}; });
}

void AddFieldDecision(RpcService& service) {
  using In = v1::DecideFieldRequest;
  AddAction<In>(
      service, "DecideField",
      [](const In&, const storage::v1::Event& clear) -> Command {
        return DecideField{clear.field_decided()};
      },
      [](const In& in, FieldErrors& errors) {
        if (in.index() < 0) errors.AddInvalid("index", "is not negative");
        if (in.decision() == v1::FIELD_DECISION_UNSPECIFIED) {
          errors.AddMissing("decision");
        } else if (!v1::FieldDecision_IsValid(in.decision())) {
          errors.AddInvalid("decision", "is ACCEPTED or REJECTED");
        }
        const bool is_rejected = in.decision() == v1::FIELD_DECISION_REJECTED;
        CheckText(in.reason(), "reason", is_rejected ? 1 : 0, kMaxText, errors);
      },
      [](const In& in, storage::v1::Event& event) {
        event.mutable_field_decided()->set_index(in.index());
        event.mutable_field_decided()->set_decision(in.decision());
        event.mutable_field_decided()->set_reason(in.reason());
      });
}

void AddRefusals(RpcService& service) {
  using In = v1::ProposeRefusalRequest;
  AddAction<In>(
      service, "ProposeRefusal",
      [](const In&, const storage::v1::Event& clear) -> Command {
        return ProposeRefusal{clear.refusal_proposed()};
      },
      [](const In& in, FieldErrors& errors) {
        if (in.ground() == v1::REFUSAL_GROUND_UNSPECIFIED ||
            !v1::RefusalGround_IsValid(in.ground())) {
          errors.Add(v1::ERROR_REASON_GROUND_MISSING, "ground", "is a listed ground of refusal");
        }
        if (IsBlank(in.reason())) {
          errors.Add(v1::ERROR_REASON_GROUND_MISSING, "reason", "is required: it is told");
        }
        CheckLength(in.categories_size(), "categories", kMaxCategories, errors);
        CheckText(in.reason(), "reason", 0, kMaxText, errors);
        CheckText(in.internal_note(), "internal_note", 0, kMaxText, errors);
      },
      [](const In& in, storage::v1::Event& event) {
        event.mutable_refusal_proposed()->set_ground(in.ground());
        event.mutable_refusal_proposed()->set_internal_note(in.internal_note());
        event.mutable_refusal_proposed()->set_reason(in.reason());
        *event.mutable_refusal_proposed()->mutable_categories() = in.categories();
      });
  AddPlainAction<v1::ApproveRefusalRequest, ApproveRefusal>(service, "ApproveRefusal");
  AddAction<v1::RejectRefusalRequest>(
      service, "RejectRefusal",
      [](const auto&, const storage::v1::Event&) -> Command { return RejectRefusal{}; },
      [](const v1::RejectRefusalRequest& in, FieldErrors& errors) {
        CheckText(in.reason(), "reason", 0, kMaxText, errors);
      },
      [](const v1::RejectRefusalRequest& in, storage::v1::Event& event) {
        event.mutable_refusal_decided()->set_reason(in.reason());
      });
}

void AddReview(RpcService& service) {
  using In = v1::ReviewDecisionRequest;
  AddAction<In>(
      service, "ReviewDecision",
      [](const In&, const storage::v1::Event& clear) -> Command {
        return ReviewDecision{clear.decision_reviewed()};
      },
      [](const In& in, FieldErrors& errors) {
        if (in.outcome() == v1::REVIEW_OUTCOME_UNSPECIFIED) {
          errors.AddMissing("outcome");
        } else if (!v1::ReviewOutcome_IsValid(in.outcome())) {
          errors.AddInvalid("outcome", "is UPHELD, CHANGED or OVERTURNED");
        }
        CheckText(in.explanation(), "explanation", 1, kMaxText, errors);
        CheckText(in.remedy(), "remedy", 0, kMaxText, errors);
        if (!in.remedy_request().empty() && !ParseRequestName(in.remedy_request()).ok())
          errors.AddInvalid("remedy_request", "must be `requests/{id}`");
      },
      [](const In& in, storage::v1::Event& event) {
        event.mutable_decision_reviewed()->set_outcome(in.outcome());
        event.mutable_decision_reviewed()->set_explanation(in.explanation());
        event.mutable_decision_reviewed()->set_remedy(in.remedy());
        event.mutable_decision_reviewed()->set_remedied(!in.remedy().empty());
        event.mutable_decision_reviewed()->set_remedy_request(in.remedy_request());
      });
}

void AddMigration(RpcService& service) {
  using In = v1::MigrateRequestRequest;
  AddAction<In>(
      service, "MigrateRequest",
      [](const In&, const storage::v1::Event&) -> Command { return MigrateRequest{}; },
      [](const In& in, FieldErrors& errors) {
        CheckText(in.reason(), "reason", 1, kMaxText, errors);
      },
      [](const In& in, storage::v1::Event& event) {
        event.mutable_request_migrated()->set_reason(in.reason());
      });
}

void AddAssessment(RpcService& service) {
  using In = v1::AssessRequestRequest;
  AddAction<In>(
      service, "AssessRequest",
      [](const In&, const storage::v1::Event&) -> Command { return AssessRequest{}; },
      [](const In& in, FieldErrors& errors) {
        CheckText(in.internal_note(), "internal_note", 0, kMaxText, errors);
      },
      [](const In& in, storage::v1::Event& event) {
        event.mutable_request_assessed()->set_internal_note(in.internal_note());
      });
}

// Nobody is sent an answer that says nothing.
absl::Status CheckNote(const RpcParts& parts, const RequestId& id,
                       const v1::RespondToRequestRequest& in) {
  if (!IsBlank(in.note())) return absl::OkStatus();
  return parts.store.Read([&](ReadView& view) -> absl::Status {
    const absl::StatusOr<storage::v1::RequestState> state = view.FindRequest(id);
    // Who may not see it is told so later.
    if (absl::IsNotFound(state.status())) return absl::OkStatus();
    DSR_RETURN_IF_ERROR(state.status());
    DSR_ASSIGN_OR_RETURN(const std::shared_ptr<const Rulebook> rulebook,
                         parts.rulebooks.RulebookFor(view, state->request().pins()));
    if (!AnswerNeedsNote(*rulebook, state->request())) return absl::OkStatus();
    return MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "note",
                          "is required: the answer consists of it");
  });
}

void AddEnds(RpcService& service) {
  AddAction<v1::WithdrawRequestRequest>(
      service, "WithdrawRequest",
      [](const auto&, const storage::v1::Event&) -> Command { return WithdrawRequest{}; },
      [](const v1::WithdrawRequestRequest& in, FieldErrors& errors) {
        CheckText(in.reason(), "reason", 0, kMaxText, errors);
      },
      [](const v1::WithdrawRequestRequest& in, storage::v1::Event& event) {
        event.mutable_request_withdrawn()->set_reason(in.reason());
      });
  AddAction<v1::RespondToRequestRequest>(
      service, "RespondToRequest",
      [](const auto&, const storage::v1::Event&) -> Command { return RespondToRequest{}; },
      [](const v1::RespondToRequestRequest& in, FieldErrors& errors) {
        CheckText(in.note(), "note", 0, kMaxText, errors);
      },
      [](const v1::RespondToRequestRequest& in, storage::v1::Event& event) {
        event.mutable_request_answered()->set_note(in.note());
      },
      CheckNote);
}

void AddOwnMotion(RpcService& service) {
  AddPlainAction<v1::ApproveDeletionRequest, ApproveDeletion>(service, "ApproveDeletion");
  AddAction<v1::RecordAnnouncementRequest>(
      service, "RecordAnnouncement",
      [](const v1::RecordAnnouncementRequest& in, const storage::v1::Event&) -> Command {
        return RecordAnnouncement{in.announcement()};
      },
      [](const v1::RecordAnnouncementRequest& in, FieldErrors& errors) {
        CheckText(in.announcement(), "announcement", 1, 400, errors);
      });
  AddAction<v1::LiftRestrictionRequest>(
      service, "LiftRestriction",
      [](const v1::LiftRestrictionRequest&, const storage::v1::Event& clear) -> Command {
        return LiftRestriction{clear.restriction_lifted()};
      },
      [](const v1::LiftRestrictionRequest& in, FieldErrors& errors) {
        CheckText(in.reason(), "reason", 1, kMaxText, errors);
      },
      [](const v1::LiftRestrictionRequest& in, storage::v1::Event& event) {
        event.mutable_restriction_lifted()->set_reason(in.reason());
      });
}

void AddFees(RpcService& service) {
  AddAction<v1::QuoteFeeRequest>(
      service, "QuoteFee",
      [](const v1::QuoteFeeRequest&, const storage::v1::Event& clear) -> Command {
        return QuoteFee{clear.fee_quoted()};
      },
      [](const v1::QuoteFeeRequest& in, FieldErrors& errors) {
        if (in.amount_cents() < 1 || in.amount_cents() > kMostCents) {
          errors.AddInvalid("amount_cents", "is 1 to 100000000");
        }
        CheckText(in.currency(), "currency", 3, 3, errors);
        if (in.ground() == v1::FEE_GROUND_UNSPECIFIED || !v1::FeeGround_IsValid(in.ground())) {
          errors.AddInvalid("ground", "is REPEATED or UNREASONABLE");
        }
        CheckText(in.reason(), "reason", 1, kMaxText, errors);
      },
      [](const v1::QuoteFeeRequest& in, storage::v1::Event& event) {
        storage::v1::FeeQuoted& quoted = *event.mutable_fee_quoted();
        quoted.set_amount_cents(in.amount_cents());
        quoted.set_currency(in.currency());
        quoted.set_ground(in.ground());
        quoted.set_reason(in.reason());
      });
  AddAction<v1::SettleFeeRequest>(
      service, "SettleFee",
      [](const v1::SettleFeeRequest& in, const storage::v1::Event&) -> Command {
        return SettleFee{in.settlement()};
      },
      [](const v1::SettleFeeRequest& in, FieldErrors& errors) {
        if (!v1::Fee::State_IsValid(in.settlement()) || in.settlement() <= v1::Fee::STATE_QUOTED) {
          errors.AddInvalid("settlement", "is ACCEPTED, PAID, WAIVED or DECLINED");
        }
      });
  AddAction<v1::DecideConflictRequest>(
      service, "DecideConflict",
      [](const v1::DecideConflictRequest&, const storage::v1::Event& clear) -> Command {
        return DecideConflict{clear.conflict_decided()};
      },
      [](const v1::DecideConflictRequest& in, FieldErrors& errors) {
        CheckText(in.reason(), "reason", 1, kMaxText, errors);
      },
      [](const v1::DecideConflictRequest& in, storage::v1::Event& event) {
        event.mutable_conflict_decided()->set_reason(in.reason());
      });
}

void AddFileAccess(RpcService& service) {
  using In = v1::ApproveFileAccessRequest;
  AddAction<In>(
      service, "ApproveFileAccess",
      [](const In& in, const storage::v1::Event&) -> Command {
        return ApproveFileAccess{.principal = in.principal(),
                                 .length = absl::Hours(in.hours() == 0 ? 24 : in.hours())};
      },
      [](const In& in, FieldErrors& errors) {
        CheckWord(in.principal(), "principal", 100, errors);
        CheckText(in.reason(), "reason", 1, kMaxText, errors);
        if (in.hours() < 0 || in.hours() > 720) errors.AddInvalid("hours", "is 1 to 720");
      },
      [](const In& in, storage::v1::Event& event) {
        event.mutable_file_access_approved()->set_reason(in.reason());
      });
}

void AddExtension(RpcService& service) {
  using In = v1::ExtendDeadlineRequest;
  AddAction<In>(
      service, "ExtendDeadline",
      [](const In&, const storage::v1::Event& clear) -> Command {
        return ExtendDeadline{clear.deadline_moved()};
      },
      [](const In& in, FieldErrors& errors) {
        CheckText(in.reason(), "reason", 1, kMaxText, errors);
      },
      [](const In& in, storage::v1::Event& event) {
        event.mutable_deadline_moved()->set_reason(in.reason());
      });
}

}  // namespace

void AddRequestActions(RpcService& service) {
  AddAssessment(service);
  AddFieldDecision(service);
  AddPlainAction<v1::ConfirmPlanRequest, ConfirmPlan>(service, "ConfirmPlan");
  AddPlainAction<v1::ResolveBlockerRequest, ClearBlockers>(service, "ResolveBlocker");
  AddRefusals(service);
  AddReview(service);
  AddMigration(service);
  AddEnds(service);
  AddFees(service);
  AddOwnMotion(service);
  AddFileAccess(service);
  AddExtension(service);
}

}  // namespace dsr
