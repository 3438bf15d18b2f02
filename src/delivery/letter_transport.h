// Tells recipients that have no system: by a signed letter, as mail.
#ifndef DSR_DELIVERY_LETTER_TRANSPORT_H_
#define DSR_DELIVERY_LETTER_TRANSPORT_H_

#include "absl/time/time.h"
#include "delivery/letter_composer.h"
#include "delivery/letter_signer.h"
#include "dsr/delivery/transport.h"
#include "dsr/v1/policy.pb.h"

namespace dsr {

// Writes the letter from the template `notice-letter`, signs it (S/MIME), and hands it to the
// transport of messages; delivered means that this one took it. Who answers a letter answers a
// person. Codes of failure, beside those of the transport of messages for an `email`:
//
//   no-letter            the recipient is told another way; gives up
//   address-invalid      not a mail address in ASCII; gives up
//   template-missing     the template set has no such letter; not given up, the operator can add it
//   certificate-invalid  the company's certificate is not valid at the attempt's time; not given up
//   internal             the notice cannot be written as a letter, or not signed; gives up
//
// The Message-ID is made of the last part of the notice's name, so that a letter sent twice is
// known as one. One that is sent again on purpose, because it was delivered and nobody answered,
// has that with the time of the last delivery: mail servers throw away what has an id that they
// have seen, and of a reminder nobody would learn. A test's is `test-` and random digits.
//
// Thread-safe.
class LetterTransport : public NoticeTransport {
 public:
  // All of it outlives the transport.
  struct Parts {
    const v1::Policy& policy;
    const v1::TemplateSet& templates;
    absl::TimeZone zone;  // the policy's
    const LetterSigner& signer;
    MessageTransport& mail;
    // Thread-safe; may block on the database.
    RecipientTitles title_of;
  };

  explicit LetterTransport(Parts parts);

  DeliveryResult Deliver(const NoticeAttempt& attempt) override;

 private:
  const Parts parts_;
};

}  // namespace dsr

#endif  // DSR_DELIVERY_LETTER_TRANSPORT_H_
