// What lists and streams of requests can be narrowed by.
#ifndef DSR_RPC_REQUEST_FILTERS_H_
#define DSR_RPC_REQUEST_FILTERS_H_

#include <string>

#include "dsr/base/errors.h"
#include "dsr/workflow/definitions.h"

namespace dsr {

// Checks that there are such a request type and such a region, that nobody takes an empty list for
// an answer; both may be empty.
void CheckOrigin(const DefinitionFiles& files, const std::string& type, const std::string& region,
                 FieldErrors& errors);

}  // namespace dsr

#endif  // DSR_RPC_REQUEST_FILTERS_H_
