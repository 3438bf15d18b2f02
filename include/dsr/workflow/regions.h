// Regions: ISO 3166 codes of countries, such as `CN`, and of their subdivisions, such as `CN-33`.
#ifndef DSR_WORKFLOW_REGIONS_H_
#define DSR_WORKFLOW_REGIONS_H_

#include "absl/strings/string_view.h"

namespace dsr {

// Tells whether `region` has the form of such a code.
bool IsRegion(absl::string_view region);

// Tells whether `region` lies in one of `regions`, a range of strings: a country stands for its
// subdivisions. No regions stand for all, also for a request of which none is known.
template <class Regions>
bool IsInRegions(absl::string_view region, const Regions& regions) {
  if (regions.empty()) return true;
  for (const absl::string_view other : regions) {
    if (region == other) return true;
    if (region.size() > other.size() && region.substr(0, other.size()) == other &&
        region[other.size()] == '-') {
      return true;
    }
  }
  return false;
}

}  // namespace dsr

#endif  // DSR_WORKFLOW_REGIONS_H_
