#include "dsr/delivery/webhook_key_ring.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/base/text_file.h"
#include "dsr/config/v1/config.pb.h"

namespace dsr {
namespace {

absl::Status InvalidSecretFile(absl::string_view id, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("webhook secret `", id, "`", what));
}

}  // namespace

WebhookKeyRing::WebhookKeyRing(std::string path, const Clock& clock)
    : path_(std::move(path)), clock_(clock) {}

absl::StatusOr<std::unique_ptr<WebhookKeyRing>> WebhookKeyRing::Open(std::string path,
                                                                     const Clock& clock) {
  std::unique_ptr<WebhookKeyRing> ring(new WebhookKeyRing(std::move(path), clock));
  if (ring->path_.empty()) return ring;
  MutexLock lock(ring->mutex_);
  // Before it is read: what changes in between is then seen the next time.
  ring->version_ = VersionOfFile(ring->path_);
  ring->look_time_ = clock.Now();
  DSR_ASSIGN_OR_RETURN(ring->signers_, Load(ring->path_));
  return ring;
}

std::shared_ptr<const WebhookSigner> WebhookKeyRing::Find(absl::string_view secret_id) {
  if (path_.empty()) return nullptr;
  MutexLock lock(mutex_);
  std::shared_ptr<const WebhookSigner> found = Known(secret_id);
  const absl::Duration since = clock_.Now() - look_time_;
  const absl::Duration interval = found == nullptr ? kUnknownLookInterval : kLookInterval;
  // A clock that was set back must not keep it from looking.
  if (since >= absl::ZeroDuration() && since < interval) return found;
  Look();
  return Known(secret_id);
}

std::shared_ptr<const WebhookSigner> WebhookKeyRing::Known(absl::string_view secret_id) const {
  const auto signer = signers_.find(secret_id);
  return signer == signers_.end() ? nullptr : signer->second;
}

void WebhookKeyRing::Look() {
  look_time_ = clock_.Now();
  const FileVersion version = VersionOfFile(path_);
  if (version == version_) return;
  version_ = version;
  absl::StatusOr<Signers> signers = Load(path_);
  if (!signers.ok()) {
    // The text is ours, and names a line or an id.
    Log(LogLevel::kWarning, "webhook_secrets_invalid",
        {{"reason", ErrorReasonName(ReasonOf(signers.status()))},
         {"finding", std::string(signers.status().message())}});
    return;
  }
  signers_ = *std::move(signers);
  Log(LogLevel::kInfo, "webhook_secrets_read", {{"secrets", signers_.size()}});
}

absl::StatusOr<WebhookKeyRing::Signers> WebhookKeyRing::Load(const std::string& path) {
  config::v1::WebhookSecrets file;
  DSR_RETURN_IF_ERROR(ReadTextFile(path, file));
  Signers signers;
  for (const config::v1::WebhookSecret& secret : file.secrets()) {
    absl::StatusOr<WebhookSigner> signer =
        WebhookSigner::Create(std::vector<std::string>(secret.keys().begin(), secret.keys().end()));
    if (!signer.ok()) {
      return InvalidSecretFile(secret.id(), absl::StrCat(": ", signer.status().message()));
    }
    if (!signers.emplace(secret.id(), std::make_shared<WebhookSigner>(*std::move(signer))).second) {
      return InvalidSecretFile(secret.id(), " stands twice in the file");
    }
  }
  return signers;
}

}  // namespace dsr
