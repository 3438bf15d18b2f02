// An in-process gRPC server on a free port of loopback.
#ifndef DSR_TESTS_UNIT_SAMPLE_SHOP_FAKE_SERVER_H_
#define DSR_TESTS_UNIT_SAMPLE_SHOP_FAKE_SERVER_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsr/base/errors.h"
#include "dsr/v1/errors.pb.h"
#include "sample_shop/rpc_caller.h"

namespace dsr::sample_shop {

// Serves one service until it is destroyed.
class FakeServer {
 public:
  explicit FakeServer(grpc::Service& service) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr);
  }

  RpcCaller Caller(std::string token) const {
    return RpcCaller(*ConnectLoopback(absl::StrCat("127.0.0.1:", port_)), std::move(token));
  }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// Returns an error as dsrd sends it.
inline grpc::Status ErrorWith(grpc::StatusCode code, absl::string_view reason,
                              const std::map<std::string, std::string>& metadata = {}) {
  v1::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("dsrd");
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  v1::Status details;
  details.set_code(code);
  google::protobuf::Any* any = details.add_details();
  any->set_type_url(std::string(kErrorInfoTypeUrl));
  any->set_value(info.SerializeAsString());
  return grpc::Status(code, "refused", details.SerializeAsString());
}

// Returns what a call carried as its bearer token.
inline std::string AuthorizationOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

}  // namespace dsr::sample_shop

#endif  // DSR_TESTS_UNIT_SAMPLE_SHOP_FAKE_SERVER_H_
