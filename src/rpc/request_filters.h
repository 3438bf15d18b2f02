// What lists and streams of requests can be narrowed by.
#ifndef DSR_RPC_REQUEST_FILTERS_H_
#define DSR_RPC_REQUEST_FILTERS_H_

#include <string>

#include "dsr/base/errors.h"
#include "dsr/workflow/definitions.h"

namespace dsr {

// The filters that are checked, so that nobody takes an empty list for an answer.
struct RequestFilters {
  const std::string& type;
  const std::string& region;
  const std::string& team;
  const std::string& assignee;
  const std::string& channel;
};

// Checks that there are such a request type and such a team, and that the region has the form of
// one; and that assignee and channel are no longer than such names are. Each may be empty.
void CheckFilters(const DefinitionFiles& files, const RequestFilters& filters, FieldErrors& errors);

}  // namespace dsr

#endif  // DSR_RPC_REQUEST_FILTERS_H_
