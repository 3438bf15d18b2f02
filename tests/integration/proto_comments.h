// The comments of the API's protos.
#ifndef DSR_TESTS_INTEGRATION_PROTO_COMMENTS_H_
#define DSR_TESTS_INTEGRATION_PROTO_COMMENTS_H_

#include <string>

#include "google/protobuf/descriptor.h"

namespace dsr {

// Knows them from a descriptor set with source info that the build makes: programs have none.
class ProtoComments {
 public:
  // Ends the process when the set cannot be read.
  ProtoComments();

  // The field is for answers: what a call says in it is ignored.
  bool IsOutputOnly(const google::protobuf::FieldDescriptor& field) const;

 private:
  google::protobuf::DescriptorPool pool_;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_PROTO_COMMENTS_H_
