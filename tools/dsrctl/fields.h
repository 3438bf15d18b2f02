// Fields of messages, written from text and shown as text, by their path.
//
// A path names fields from the outermost in, such as `delivery.webhook.url`.
#ifndef DSR_TOOLS_DSRCTL_FIELDS_H_
#define DSR_TOOLS_DSRCTL_FIELDS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace dsr::dsrctl {

// Sets the field at `path`, or adds to it when it is repeated.
//
// `text` is: a number; `true` or `false`; an enum value's name without its prefix, in any case,
// with `-` or `_` (`no-data-held`); RFC 3339 or `YYYY-MM-DD` (midnight in `zone`) for an instant;
// `90s`, `2m` for a duration; `YYYY-MM-DD` for a day; names joined by commas for a field mask.
// INVALID_ARGUMENT, saying what the field takes and not the text, for anything else. The path must
// exist.
absl::Status SetField(google::protobuf::Message& message, absl::string_view path,
                      absl::string_view text, const absl::TimeZone& zone);

// Reads an instant (RFC 3339), or a day (YYYY-MM-DD), which begins in `zone`; false for anything
// else.
bool ParseInstant(absl::string_view text, const absl::TimeZone& zone, absl::Time& time);

// Returns the message at `path`, made if need be; `message` itself for the empty path.
google::protobuf::Message& MutableMessageAt(google::protobuf::Message& message,
                                            absl::string_view path);

// Returns the field at `path`, or null when there is none.
const google::protobuf::FieldDescriptor* FieldAt(const google::protobuf::Descriptor& type,
                                                 absl::string_view path);

// Returns the names that SetField takes for `type`, in the order of their numbers.
std::vector<std::string> EnumNames(const google::protobuf::EnumDescriptor& type);

// Returns the field at `path` as one line: empty when it or a message around it is not set; enum
// values as SetField takes them; instants as RFC 3339 in `zone`; lists joined by commas, lists of
// messages as their number. The path must exist.
std::string FieldText(const google::protobuf::Message& message, absl::string_view path,
                      const absl::TimeZone& zone);

// Returns every field of `message` that is set, depth first, as path and text; elements of lists of
// messages have their index in the path: `outcomes[0].category`.
std::vector<std::pair<std::string, std::string>> AllFields(const google::protobuf::Message& message,
                                                           const absl::TimeZone& zone);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_FIELDS_H_
