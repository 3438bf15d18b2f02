// A whole dsrd in the test's process, and clients that call it over loopback.
#ifndef DSR_TESTS_INTEGRATION_TEST_SERVER_H_
#define DSR_TESTS_INTEGRATION_TEST_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/config/v1/config.pb.h"
#include "server/environment.h"
#include "testing/simulated_clock.h"
#include "testing/temp_dir.h"

namespace dsr {

// Returns `status` with the details that came with it, so that ReasonIs and BadRequestOf work.
absl::Status FromGrpc(const grpc::Status& status);

// A UUID that no other call of this process uses.
std::string FreshKey();

// Serves on a free port with the real workflows, the development principals, a directory of its own
// and a clock that stands still. Ends the process when it cannot start. Not thread-safe; `Call` is.
class TestServer {
 public:
  // `data_dir`, when given, is used and not removed.
  explicit TestServer(absl::string_view data_dir = "");
  ~TestServer();

  SimulatedClock& clock() { return clock_; }
  const std::string& data_dir() const { return data_dir_; }
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

  // Ends the server, and starts it again on the same files.
  void Restart();

 private:
  void Start();

  TempDir own_dir_;
  const std::string data_dir_;
  SimulatedClock clock_;
  std::unique_ptr<Environment> environment_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_TEST_SERVER_H_
