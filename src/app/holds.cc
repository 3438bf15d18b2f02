#include "app/holds.h"

#include <memory>
#include <string>
#include <utility>

#include "app/account_merges.h"
#include "app/audited_change.h"
#include "app/decision_facts.h"
#include "app/not_found.h"
#include "app/registry_checks.h"
#include "app/sealer.h"
#include "app/too_busy.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// Each repetition means that another call registered the same account in between.
constexpr int kAttempts = 5;

absl::Status CheckPlaced(const v1::PlaceHoldRequest& in, const v1::Policy& policy,
                         absl::CivilDay today) {
  FieldErrors errors;
  errors.AddAll("hold.", CheckHold(in.hold(), in.request().empty(), policy, today));
  if (!in.request().empty() && !ParseRequestName(in.request()).ok())
    errors.AddInvalid("request", "is the name of a request, `requests/{id}`");
  return errors.ToStatus();
}

absl::Status CheckPlaced(const v1::PlaceHoldRequest& in, const v1::Policy& policy, absl::Time now) {
  absl::TimeZone zone;
  absl::LoadTimeZone(policy.time_zone(), &zone);
  return CheckPlaced(in, policy, DayOf(now, zone));
}

absl::StatusOr<storage::v1::RequestState> FindRequest(ReadView& view, const std::string& name) {
  DSR_ASSIGN_OR_RETURN(const RequestId request, ParseRequestName(name));
  absl::StatusOr<storage::v1::RequestState> state = view.FindRequest(request);
  if (absl::IsNotFound(state.status())) return ResourceNotFound(name);
  return state;
}

// The subject of a request, whatever has become of its account.
absl::StatusOr<SubjectRecord> SubjectOfRequest(ReadView& view, const std::string& name) {
  DSR_ASSIGN_OR_RETURN(const storage::v1::RequestState state, FindRequest(view, name));
  DSR_ASSIGN_OR_RETURN(const SubjectId subject, SubjectId::FromBytes(state.subject_id()));
  return view.FindSubjectById(subject);
}

}  // namespace

void Holds::Place(const v1::PlaceHoldRequest& in, CallContext context, ExecutionDone done) {
  absl::Status checked = CheckPlaced(in, parts_.policy, parts_.clock.Now());
  // A last day that has passed since is no reason to withhold a repeated call its stored answer.
  const bool is_wrong_for_ever = !CheckPlaced(in, parts_.policy, absl::CivilDay::min()).ok();
  if (!checked.ok() && is_wrong_for_ever) return done(std::move(checked));
  PlaceOnce(in, std::move(context), std::move(done), kAttempts);
}

