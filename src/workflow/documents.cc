#include "workflow/documents.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

constexpr char kTimerPrefix[] = "evidence-purge-";

bool IsKept(const v1::Evidence& evidence) {
  return !evidence.document_sha256().empty() && !evidence.document_purged();
}

void EmitPurged(Deciding& deciding, const Id128& id) {
  storage::v1::Event event;
  event.mutable_evidence_purged()->set_evidence_id(std::string(id.bytes()));
  deciding.Emit(std::move(event));
}

}  // namespace

void BeginPurgeTimer(Deciding& deciding, absl::string_view evidence_id, absl::Time due) {
  const auto id = Id128::FromBytes(evidence_id);
  if (!id.ok()) return;
  storage::v1::Event event;
  event.mutable_timer_set()->set_name(absl::StrCat(kTimerPrefix, id->ToString()));
  *event.mutable_timer_set()->mutable_due_time() = ToTimestamp(due);
  deciding.Emit(std::move(event));
}

bool PurgeDocument(Deciding& deciding, absl::string_view timer) {
  if (!absl::ConsumePrefix(&timer, kTimerPrefix)) return false;
  const auto id = Id128::Parse(timer);
  if (id.ok()) EmitPurged(deciding, *id);
  return true;
}

void PurgeDocuments(Deciding& deciding) {
  std::vector<Id128> kept;
  for (const v1::Verification& verification : deciding.state().verifications()) {
    for (const v1::Evidence& evidence : verification.evidence()) {
      const auto id = Id128::Parse(evidence.id());
      if (id.ok() && IsKept(evidence)) kept.push_back(*id);
    }
  }
  for (const Id128& id : kept) EmitPurged(deciding, id);
}

}  // namespace dsr
