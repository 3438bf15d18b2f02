// A file of webhook secrets, as an operator writes it.
#ifndef DSR_TESTS_UNIT_DELIVERY_WEBHOOK_SECRETS_FILE_H_
#define DSR_TESTS_UNIT_DELIVERY_WEBHOOK_SECRETS_FILE_H_

#include <memory>
#include <string>

#include "dsr/base/file.h"
#include "dsr/delivery/webhook_key_ring.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {

// Writes the file, and opens rings on it. Not thread-safe.
class WebhookSecretsFile {
 public:
  std::string path() const { return folder_.File("webhook-secrets.textproto"); }
  SimulatedClock& clock() { return clock_; }

  // Puts a new file in the place of the old one.
  void Write(const std::string& text) { EXPECT_THAT(WriteFileAtomically(path(), text), IsOk()); }

  // The line of one secret.
  static std::string Secret(const std::string& id, const std::string& key) {
    return "secrets { id: \"" + id + "\" keys: \"" + key + "\" }\n";
  }

  // Opens a ring on the file, whose clock stands still.
  std::unique_ptr<WebhookKeyRing> Open() {
    auto ring = WebhookKeyRing::Open(path(), clock_);
    EXPECT_THAT(ring, IsOk());
    return *std::move(ring);
  }
  // The same with this text in the file.
  std::unique_ptr<WebhookKeyRing> Open(const std::string& text) {
    Write(text);
    return Open();
  }

 private:
  const TempDir folder_;
  SimulatedClock clock_{absl::FromUnixSeconds(1772323200)};
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_WEBHOOK_SECRETS_FILE_H_
