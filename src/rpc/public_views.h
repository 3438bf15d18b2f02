// What the API shows of what is stored.
#ifndef DSR_RPC_PUBLIC_VIEWS_H_
#define DSR_RPC_PUBLIC_VIEWS_H_

#include <string>

#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/store/records.h"
#include "dsr/v1/audit_service.pb.h"
#include "dsr/v1/request_service.pb.h"

namespace dsr {

// The request without personal fields, with its etag.
v1::Request PublicRequest(const storage::v1::RequestState& state);

// The kind of an event: the name of its payload, such as `verification_passed`.
std::string EventKind(const storage::v1::Event& event);

// One line of the history. Its details are the payload's plain fields: texts, numbers, times and
// names of enum values as they are, ids in their text form, lists as their length. Nothing personal
// is among them, because a stored event's clear part has none.
v1::RequestEvent PublicEvent(const storage::v1::Event& event);

// One leaf, read with its record.
v1::AuditEvent PublicLeaf(const AuditLeaf& leaf);

}  // namespace dsr

#endif  // DSR_RPC_PUBLIC_VIEWS_H_
