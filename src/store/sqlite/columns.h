// How values of messages become columns.
#ifndef DSR_STORE_SQLITE_COLUMNS_H_
#define DSR_STORE_SQLITE_COLUMNS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr::sqlite {

// Returns the instant of a timestamp.
inline absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

// Returns the id that a resource's name ends with: of `requests/01k.../tasks/01m...` the latter.
template <class StrongId>
absl::StatusOr<StrongId> IdOfName(absl::string_view name) {
  return StrongId::Parse(name.substr(name.rfind('/') + 1));
}

// Returns the name of a resource of a request, for errors.
template <class RequestKey, class StrongId>
std::string NameOf(const RequestKey& request, absl::string_view collection, const StrongId& id) {
  return "requests/" + request.ToString() + "/" + std::string(collection) + "/" + id.ToString();
}

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_COLUMNS_H_
