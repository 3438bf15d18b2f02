#include "app/stored_status.h"

#include "absl/strings/cord.h"
#include "dsr/base/errors.h"
#include "google/protobuf/any.pb.h"

namespace dsr {

std::string EncodeStatus(const absl::Status& status) {
  v1::Status stored;
  stored.set_code(static_cast<int>(status.code()));
  stored.set_message(std::string(status.message()));
  status.ForEachPayload([&stored](absl::string_view type_url, const absl::Cord& value) {
    if (type_url == kAuditedMark) return;
    google::protobuf::Any& detail = *stored.add_details();
    detail.set_type_url(std::string(type_url));
    detail.set_value(std::string(value));
  });
  return stored.SerializeAsString();
}

absl::Status DecodeStatus(absl::string_view bytes) {
  v1::Status stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || stored.code() == 0) {
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     "a stored answer cannot be read");
  }
  absl::Status status(static_cast<absl::StatusCode>(stored.code()), stored.message());
  for (const google::protobuf::Any& detail : stored.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return status;
}

}  // namespace dsr
