#include "dsr/base/crypto.h"
#include "dsr/base/ids.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/evolve_children.h"

namespace dsr {

using storage::v1::Event;
using storage::v1::RequestRecord;

void EvolveMessage(RequestRecord& record, const Event& event) {
  if (event.has_message_queued()) {
    const auto& queued = event.message_queued();
    const RequestId request = IdOf(record);
    v1::Message& message = *record.add_messages();
    const auto id = MessageId::FromBytes(queued.message_id());
    if (id.ok()) message.set_name(MessageName(request, *id));
    message.set_template_(queued.template_());
    message.set_language(queued.language());
    message.set_audience(queued.to_requester() ? v1::Message::AUDIENCE_REQUESTER
                                               : v1::Message::AUDIENCE_SUBJECT);
    if (queued.to_representative()) message.set_audience(v1::Message::AUDIENCE_REPRESENTATIVE);
    message.set_state(v1::Message::STATE_PENDING);
    *message.mutable_create_time() = event.time();
    const auto verification = VerificationId::FromBytes(queued.verification_id());
    if (verification.ok()) message.set_verification(VerificationName(request, *verification));
    message.set_send_number(queued.send_number());
    message.set_second_channel(queued.second_channel());
  } else if (event.has_message_sent()) {
    if (auto* message = FindMessage(record, event.message_sent().message_id())) {
      message->set_state(v1::Message::STATE_SENT);
      // Whoever acts for the subject is told in its place.
      if (message->audience() != v1::Message::AUDIENCE_REQUESTER && message->verification().empty())
        record.mutable_state()->set_subject_told(true);
      *message->mutable_end_time() = event.time();
      message->set_text_sha256(HexEncode(event.message_sent().text_sha256()));
      message->set_attempts(event.message_sent().attempts());
    }
  } else if (event.has_message_failed()) {
    if (auto* message = FindMessage(record, event.message_failed().message_id())) {
      message->set_state(event.message_failed().no_address() ? v1::Message::STATE_NO_ADDRESS
                                                             : v1::Message::STATE_FAILED);
      *message->mutable_end_time() = event.time();
      message->set_attempts(event.message_failed().attempts());
    }
  }
}

}  // namespace dsr
