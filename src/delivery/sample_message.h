// Invented data that a template can be previewed with.
#ifndef DSR_DELIVERY_SAMPLE_MESSAGE_H_
#define DSR_DELIVERY_SAMPLE_MESSAGE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "delivery/letter_composer.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/notice.pb.h"
#include "dsr/v1/policy.pb.h"
#include "dsr/v1/registry.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// A request of nobody, with something for every variable of message_variables.h.
struct MessageSample {
  storage::v1::RequestRecord record;
  std::vector<v1::Recipient> recipients;
  std::vector<v1::Disclosure> disclosures;
  std::vector<v1::Consent> consents;
};

// Returns the sample for messages in `language` of requests under `rulebook`, received at `now`.
// Its categories and laws are those of the policy; everything that would be a person's, a
// caseworker's or a recipient's says that it is a sample.
MessageSample MakeMessageSample(const Rulebook& rulebook, absl::string_view language,
                                absl::Time now);

// A notice to nobody about nobody, with something for most variables of letter_composer.h.
struct LetterSample {
  v1::Recipient recipient;
  v1::Notice notice;
  RecipientTitles title_of;
};

// Returns the sample for letters in `language`: an instruction to delete all categories of the
// policy, made at `now`.
LetterSample MakeLetterSample(const v1::Policy& policy, absl::TimeZone zone,
                              absl::string_view language, absl::Time now);

}  // namespace dsr

#endif  // DSR_DELIVERY_SAMPLE_MESSAGE_H_
