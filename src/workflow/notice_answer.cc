#include "dsr/workflow/notice_answer.h"

#include "absl/time/civil_time.h"
#include "dsr/base/errors.h"
#include "dsr/base/text_checks.h"

namespace dsr {
namespace {

bool IsDay(const v1::Date& day) {
  const absl::CivilDay civil(day.year(), day.month(), day.day());
  return day.year() >= 1 && day.year() <= 9999 && civil.year() == day.year() &&
         civil.month() == day.month() && civil.day() == day.day();
}

}  // namespace

absl::Status ValidateObjection(const v1::Objection& objection) {
  FieldErrors errors;
  CheckLine(objection.ground(), "objection.ground", 1, 60, errors);
  CheckLine(objection.law(), "objection.law", 1, 200, errors);
  if (objection.has_until() && !IsDay(objection.until()))
    errors.AddInvalid("objection.until", "is a day of the calendar");
  return errors.ToStatus();
}

absl::Status ValidateAnswer(const v1::NoticeAnswer& answer) {
  switch (answer.answer_case()) {
    case v1::NoticeAnswer::kAcknowledged:
      return absl::OkStatus();
    case v1::NoticeAnswer::kCompleted:
      if (answer.completed().records() >= 0) return absl::OkStatus();
      return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "records", "must not be negative");
    case v1::NoticeAnswer::kObjected:
      return ValidateObjection(answer.objected().objection());
    case v1::NoticeAnswer::ANSWER_NOT_SET:
      break;
  }
  return MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "answer",
                        "is required: acknowledged, completed or objected");
}

absl::Status ValidateImpossibility(const v1::Impossibility& impossibility) {
  FieldErrors errors;
  CheckLine(impossibility.reason(), "impossibility.reason", 1, 400, errors);
  CheckLine(impossibility.proof(), "impossibility.proof", 1, 400, errors);
  return errors.ToStatus();
}

}  // namespace dsr
