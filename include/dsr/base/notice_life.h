// The life of a notice: a small machine, the same for the core that decides and the store that
// keeps.
//
//   PENDING ----deliver----> SENT --acknowledge--> ACKNOWLEDGED --complete--> COMPLETED *
//    ^  |                     |                     |
//    |  +--give up--> FAILED -+---------------------+--object--> OBJECTED --accept--> OBJECTED *
//    |                  |                                           |
//    +----- retry ------+                                           |
//    +------------------------- reject -----------------------------+
//
//   EXEMPT *      from the beginning: a law, or the subject's own authorisation, says so
//   CANCELLED *   from any open state: the company takes it back
//   SUPERSEDED *  from PENDING and FAILED: another notice says the same and more
//   IMPOSSIBLE *  from any open state that is FAILED or overdue: a person recorded why
//
// * the duty has ended; everything else is open. Acknowledged is not completed, and an objection
// ends nothing until a person accepted it. Beside its state a notice can be overdue, which it
// stays, and wait for a redelivery: SENT and ACKNOWLEDGED notices are delivered again as a
// reminder, under the same id. FAILED ones are tried once a day until they are due. A notice that
// moves to a successor is PENDING again.
#ifndef DSR_BASE_NOTICE_LIFE_H_
#define DSR_BASE_NOTICE_LIFE_H_

#include <string>

#include "dsr/v1/notice.pb.h"

namespace dsr {

// What can happen to an open notice. Nothing happens to one that has ended.
enum class NoticeStep {
  kDeliver,      // a transport delivered it, or its recipient fetched it
  kGiveUp,       // a way to deliver it failed for good
  kAcknowledge,  // the recipient has seen it
  kComplete,     // the recipient has done it
  kObject,       // the recipient refuses
  kDecide,       // a person accepts or rejects the objection
  kRetry,        // a person has it delivered after it failed
  kResend,       // a person has it delivered again
  kRemind,       // the recipient is reminded
  kSupersede,    // another notice takes its place
  kDeclareImpossible,
};

// True when the duty has ended.
bool HasEnded(const v1::Notice& notice);

// Since when its recipient has it: since its making, or since a takeover.
google::protobuf::Timestamp SinceWhen(const v1::Notice& notice);

// True when an objection waits for a person's decision.
bool AwaitsDecision(const v1::Notice& notice);

// True when it is to be delivered, at once or later: it belongs into the outbox.
bool AwaitsDelivery(const v1::Notice& notice);

// True when a person must do something: it is open and failed, is overdue, or an objection waits.
bool NeedsPerson(const v1::Notice& notice);

// Tells whether `step` may be taken now.
bool Allows(const v1::Notice& notice, NoticeStep step);

// Where it waits in the outbox: its recipient, and whether the usual way or the fallback is used.
// Notices of one lane are delivered in turn, those of different lanes independently.
std::string OutboxLane(const v1::Notice& notice);

}  // namespace dsr

#endif  // DSR_BASE_NOTICE_LIFE_H_
