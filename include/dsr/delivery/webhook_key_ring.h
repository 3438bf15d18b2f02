// The secrets of all endpoints, as the operator's file has them at the moment.
#ifndef DSR_DELIVERY_WEBHOOK_KEY_RING_H_
#define DSR_DELIVERY_WEBHOOK_KEY_RING_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/base/watched_files.h"
#include "dsr/delivery/webhook_signer.h"

namespace dsr {

// Reads the file of webhook secrets (config.proto, WebhookSecrets), and reads it again when it has
// changed, so that a secret is rotated without a restart. A file that cannot be used any more is
// logged once, as `webhook_secrets_invalid`, and the secrets that were read before stay in force.
// Thread-safe.
class WebhookKeyRing {
 public:
  // How often it looks whether the file changed: for a secret that it knows, and for one that it
  // does not, which may just have been added.
  static constexpr absl::Duration kLookInterval = absl::Seconds(1);
  static constexpr absl::Duration kUnknownLookInterval = absl::Milliseconds(100);

  // Reads the file at `path`; without a path there are no secrets. `clock` outlives the ring.
  // Errors: FAILED_PRECONDITION INSTALLATION_INVALID when the file cannot be read, an id stands
  // twice, or a secret is one that WebhookSigner::Create refuses; never with a secret in the text.
  static absl::StatusOr<std::unique_ptr<WebhookKeyRing>> Open(std::string path, const Clock& clock);

  // The signer with the secrets of `secret_id`; null when there are none. Blocks on the disk when
  // the file is looked at.
  std::shared_ptr<const WebhookSigner> Find(absl::string_view secret_id);

 private:
  using Signers = std::map<std::string, std::shared_ptr<const WebhookSigner>, std::less<>>;

  WebhookKeyRing(std::string path, const Clock& clock);

  static absl::StatusOr<Signers> Load(const std::string& path);

  std::shared_ptr<const WebhookSigner> Known(absl::string_view secret_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Look() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const Clock& clock_;

  mutable Mutex mutex_;
  Signers signers_ ABSL_GUARDED_BY(mutex_);
  // Of the file that was read last, usable or not.
  FileVersion version_ ABSL_GUARDED_BY(mutex_);
  absl::Time look_time_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace dsr

#endif  // DSR_DELIVERY_WEBHOOK_KEY_RING_H_
