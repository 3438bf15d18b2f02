// JSON objects of JSON Web Tokens and keys.
#ifndef DSR_RPC_JSON_OBJECT_H_
#define DSR_RPC_JSON_OBJECT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/struct.pb.h"

namespace dsr {

// Reads `text`, which must be one JSON object. Nothing when it is none, or names a member twice: of
// two, one program takes the first and another the last. Thread-safe, as is everything below.
std::optional<google::protobuf::Struct> ParseJsonObject(absl::string_view text);

// Returns the member `name`; null when there is none.
const google::protobuf::Value* FindMember(const google::protobuf::Struct& object, const char* name);

// Returns the string that the member is; nothing when there is none, or it is something else.
std::optional<std::string> StringMember(const google::protobuf::Struct& object, const char* name);

// The same for a NumericDate (RFC 7519, section 2), seconds since 1970.
std::optional<absl::Time> TimeMember(const google::protobuf::Struct& object, const char* name);

}  // namespace dsr

#endif  // DSR_RPC_JSON_OBJECT_H_
