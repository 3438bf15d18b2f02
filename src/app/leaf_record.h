// What the record of an audit leaf says.
#ifndef DSR_APP_LEAF_RECORD_H_
#define DSR_APP_LEAF_RECORD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/sealed.pb.h"
#include "dsr/store/records.h"
#include "dsr/v1/audit_service.pb.h"

namespace dsr {

// Kinds of AuditRecord that verification knows.
inline constexpr absl::string_view kCallRefused = "call_refused";
// About `requests/{id}`, whose events were emptied after their time.
inline constexpr absl::string_view kRequestPurged = "request_purged";

// The kind of an event: the name of its payload, such as `verification_passed`.
std::string EventKind(const storage::v1::Event& event);

// Reads the clear part of a record; false unless it is a whole one and nothing else.
//
// The leaf's hash is over clear and sealed part together, and does not say where the one ends.
// What was cut off a clear part's end, or added there, shows here: an event ends with its payload.
bool ParseWholeEvent(const std::string& clear, storage::v1::Event& event);
bool ParseWholeRecord(const std::string& clear, storage::v1::AuditRecord& record);

// One leaf as the API shows it, read with its record. Nothing personal is in it.
v1::AuditEvent PublicLeaf(const AuditLeaf& leaf);

// The same as a sentence, such as `2026-11-29T10:00:00Z: verifier-1 recorded verification_passed,
// event 5 of requests/...`.
std::string DescribeLeaf(const v1::AuditEvent& event);

}  // namespace dsr

#endif  // DSR_APP_LEAF_RECORD_H_
