// Signs letters in the company's name.
#ifndef DSR_DELIVERY_LETTER_SIGNER_H_
#define DSR_DELIVERY_LETTER_SIGNER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr {

// Where certificate and key are, as LetterSigning of config.proto names them.
struct LetterSignerFiles {
  // The certificate, in PEM, followed by those it is issued by, if any.
  std::string certificate_file;
  // Its private key (RSA or EC), in PEM without a passphrase, readable by its owner only.
  std::string key_file;
};

// The company's certificate for signed mail and its key. Immutable; thread-safe.
class LetterSigner {
 public:
  // Reads both files; `now` is by the server's clock. Blocks on the disk. Errors:
  // FAILED_PRECONDITION INSTALLATION_INVALID naming the key of the configuration and never what
  // the file holds, when a file is missing or is no PEM, the key may be read by others, has a
  // passphrase, is not that of the certificate or cannot sign letters, or the certificate is not
  // for mail, or not valid at `now`.
  static absl::StatusOr<std::unique_ptr<LetterSigner>> Open(const LetterSignerFiles& files,
                                                            absl::Time now);

  LetterSigner(const LetterSigner&) = delete;
  LetterSigner& operator=(const LetterSigner&) = delete;
  ~LetterSigner();

  // Tells whether the certificate is valid at `now`. Who gets a letter signed with one that is not
  // is warned of a forgery.
  bool IsValidAt(absl::Time now) const;

  // Returns a detached signature (CMS, SHA-256, DER) over exactly the bytes of `content`, with the
  // certificates and, as signing time, `now`. Errors: INTERNAL when the library fails.
  absl::StatusOr<std::string> Sign(absl::string_view content, absl::Time now) const;

 private:
  struct Identity;

  explicit LetterSigner(std::unique_ptr<Identity> identity);

  const std::unique_ptr<const Identity> identity_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_LETTER_SIGNER_H_
