// One subject's other requests, as far as they bear on this one (PRODUCT.md, "Conflicts"); where
// accounts were merged, also those of the other account that are about this one's data, or this one
// about theirs.
#ifndef DSR_WORKFLOW_SIBLINGS_H_
#define DSR_WORKFLOW_SIBLINGS_H_

#include <string>
#include <vector>

#include "dsr/storage/v1/event.pb.h"
#include "workflow/proof.h"

namespace dsr {

// True when another open request still needs data that this one would erase, until the last day
// before this one is due.
bool IsDataNeeded(const Circumstances& at);

// Names of open requests by somebody else who may act for the subject, for data that this one would
// erase, against which nobody has decided yet.
std::vector<std::string> Conflicts(const Circumstances& at);

// Names of open requests that dispute what is recorded in that category, so that it must be kept
// until they are answered (LAW.md case 34).
std::vector<std::string> Disputes(const Circumstances& at, const std::string& category);

// True while an open request that is not overdue still needs the data of that category, which this
// one has kept until its term ended.
bool IsReadByAnother(const Circumstances& at, const std::string& category);

// The request that this one is linked to, or null.
const storage::v1::RequestState* FindFirst(const Circumstances& at);

// The oldest open request for the same by the same requester that is proved and not linked itself,
// or null.
const storage::v1::RequestState* FindSame(const Circumstances& at);

// The same for what is being filed, where requesters are not verified.
const storage::v1::RequestState* FindSame(const storage::v1::RequestFiled& filed,
                                          const Facts& facts);

// True when the sibling is a request of a subject that `state` is about. One that is not, filed
// after the subject's account was merged, tells more than `state` was verified for (LAW.md case 9).
bool IsWithinScope(const storage::v1::RequestState& sibling,
                   const storage::v1::RequestState& state);

// True where another request is erasing the data of that category, or has since this one was filed:
// nothing of it is to be used again.
bool IsErasedElsewhere(const Circumstances& at, const std::string& category);

// True where a request that was answered since this one was filed erased all that was held of that
// category.
bool IsErasedSince(const Circumstances& at, const std::string& category);

// True while the sibling is a restriction that is in force: until the systems are told to lift it,
// before which the subject is told.
bool IsRestrictionInForce(const storage::v1::RequestState& sibling);

// True where an open request of the subject restricts that category, or one keeps it restricted for
// a law or a hold (PIPL 44 and 47).
bool IsRestrictedElsewhere(const Circumstances& at, const std::string& category);

// True on the last day of the answer's period, and not after it.
bool IsLastDay(const Circumstances& at);

// Which request of its type this one is, within the rule's window before its receipt and since what
// is held last changed at the subject's wish. Whoever was
// not verified may be anybody, and does not count.
int CountRepeats(const storage::v1::RequestFiled& filed, const Facts& facts, absl::Time from);

}  // namespace dsr

#endif  // DSR_WORKFLOW_SIBLINGS_H_
