// Names of enum values without what their type repeats.
#ifndef DSR_TOOLS_DSRCTL_ENUM_NAMES_H_
#define DSR_TOOLS_DSRCTL_ENUM_NAMES_H_

#include <string>

#include "google/protobuf/descriptor.h"

namespace dsr::dsrctl {

// Returns what every value's name begins with: `REFUSAL_GROUND_` for RefusalGround.
std::string EnumPrefix(const google::protobuf::EnumDescriptor& type);

// Returns `no-data-held` for REFUSAL_GROUND_NO_DATA_HELD, and nothing for the zero value.
std::string EnumText(const google::protobuf::EnumValueDescriptor& value);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_ENUM_NAMES_H_
