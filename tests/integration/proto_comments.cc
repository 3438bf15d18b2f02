#include "integration/proto_comments.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "absl/strings/match.h"
#include "google/protobuf/descriptor.pb.h"

namespace dsr {

ProtoComments::ProtoComments() {
  std::ifstream file(DSR_API_DESCRIPTORS, std::ios::binary);
  google::protobuf::FileDescriptorSet files;
  bool is_read = files.ParseFromIstream(&file);
  // Each stands behind what it imports.
  for (const google::protobuf::FileDescriptorProto& one : files.file())
    is_read = is_read && pool_.BuildFile(one) != nullptr;
  if (is_read) return;
  std::fprintf(stderr, "cannot read %s\n", DSR_API_DESCRIPTORS);
  std::abort();
}

bool ProtoComments::IsOutputOnly(const google::protobuf::FieldDescriptor& field) const {
  const auto* source = pool_.FindFieldByName(field.full_name());
  google::protobuf::SourceLocation location;
  if (source == nullptr || !source->GetSourceLocation(&location)) {
    std::fprintf(stderr, "no source of %s\n", field.full_name().c_str());
    std::abort();
  }
  return absl::StartsWith(location.leading_comments, " Output only.");
}

}  // namespace dsr
