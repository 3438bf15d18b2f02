// google.protobuf.Timestamp and absl::Time, both ways.
#ifndef DSR_BASE_PROTO_TIME_H_
#define DSR_BASE_PROTO_TIME_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace dsr {

// Cut to microseconds, so that what is stored in columns and in messages is the same instant.
google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);
absl::Duration FromProtoDuration(const google::protobuf::Duration& duration);
google::protobuf::Duration ToProtoDuration(absl::Duration duration);

// True for instants of the years 1 to 9999, the range of Timestamp.
bool IsValidTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace dsr

#endif  // DSR_BASE_PROTO_TIME_H_
