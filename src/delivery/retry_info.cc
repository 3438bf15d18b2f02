#include "delivery/retry_info.h"

#include <algorithm>
#include <string>

#include "dsr/v1/errors.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/unknown_field_set.h"

namespace dsr {
namespace {

constexpr absl::string_view kRetryInfoTypeUrl = "type.googleapis.com/google.rpc.RetryInfo";

// The one field of RetryInfo.
constexpr int kRetryDelay = 1;

// RetryInfo itself is in none of the packages that we build with: any message keeps its field.
absl::Duration DelayOf(const std::string& retry_info) {
  google::protobuf::Empty message;
  if (!message.ParseFromString(retry_info)) return absl::ZeroDuration();
  const google::protobuf::UnknownFieldSet& fields =
      message.GetReflection()->GetUnknownFields(message);
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::UnknownField& field = fields.field(i);
    google::protobuf::Duration delay;
    if (field.number() == kRetryDelay &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED &&
        delay.ParseFromString(field.length_delimited())) {
      return std::max(absl::Seconds(delay.seconds()) + absl::Nanoseconds(delay.nanos()),
                      absl::ZeroDuration());
    }
  }
  return absl::ZeroDuration();
}

}  // namespace

absl::Duration ParseRetryInfo(absl::string_view details) {
  v1::Status status;
  if (!status.ParseFromArray(details.data(), static_cast<int>(details.size()))) {
    return absl::ZeroDuration();
  }
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.type_url() == kRetryInfoTypeUrl) return DelayOf(detail.value());
  }
  return absl::ZeroDuration();
}

}  // namespace dsr
