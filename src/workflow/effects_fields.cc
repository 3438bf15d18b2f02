// What a deletion leaves of a correction.
#include <algorithm>
#include <string>

#include "workflow/effects.h"
#include "workflow/siblings.h"

namespace dsr {
namespace {

// Still to be corrected, or decided.
bool IsOpen(const v1::FieldCorrection& field) {
  return field.decision() == v1::FIELD_DECISION_UNSPECIFIED ||
         field.decision() == v1::FIELD_DECISION_ACCEPTED;
}

}  // namespace

bool SupersedeFields(Deciding& deciding) {
  if (deciding.request().phase() != v1::PHASE_ASSESSMENT) return false;
  bool any = false;
  // By value: each event changes what it is about.
  const v1::CorrectionDetails correction = deciding.request().correction();
  for (int i = 0; i < correction.fields_size(); ++i) {
    const v1::FieldCorrection& field = correction.fields(i);
    if (!IsOpen(field) || !IsErasedSince(deciding.circumstances(), field.category())) continue;
    storage::v1::Event event;
    event.mutable_field_decided()->set_index(i);
    event.mutable_field_decided()->set_decision(v1::FIELD_DECISION_SUPERSEDED);
    deciding.Emit(std::move(event));
    any = true;
  }
  return any;
}

}  // namespace dsr
