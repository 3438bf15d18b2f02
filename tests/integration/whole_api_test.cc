// What every method of the API does with a message that is no message, too large or empty.
#include <gmock/gmock.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "dsr/base/errors.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "integration/bad_input.h"
#include "integration/service_files.h"
#include "rpc/method_roles.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// Development principals with all roles that methods ask for.
struct Caller {
  const char* principal;
  const char* role;
};
constexpr Caller kCallers[] = {
    {"intake-tool", "intake"},         {"caseworker-1", "caseworker"},
    {"auditor-1", "auditor"},          {"operator-1", "operator"},
    {"system-profile", "data_system"}, {"recipient-ad-partner", "recipient"},
    {"verifier-1", "verifier"},        {"officer-1", "privacy_officer"},
};

std::string CallerOf(const MethodDescriptor& method) {
  for (const Caller& caller : kCallers) {
    if (CheckRole({.name = caller.principal, .roles = {caller.role}}, method.name()).ok()) {
      return caller.principal;
    }
  }
  ADD_FAILURE() << "nobody may call " << method.full_name();
  return "";
}

class WholeApiTest : public BadInputTest {
 protected:
  // Calls `method` with those bytes as its message.
  absl::Status Send(const MethodDescriptor& method, const std::string& bytes) {
    const std::string path = "/" + method.service()->full_name() + "/" + method.name();
    grpc::ClientContext context;
    server_.Prepare(context, CallerOf(method));
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer in(&slice, 1);
    grpc::ByteBuffer out;
    const grpc::internal::RpcMethod rpc(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
    return FromGrpc(grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
        server_.channel().get(), rpc, &context, in, &out));
  }

  static void ForEachMethod(const std::function<void(const MethodDescriptor&)>& visit) {
    for (const FileDescriptor* file : ServiceFiles()) {
      for (int i = 0; i < file->service(0)->method_count(); ++i) {
        SCOPED_TRACE(file->service(0)->method(i)->full_name());
        visit(*file->service(0)->method(i));
      }
    }
  }

  // The message that `method` takes, with a well-formed name of what it is asked about.
  static std::unique_ptr<Message> MessageOf(const MethodDescriptor& method) {
    std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()
                                         ->GetPrototype(method.input_type())
                                         ->New());
    for (const char* field : {"name", "parent", "subject_account"}) {
      if (const FieldDescriptor* found = message->GetDescriptor()->FindFieldByName(field)) {
        message->GetReflection()->SetString(message.get(), found,
                                            "requests/01kjj5zzzz0000000000000000");
      }
    }
    return message;
  }
};

TEST_F(WholeApiTest, BytesThatAreNoMessageAreRefused) {
  ForEachMethod([this](const MethodDescriptor& method) {
    const absl::Status status = Send(method, "\x0a\xff");

    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  });
}

TEST_F(WholeApiTest, AMessageBeyondTheLimitIsRefused) {
  // Field 100, which no message has, with five million bytes.
  const std::string bytes =
      std::string("\xa2\x06\xc0\x96\xb1\x02", 6) + std::string(5'000'000, 'a');
  ForEachMethod([&](const MethodDescriptor& method) {
    const absl::Status status = Send(method, bytes);

    EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_MESSAGE_TOO_LARGE));
  });
}

TEST_F(WholeApiTest, AnEmptyMessageIsServedOrRefusedAndNeverAFault) {
  ForEachMethod([this](const MethodDescriptor& method) {
    if (method.server_streaming() || method.name() == "DrainServer") return;

    const absl::Status status = Send(method, "");

    if (!status.ok()) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
      EXPECT_NE(ReasonOf(status), v1::ERROR_REASON_UNSPECIFIED) << status;
    } else {
      EXPECT_EQ(method.input_type()->FindFieldByName("idempotency_key"), nullptr)
          << "it changed something without a key";
    }
  });
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(WholeApiTest, ANegativePageSizeOrAStrangePageTokenIsRefusedByEveryList) {
  int lists = 0;
  ForEachMethod([&](const MethodDescriptor& method) {
    const FieldDescriptor* size = method.input_type()->FindFieldByName("page_size");
    const FieldDescriptor* token = method.input_type()->FindFieldByName("page_token");
    if (size == nullptr || token == nullptr) return;
    ++lists;

    std::unique_ptr<Message> message = MessageOf(method);
    message->GetReflection()->SetInt32(message.get(), size, -1);
    absl::Status status = Send(method, message->SerializeAsString());
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(FieldsOf(status), ::testing::Contains("page_size"));

    message = MessageOf(method);
    message->GetReflection()->SetString(message.get(), token, "guessed");
    status = Send(method, message->SerializeAsString());
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
  });
  EXPECT_GT(lists, 5);
}

}  // namespace
}  // namespace dsr
