// Checks that many calls share. Each adds what is wrong to `errors`.
#ifndef DSR_RPC_FIELD_CHECKS_H_
#define DSR_RPC_FIELD_CHECKS_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/errors.h"
#include "dsr/base/text_checks.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr {

// Longest free text of the API.
inline constexpr size_t kMaxText = 4000;

// From 1 to `most` characters of a-z, 0-9 and `-`.
void CheckWord(absl::string_view text, absl::string_view field, size_t most, FieldErrors& errors);

// LIST_TOO_LONG beyond `most` entries; false then.
bool CheckLength(int size, absl::string_view field, int most, FieldErrors& errors);

// An instant of the years 1 to 9999.
void CheckTimestamp(const google::protobuf::Timestamp& time, absl::string_view field,
                    FieldErrors& errors);

// Returns `size`, `fallback` for 0, at most `most`. Errors: FIELD_INVALID when it is negative.
absl::StatusOr<int> PageSize(int size, absl::string_view field, int fallback, int most);

// Returns the span, clamped to at most `most`. Errors: FIELD_INVALID below `least`.
absl::StatusOr<absl::Duration> Span(const google::protobuf::Duration& span, absl::string_view field,
                                    absl::Duration least, absl::Duration most);

// Returns the 16 bytes of a UUID in its usual form of 36 characters. Errors: FIELD_MISSING,
// FIELD_INVALID for the field `idempotency_key`.
absl::StatusOr<std::string> ParseIdempotencyKey(absl::string_view text);

// Moves the violation of a name's parser to the field that held the name.
absl::Status AtField(absl::string_view field, const absl::Status& status);

}  // namespace dsr

#endif  // DSR_RPC_FIELD_CHECKS_H_
