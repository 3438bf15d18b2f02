// What the API shows of what is stored.
#ifndef DSR_RPC_PUBLIC_VIEWS_H_
#define DSR_RPC_PUBLIC_VIEWS_H_

#include <string>

#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/request_service.pb.h"

namespace dsr {

// True once the requester's identity, and its authority where it acts for another, was proved; what
// was taken back since still counts. Before that no answer may differ between an account that the
// company knows and one that it does not (LAW.md case 10). What the company does of its own accord
// has nobody to hide from.
bool WasVerified(const storage::v1::RequestState& state);

// True when the request is due to somebody. What the company does of its own accord is not; in what
// was stored first the zero of 1970 stands for that.
bool HasDueTime(const v1::Request& request);

// Takes the days out of a request that is due to nobody.
void DropMissingDays(v1::Request& request);

// The request without personal fields, with its etag; until it was verified also without what the
// company knows of the account.
v1::Request PublicRequest(const storage::v1::RequestState& state);

// One line of the history. Its details are the payload's plain fields: texts, numbers, times and
// names of enum values as they are, ids in their text form, lists as their length. Nothing personal
// is among them, because a stored event's clear part has none; nor whether the account is known,
// when the request never `was_verified`.
v1::RequestEvent PublicEvent(const storage::v1::Event& event, bool was_verified);

}  // namespace dsr

#endif  // DSR_RPC_PUBLIC_VIEWS_H_
