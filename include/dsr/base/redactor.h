// Messages without their personal data.
//
// A field holds personal data when it carries the option (dsr.v1.personal). What a
// google.protobuf.Any holds cannot be told, so its value counts as personal too.
#ifndef DSR_BASE_REDACTOR_H_
#define DSR_BASE_REDACTOR_H_

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace dsr {

// Tells whether `field` holds personal data, whatever is in it.
bool IsPersonal(const google::protobuf::FieldDescriptor& field);

// Returns `message` in text format on one line, with `[personal]` in the place of every personal
// field that is set, at any depth, in repeated fields and maps too. For logs and errors only: it is
// not meant to be read back, and fields that this program does not know are left out. Thread-safe.
std::string Redact(const google::protobuf::Message& message);

// Clears every personal field of `message`, at any depth, in repeated fields and maps too, and
// every field that this program does not know. Elements stay, with what is left of them, so that
// indexes do not move.
void ClearPersonal(google::protobuf::Message& message);

}  // namespace dsr

#endif  // DSR_BASE_REDACTOR_H_
