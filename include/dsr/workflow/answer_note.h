// Answers that a person writes.
#ifndef DSR_WORKFLOW_ANSWER_NOTE_H_
#define DSR_WORKFLOW_ANSWER_NOTE_H_

#include "dsr/v1/request.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// True when the answer that RespondToRequest would send now consists of the caller's note: every
// template that it could be made from has the note whether there is one or not. False where the
// request cannot be answered now.
bool AnswerNeedsNote(const Rulebook& rulebook, const v1::Request& request);

}  // namespace dsr

#endif  // DSR_WORKFLOW_ANSWER_NOTE_H_
