// The table of methods and roles covers the API.
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/descriptor.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "integration/service_files.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "rpc/method_roles.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::ServiceDescriptor;

TEST(ServiceTableTest, EveryMethodOfTheApiHasRoles) {
  for (const FileDescriptor* file : ServiceFiles()) {
    const ServiceDescriptor& service = *file->service(0);
    for (int i = 0; i < service.method_count(); ++i) {
      EXPECT_TRUE(HasMethodRoles(service.method(i)->name())) << service.method(i)->full_name();
    }
  }
}

TEST(ServiceTableTest, AReadTakesNoIdempotencyKey) {
  for (const FileDescriptor* file : ServiceFiles()) {
    const ServiceDescriptor& service = *file->service(0);
    for (int i = 0; i < service.method_count(); ++i) {
      if (!IsRead(service.method(i)->name())) continue;
      EXPECT_EQ(service.method(i)->input_type()->FindFieldByName("idempotency_key"), nullptr)
          << service.method(i)->full_name();
    }
  }
}

TEST(ServiceTableTest, EveryMethodOfTheApiIsServedAndAsksForAToken) {
  TestServer server;
  for (const FileDescriptor* file : ServiceFiles()) {
    const ServiceDescriptor& service = *file->service(0);
    for (int i = 0; i < service.method_count(); ++i) {
      const std::string path = "/" + service.full_name() + "/" + service.method(i)->name();
      grpc::ClientContext context;
      server.Prepare(context, "");
      v1::GetStatusRequest in;
      v1::GetStatusRequest out;
      const grpc::internal::RpcMethod method(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
      const grpc::Status status =
          grpc::internal::BlockingUnaryCall<v1::GetStatusRequest, v1::GetStatusRequest>(
              server.channel().get(), method, &context, in, &out);
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << path;
    }
  }
}

TEST(ServiceTableTest, HealthSaysThatItServes) {
  TestServer server;
  grpc::ClientContext context;
  server.Prepare(context, "");
  grpc::health::v1::HealthCheckResponse out;

  const grpc::Status status =
      grpc::health::v1::Health::NewStub(server.channel())->Check(&context, {}, &out);

  EXPECT_TRUE(status.ok());
  EXPECT_EQ(out.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST(ServiceTableTest, WorkersAndRecipientsMayReadNoRequests) {
  for (const char* role : {"data_system", "recipient"}) {
    const Principal principal{.name = "other", .roles = {role}};
    for (const char* method : {"GetRequest", "ListRequests", "ListDisclosures", "GetSlaReport",
                               "ListAuditEvents", "GetRecipient", "ListWorkflows"}) {
      EXPECT_THAT(CheckRole(principal, method), ReasonIs(v1::ERROR_REASON_ROLE_MISSING))
          << role << " " << method;
    }
  }
}

}  // namespace
}  // namespace dsr
