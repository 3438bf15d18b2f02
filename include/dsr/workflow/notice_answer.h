// What recipients may answer, whatever the state of the notice.
#ifndef DSR_WORKFLOW_NOTICE_ANSWER_H_
#define DSR_WORKFLOW_NOTICE_ANSWER_H_

#include "absl/status/status.h"
#include "dsr/v1/notice.pb.h"

namespace dsr {

// Tells whether `objection` has a ground and a law of one line each, and a day of the calendar
// where it has one. Errors: INVALID_ARGUMENT with every wrong field, such as `objection.law`.
absl::Status ValidateObjection(const v1::Objection& objection);

// The same for an answer; one without any is INVALID_ARGUMENT FIELD_MISSING.
absl::Status ValidateAnswer(const v1::NoticeAnswer& answer);

// Tells whether a reason and a proof of one line each are given.
absl::Status ValidateImpossibility(const v1::Impossibility& impossibility);

}  // namespace dsr

#endif  // DSR_WORKFLOW_NOTICE_ANSWER_H_
