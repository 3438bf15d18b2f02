// Calls of any method, by its descriptor.
#ifndef DSR_TESTS_INTEGRATION_RAW_CALL_H_
#define DSR_TESTS_INTEGRATION_RAW_CALL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "integration/api_client.h"

namespace dsr {

// Every method of the API.
std::vector<const google::protobuf::MethodDescriptor*> AllMethods();

// A development principal with a role that may call `method`.
std::string CallerOf(absl::string_view method);

// An empty request message of `method`.
std::unique_ptr<google::protobuf::Message> RequestOf(
    const google::protobuf::MethodDescriptor& method);

// Makes one call and returns how it ended; of a stream only whether it began. What is
// personal in `request` is remembered (leak_watch.h).
absl::Status CallRaw(const ApiClient& client, absl::string_view principal,
                     const google::protobuf::MethodDescriptor& method,
                     const google::protobuf::Message& request);

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_RAW_CALL_H_
