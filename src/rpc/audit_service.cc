// AuditService: the audit log, shown, proved and verified.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "app/deletion_certificate.h"
#include "app/inclusion_proof.h"
#include "app/leaf_record.h"
#include "dsr/base/errors.h"
#include "dsr/base/log_checkpoint.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/audit_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/public_views.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

// Those of some weeks, one an hour; more would not fit into a message.
constexpr int kMostCheckpoints = 1000;

void ListAuditEvents(const std::shared_ptr<UnaryCall>& call, const v1::ListAuditEventsRequest& in) {
  if (in.first_index() < 0) {
    return call->Fail(
        MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "first_index", "leaves are counted from 0"));
  }
  const absl::StatusOr<PageOf> page = ReadPage(*call, in);
  if (!page.ok()) return call->Fail(page.status());
  AnswerFromStore<v1::ListAuditEventsResponse>(
      call,
      [call, in, page = *page](ReadView& view) -> absl::StatusOr<v1::ListAuditEventsResponse> {
        v1::ListAuditEventsResponse out;
        int64_t first = in.first_index();
        if (!page.after.empty() && absl::SimpleAtoi(page.after, &first)) ++first;
        DSR_ASSIGN_OR_RETURN(std::vector<AuditLeaf> leaves,
                             view.ListLeaves(first, page.size + 1, /*with_records=*/true));
        out.set_next_page_token(EndPage<v1::ListAuditEventsRequest, AuditLeaf>(
            *call, in, page, leaves,
            [](const AuditLeaf& leaf) { return absl::StrCat(leaf.index); }));
        for (const AuditLeaf& leaf : leaves) *out.add_audit_events() = PublicLeaf(leaf);
        return out;
      });
}

void GetCheckpoint(const std::shared_ptr<UnaryCall>& call, const v1::GetCheckpointRequest&) {
  AnswerFromStore<v1::Checkpoint>(call, [call](ReadView& view) {
    const RpcParts& parts = call->context().parts();
    return MakeCheckpoint(view, InstallationSigner(parts.secrets), parts.clock.Now());
  });
}

absl::StatusOr<LogVerification> VerificationOf(const v1::VerifyLogRequest& in,
                                               const ServerSecrets& secrets) {
  if (in.checkpoints_size() > kMostCheckpoints) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "checkpoints",
                          absl::StrCat("at most ", kMostCheckpoints, " at once"));
  }
  const absl::StatusOr<NoteVerifier> verifier = NoteVerifier::Parse(
      in.verifier_key().empty() ? InstallationSigner(secrets).verifier_key() : in.verifier_key());
  if (!verifier.ok()) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "verifier_key",
                          "must be a key of the form name+id+key");
  }
  LogVerification verification;
  for (const std::string& note : in.checkpoints()) {
    DSR_ASSIGN_OR_RETURN(LogCheckpoint checkpoint, OpenCheckpoint(note, *verifier));
    verification.checkpoints.push_back(std::move(checkpoint));
  }
  return verification;
}

void VerifyWholeLog(const std::shared_ptr<UnaryCall>& call, const v1::VerifyLogRequest& in) {
  absl::StatusOr<LogVerification> verification =
      VerificationOf(in, call->context().parts().secrets);
  if (!verification.ok()) return call->Fail(verification.status());
  const bool taken =
      call->context().RunLong(call->principal(), [call, verification = *std::move(verification)] {
        if (call->is_over()) return;
        const absl::StatusOr<v1::VerifyLogResponse> out =
            VerifyLog(call->context().parts().store, verification);
        if (out.ok()) {
          call->Succeed(*out);
        } else {
          call->Fail(out.status());
        }
      });
  if (!taken) call->Fail(TooBusy());
}

absl::Status NoSuchLeaf(absl::string_view what) {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                   absl::StrCat("the audit log has no ", what));
}

absl::StatusOr<AuditLeaf> FindLeaf(ReadView& view, const v1::ProveInclusionRequest& in) {
  if (in.has_leaf()) {
    DSR_ASSIGN_OR_RETURN(std::vector<AuditLeaf> leaves,
                         view.ListLeaves(in.leaf(), 1, /*with_records=*/true));
    if (leaves.empty() || leaves[0].index != in.leaf()) {
      return NoSuchLeaf(absl::StrCat("leaf ", in.leaf()));
    }
    return std::move(leaves[0]);
  }
  DSR_ASSIGN_OR_RETURN(const RequestId id, ParseRequestName(in.request()));
  DSR_ASSIGN_OR_RETURN(std::optional<AuditLeaf> leaf, view.FindEventLeaf(id, in.sequence()));
  if (!leaf.has_value()) {
    return NoSuchLeaf(absl::StrCat("event ", in.sequence(), " of ", RequestName(id)));
  }
  return *std::move(leaf);
}

absl::Status CheckProveInclusion(const v1::ProveInclusionRequest& in) {
  const bool names_event = !in.request().empty() || in.sequence() != 0;
  if (in.has_leaf() == names_event) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "leaf",
                          "give either the leaf, or request and sequence");
  }
  if (!names_event) return absl::OkStatus();
  FieldErrors errors;
  if (const absl::StatusOr<RequestId> id = ParseRequestName(in.request()); !id.ok()) {
    errors.AddInvalid("request", "must be requests/{id}");
  }
  if (in.sequence() < 1) errors.AddInvalid("sequence", "events are counted from 1");
  return errors.ToStatus();
}

// What an event says of its request tells whether the company knows the account, which nobody
// learns who did not prove to be its owner; proofs are for those outside.
absl::StatusOr<bool> MayLeaveWithItsRecord(ReadView& view, const AuditLeaf& leaf) {
  if (!leaf.request.has_value()) return true;
  DSR_ASSIGN_OR_RETURN(const storage::v1::RequestState state, view.FindRequest(*leaf.request));
  return WasVerified(state);
}

void ProveOneInclusion(const std::shared_ptr<UnaryCall>& call,
                       const v1::ProveInclusionRequest& in) {
  if (absl::Status status = CheckProveInclusion(in); !status.ok()) return call->Fail(status);
  AnswerFromStore<v1::InclusionProof>(
      call, [call, in](ReadView& view) -> absl::StatusOr<v1::InclusionProof> {
        DSR_ASSIGN_OR_RETURN(const AuditLeaf leaf, FindLeaf(view, in));
        DSR_ASSIGN_OR_RETURN(const bool with_record, MayLeaveWithItsRecord(view, leaf));
        const RpcParts& parts = call->context().parts();
        return ProveInclusion(view, InstallationSigner(parts.secrets), parts.clock.Now(), leaf,
                              with_record);
      });
}

}  // namespace

void AddAuditMethods(RpcService& service) {
  service.Unary<v1::ListAuditEventsRequest>("ListAuditEvents", ListAuditEvents);
  service.Unary<v1::GetCheckpointRequest>("GetCheckpoint", GetCheckpoint);
  service.Unary<v1::VerifyLogRequest>("VerifyLog", VerifyWholeLog);
  service.Unary<v1::ProveInclusionRequest>("ProveInclusion", ProveOneInclusion);
}

}  // namespace dsr
