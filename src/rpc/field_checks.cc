#include "rpc/field_checks.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsr/base/crypto.h"
#include "dsr/base/proto_time.h"

namespace dsr {

void CheckWord(absl::string_view text, absl::string_view field, size_t most, FieldErrors& errors) {
  if (text.empty()) return errors.AddMissing(field);
  const bool is_word = text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
                         return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
                       });
  if (!is_word) {
    errors.AddInvalid(field, absl::StrCat("has 1 to ", most, " characters of a-z, 0-9 and `-`"));
  }
}

bool CheckLength(int size, absl::string_view field, int most, FieldErrors& errors) {
  if (size <= most) return true;
  errors.Add(v1::ERROR_REASON_LIST_TOO_LONG, field, absl::StrCat("has at most ", most, " entries"));
  return false;
}

void CheckTimestamp(const google::protobuf::Timestamp& time, absl::string_view field,
                    FieldErrors& errors) {
  if (!IsValidTimestamp(time)) errors.AddInvalid(field, "is an instant of the years 1 to 9999");
}

absl::StatusOr<int> PageSize(int size, absl::string_view field, int fallback, int most) {
  if (size < 0) return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, field, "is not negative");
  return size == 0 ? fallback : std::min(size, most);
}

absl::StatusOr<absl::Duration> Span(const google::protobuf::Duration& span, absl::string_view field,
                                    absl::Duration least, absl::Duration most) {
  const absl::Duration given = FromProtoDuration(span);
  if (given < least) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, field,
                          absl::StrCat("is at least ", absl::FormatDuration(least)));
  }
  return std::min(given, most);
}

absl::StatusOr<std::string> ParseIdempotencyKey(absl::string_view text) {
  constexpr absl::string_view kField = "idempotency_key";
  if (text.empty()) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, kField, "is required: a UUID");
  }
  const bool has_form =
      text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
  if (has_form) {
    const absl::StatusOr<std::string> bytes = HexDecode(absl::StrReplaceAll(text, {{"-", ""}}));
    if (bytes.ok() && bytes->size() == 16) return bytes;
  }
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, kField,
                        "is a UUID, such as 123e4567-e89b-42d3-a456-426614174000");
}

absl::Status AtField(absl::string_view field, const absl::Status& status) {
  const std::optional<v1::BadRequest> wrong = BadRequestOf(status);
  if (!wrong.has_value() || wrong->field_violations().empty()) return status;
  return MakeFieldError(ReasonOf(status), field, wrong->field_violations(0).description());
}

}  // namespace dsr