void Holds::PlaceOnce(const v1::PlaceHoldRequest& in, CallContext context, ExecutionDone done,
                      int attempts_left) {
  const std::string owner = context.principal.name;
  const bool taken = pool_.Add(owner, [this, in, context = std::move(context), done,
                                       attempts_left] {
    struct Prepared {
      PreparedSubject subject;
      RecordId id;
      v1::Hold clear;
      std::string sealed;
      CommitHints hints;
    };
    const auto prepared = std::make_shared<Prepared>();
    const absl::Status read = parts_.store.Read([&](ReadView& view) -> absl::Status {
      if (in.request().empty()) {
        DSR_ASSIGN_OR_RETURN(prepared->subject,
                             parts_.subjects.Prepare(view, in.hold().subject_account()));
      } else {
        DSR_ASSIGN_OR_RETURN(prepared->subject.record, SubjectOfRequest(view, in.request()));
      }
      return absl::OkStatus();
    });
    if (!read.ok()) return done(read);
    const absl::StatusOr<SecretKey> key = parts_.keys.Key(prepared->subject.record.key_number);
    if (!key.ok()) return done(key.status());
    prepared->id = parts_.ids.Next<RecordId>();
    v1::Hold& clear = prepared->clear;
    clear = in.hold();
    clear.set_name(HoldName(prepared->id));
    clear.set_state(v1::Hold::STATE_ACTIVE);
    clear.set_placed_by(context.principal.name);
    clear.clear_lifted_by();
    clear.clear_lift_time();
    prepared->sealed = Seal(*key, prepared->id.bytes(), TakePersonal(clear));
    ExecuteAudited(
        parts_.store, parts_.clock, context, "hold_placed", clear.name(),
        [this, in, prepared](Transaction& transaction,
                             absl::Time now) -> absl::StatusOr<std::string> {
          DSR_RETURN_IF_ERROR(CheckPlaced(in, parts_.policy, now));
          if (in.request().empty())
            DSR_RETURN_IF_ERROR(Subjects::Confirm(transaction, prepared->subject));
          v1::Hold placed = prepared->clear;
          *placed.mutable_create_time() = ToTimestamp(now);
          const SubjectId& subject = prepared->subject.record.id;
          DSR_RETURN_IF_ERROR(transaction.PutHold(prepared->id, subject, placed, prepared->sealed));
          DSR_ASSIGN_OR_RETURN(prepared->hints, parts_.executor.Reconsider(transaction, subject));
          return placed.SerializeAsString();
        },
        [this, in, prepared, context, done, attempts_left](absl::StatusOr<ExecutionResult> result) {
          if (!IsSubjectChanged(result.status())) {
            return Finish(prepared->hints, std::move(result), done);
          }
          if (attempts_left <= 1) return done(TooBusy());
          PlaceOnce(in, context, done, attempts_left - 1);
        });
  });
  if (!taken) done(TooBusy());
}

void Holds::Lift(const v1::LiftHoldRequest& in, CallContext context, ExecutionDone done) {
  const absl::StatusOr<RecordId> id = ParseHoldName(in.name());
  if (!id.ok()) return done(id.status());
  const std::string by = context.principal.name;
  const auto hints = std::make_shared<CommitHints>();
  ExecuteAudited(
      parts_.store, parts_.clock, std::move(context), "hold_lifted", in.name(),
      [this, id = *id, by, hints](Transaction& transaction,
                                  absl::Time now) -> absl::StatusOr<std::string> {
        auto found = transaction.FindHold(id);
        if (absl::IsNotFound(found.status())) return ResourceNotFound(HoldName(id));
        DSR_RETURN_IF_ERROR(found.status());
        auto& [subject, hold] = *found;
        if (hold.state() == v1::Hold::STATE_LIFTED) {
          return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ALREADY_ENDED,
                           "the hold was lifted before; the call changes nothing",
                           {{"resource", hold.name()}});
        }
        hold.set_state(v1::Hold::STATE_LIFTED);
        hold.set_lifted_by(by);
        *hold.mutable_lift_time() = ToTimestamp(now);
        DSR_RETURN_IF_ERROR(transaction.PutHold(id, subject, hold, ""));
        DSR_ASSIGN_OR_RETURN(*hints, parts_.executor.Reconsider(transaction, subject));
        return hold.SerializeAsString();
      },
      [this, hints, done = std::move(done)](absl::StatusOr<ExecutionResult> result) {
        Finish(*hints, std::move(result), done);
      });
}

void Holds::Finish(const CommitHints& hints, absl::StatusOr<ExecutionResult> result,
                   const ExecutionDone& done) const {
  if (result.ok() && !result->replayed) parts_.executor.Announce(hints);
  done(std::move(result));
}

absl::StatusOr<std::vector<v1::Hold>> Holds::List(ReadView& view, const v1::ListHoldsRequest& in,
                                                  const std::optional<RecordId>& after,
                                                  int limit) const {
  if (!in.request().empty()) {
    DSR_ASSIGN_OR_RETURN(const storage::v1::RequestState state, FindRequest(view, in.request()));
    DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(state));
    return HoldsOf(view, scope, after, limit);
  }
  DSR_ASSIGN_OR_RETURN(const std::optional<SubjectScope> scope,
                       ScopeOfAccount(view, parts_.secrets.AccountHash(in.subject_account())));
  if (!scope.has_value()) return std::vector<v1::Hold>();
  return HoldsOf(view, *scope, after, limit);
}

}  // namespace dsr
