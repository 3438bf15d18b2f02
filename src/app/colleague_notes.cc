#include "app/colleague_notes.h"

#include <string>
#include <utility>

namespace dsr {
namespace {

using storage::v1::Event;

// The action and what was written with it; nothing is written with most.
std::pair<const char*, std::string> Written(const Event& event) {
  switch (event.payload_case()) {
    case Event::kRequestAssessed:
      return {"AssessRequest", event.request_assessed().internal_note()};
    case Event::kRefusalProposed:
      return {"ProposeRefusal", event.refusal_proposed().internal_note()};
    case Event::kRefusalDecided:
      return {"RejectRefusal", event.refusal_decided().reason()};
    case Event::kRequestWithdrawn:
      return {"WithdrawRequest", event.request_withdrawn().reason()};
    case Event::kVerificationRevoked:
      return {"RevokeVerification", event.verification_revoked().reason()};
    case Event::kFileAccessApproved:
      return {"ApproveFileAccess", event.file_access_approved().reason()};
    case Event::kRequestMigrated:
      return {"MigrateRequest", event.request_migrated().reason()};
    case Event::kDeadlineMoved:
      return {"ExtendDeadline", event.deadline_moved().reason()};
    case Event::kRequestAssigned:
      return {"HandOverRequest", event.request_assigned().note()};
    case Event::kConflictDecided:
      return {"DecideConflict", event.conflict_decided().reason()};
    default:
      return {"", ""};
  }
}

}  // namespace

std::vector<v1::Note> NotesOf(const std::vector<Event>& events) {
  std::vector<v1::Note> notes;
  for (const Event& event : events) {
    auto [action, text] = Written(event);
    if (text.empty()) continue;
    v1::Note& note = notes.emplace_back();
    *note.mutable_create_time() = event.time();
    note.set_author(event.actor());
    note.set_action(action);
    note.set_text(std::move(text));
  }
  return notes;
}

}  // namespace dsr
