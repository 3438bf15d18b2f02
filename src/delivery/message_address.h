// Who may get a message.
#ifndef DSR_DELIVERY_MESSAGE_ADDRESS_H_
#define DSR_DELIVERY_MESSAGE_ADDRESS_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/message.pb.h"
#include "dsr/v1/request.pb.h"
#include "dsr/v1/verification.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// The template of one-time codes.
inline constexpr absl::string_view kCodeTemplate = "verification-code";

// Tells whether `message` brings a one-time code.
inline bool IsCodeMessage(const v1::Message& message) {
  return message.template_() == kCodeTemplate;
}

// Returns where `message` may go by the rules of MessageDispatcher, or null when nowhere. Valid as
// long as `record`, which has its personal fields.
const v1::Contact* AddressOf(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                             const v1::Message& message);

// Returns the verification that a message's code belongs to; null when the code no longer counts at
// `now`: the verification is decided, superseded or over, or a later code was asked for.
const v1::Verification* VerificationOfCode(const storage::v1::RequestRecord& record,
                                           const v1::Message& message, absl::Time now);

}  // namespace dsr

#endif  // DSR_DELIVERY_MESSAGE_ADDRESS_H_
