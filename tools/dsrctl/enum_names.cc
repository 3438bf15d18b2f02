#include "dsrctl/enum_names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace dsr::dsrctl {

std::string EnumPrefix(const google::protobuf::EnumDescriptor& type) {
  // The proto lint has every zero value end like this.
  return std::string(absl::StripSuffix(type.value(0)->name(), "UNSPECIFIED"));
}

std::string EnumText(const google::protobuf::EnumValueDescriptor& value) {
  if (value.number() == 0) return "";
  const std::string prefix = EnumPrefix(*value.type());
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(value.name(), prefix)),
                             {{"_", "-"}});
}

}  // namespace dsr::dsrctl
