// How long a closed request is kept (PRODUCT.md, "Records"; PIPL 56).
#ifndef DSR_WORKFLOW_RECORD_ENDS_H_
#define DSR_WORKFLOW_RECORD_ENDS_H_

#include "absl/time/time.h"
#include "dsr/v1/policy.pb.h"

namespace dsr {

// Both are ends of days, exclusive, because what is to be kept is kept to the end of its last day.
struct RecordEnds {
  absl::Time content;  // of what is personal in it
  absl::Time record;   // of what proves it; not before `content`
};

// Returns the ends for what was closed at `closed`, counted by days of `zone`.
RecordEnds RecordEndsOf(const v1::RecordPolicy& policy, absl::Time closed, absl::TimeZone zone);

}  // namespace dsr

#endif  // DSR_WORKFLOW_RECORD_ENDS_H_
