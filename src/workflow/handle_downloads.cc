#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "workflow/handlers.h"
#include "workflow/proof.h"
#include "workflow/workflow_errors.h"

namespace dsr {
namespace {

using storage::v1::Event;

absl::Status GrantInvalid() {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_GRANT_INVALID,
                   "the download grant is unknown, used, expired or bound to another caller", {});
}

bool GrantIsOpen(const Circumstances& at) {
  const v1::Package& package = at.request().package();
  return !at.state.grant_id().empty() && package.has_grant_expire_time() &&
         at.now() < FromTimestamp(package.grant_expire_time());
}

// The caller that took the first byte goes on.
bool Resumes(const Circumstances& at) {
  const v1::Package& package = at.request().package();
  return package.state() == v1::Package::STATE_DOWNLOADING && package.bound_to() == at.actor().name;
}

}  // namespace

absl::Status CheckDownload(const Circumstances& at) {
  const bool is_ready = at.request().package().state() == v1::Package::STATE_READY;
  if (!GrantIsOpen(at) || (!is_ready && !Resumes(at))) return GrantInvalid();
  // Authority is tested again at the download: a power may have ended since the answer.
  const v1::AssuranceLevel level = at.rulebook.workflow.least_level();
  return IsProved(at, level) ? absl::OkStatus() : NotProved(at, level);
}

absl::Status Handle(Deciding& deciding, const BeginDownload&) {
  DSR_RETURN_IF_ERROR(CheckDownload(deciding.circumstances()));
  if (Resumes(deciding.circumstances())) return absl::OkStatus();
  Event event;
  event.mutable_download_begun();
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

absl::Status Handle(Deciding& deciding, const FinishDownload&) {
  if (!Resumes(deciding.circumstances())) return GrantInvalid();
  Event event;
  event.mutable_download_finished();
  deciding.Emit(std::move(event));
  return absl::OkStatus();
}

}  // namespace dsr
