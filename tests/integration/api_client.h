// A client of dsrd over loopback, with the development principals' tokens.
#ifndef DSR_TESTS_INTEGRATION_API_CLIENT_H_
#define DSR_TESTS_INTEGRATION_API_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "integration/leak_watch.h"

namespace dsr {

// Returns `status` with the details that came with it, so that ReasonIs and BadRequestOf work.
// Fails the test when it holds something personal.
absl::Status FromGrpc(const grpc::Status& status);

// A UUID that no other call of this process uses.
std::string FreshKey();

// Thread-safe but for Connect.
class ApiClient {
 public:
  // From now on calls go to that port of 127.0.0.1, to a server that keeps its files in `data_dir`.
  void Connect(const std::string& data_dir, int port);

  const std::string& data_dir() const { return data_dir_; }
  // host:port of the server.
  const std::string& address() const { return address_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  // The header value of a development principal, such as `caseworker-1`.
  std::string Authorization(absl::string_view principal) const;

  // Makes one call as `principal`; an empty one sends no token:
  //   Call<v1::RequestService>("caseworker-1", &Stub::GetRequest, request)
  template <class Service, class Request, class Response>
  absl::StatusOr<Response> Call(absl::string_view principal,
                                grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                                const Request& request) const {
    RememberPersonal(request);
    grpc::ClientContext context;
    Prepare(context, principal);
    Response response;
    const auto stub = Service::NewStub(channel_);
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

  // Sets token and deadline.
  void Prepare(grpc::ClientContext& context, absl::string_view principal) const;

 private:
  std::string data_dir_;
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_API_CLIENT_H_
